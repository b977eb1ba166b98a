import { describe, expect, it } from 'vitest';
import { DeviceAdr } from './device-adr.ts';
import type { DeviceCommand, NetworkCommand } from './mac-commands.ts';
import { EU868 } from './regions/eu868.ts';
import { us915 } from './regions/fixed-channel-regions.ts';
import type { RegionTable } from './regions/region.ts';

type Request = Extract<NetworkCommand, { name: 'LinkADRReq' }>;

const bits = (text: string): DeviceCommand => ({
  name: 'LinkADRAns',
  powerOk: text[0] === '1',
  dataRateOk: text[1] === '1',
  channelMaskOk: text[2] === '1',
});

/** A device that answers each request by `answer`, in its next uplink; nothing where that gives nothing. */
class Link {
  readonly adr: DeviceAdr;
  readonly region: RegionTable;
  readonly asked: Request[][] = [];
  dataRate: number;
  snrDb: number;
  answer: (block: Request[]) => string[];
  #fCnt = 0;
  #owed: DeviceCommand[] = [];

  constructor(answer: (block: Request[]) => string[], { region = EU868, dataRate = 0, snrDb = 5 } = {}) {
    this.adr = new DeviceAdr();
    this.answer = answer;
    this.region = region;
    this.dataRate = dataRate;
    this.snrDb = snrDb;
  }

  /** Uplinks one after the other; gives what the last one is answered with. */
  uplinks(count: number): Request[] {
    let block: Request[] = [];
    for (let index = 0; index < count; index += 1) {
      this.adr.answered(this.#owed);
      this.#owed = [];
      const dataRate = this.region.uplinkDataRates[this.dataRate];
      if (!dataRate) throw new Error('no such data rate');
      const heard = { fCnt: this.#fCnt, snrDb: this.snrDb, dataRate, extraChannelMask: 0 };
      block = this.adr.heard(this.region, heard).filter((command) => command.name === 'LinkADRReq');
      this.#fCnt += 1;
      if (block.length === 0) continue;
      this.asked.push(block);
      this.adr.sent(block);
      const answers = this.answer(block);
      this.#owed = answers.map(bits);
      if (answers.length > 0 && answers.every((text) => text === '111')) this.dataRate = block[0]?.dataRate ?? 0;
    }
    return block;
  }

  /** Frames of the device that are not looked at. */
  passed(count = 1): void {
    for (let index = 0; index < count; index += 1) {
      this.adr.passed(this.#fCnt);
      this.#fCnt += 1;
    }
  }

  /** Every second frame is lost; gives the repetitions that it was told. */
  withLosses(count: number): (number | undefined)[] {
    for (let index = 0; index < count; index += 1) {
      this.uplinks(1);
      this.#fCnt += 1;
    }
    return this.asked.map(([first]) => first?.transmissions);
  }

  get powers(): (number | undefined)[] {
    return this.asked.map(([first]) => first?.txPower);
  }
}

const whole = (isTaken: boolean, text: string) => [isTaken ? '111' : text];

describe('data rate control', () => {
  it('goes on with the next power where a device does not know the highest, and then is quiet', () => {
    const link = new Link(([first]) => whole((first?.txPower ?? 0) >= 1 && (first?.txPower ?? 0) <= 5, '011'));
    link.uplinks(8);
    expect(link.asked.map(([first]) => [first?.dataRate, first?.txPower])).toEqual([
      [5, 0],
      [5, 1],
    ]);
    expect(link.dataRate).toBe(5);
  });

  it('finds the lowest power that a device takes from above', () => {
    const link = new Link(([first]) => whole((first?.txPower ?? 0) <= 5, '011'), { snrDb: 40 });
    link.uplinks(30);
    expect(link.powers).toEqual([7, 6, 5]);
  });

  it('gives up a device that refuses every power', () => {
    const link = new Link(() => ['011']);
    link.uplinks(200);
    expect(new Set(link.powers).size).toBe(link.powers.length);
    expect(link.powers.length).toBeLessThan(EU868.txPowerSteps + 2);
  });

  it('asks once more with the default channels where the channels are refused, and no more after that', () => {
    const link = new Link(() => ['110']);
    link.uplinks(30);
    expect(link.asked.map(([first]) => first?.channelMask)).toEqual([0xff, 0b111]);
    const fixed = new Link(() => ['110', '110'], { region: us915(2) });
    fixed.uplinks(30);
    expect(fixed.asked).toHaveLength(1);
  });

  it('never makes a request again that was refused', () => {
    const link = new Link(() => ['101']);
    link.uplinks(60);
    const texts = link.asked.map((block) => JSON.stringify(block));
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('asks a silent device at eight uplinks and then at every sixteenth', () => {
    const link = new Link(() => []);
    link.uplinks(48);
    expect(link.asked).toHaveLength(8 + 3);
  });

  it('takes a block for refused when any of its answers is a refusal', () => {
    const link = new Link(() => ['111', '110'], { region: us915(2), dataRate: 0, snrDb: 20 });
    link.uplinks(1);
    link.uplinks(1);
    expect(link.adr.snapshot()).toMatchObject({ txPower: 0, dataRate: 0 });
    const other = new Link(() => ['111', '111'], { region: us915(2), dataRate: 0, snrDb: 20 });
    other.uplinks(2);
    expect(other.adr.snapshot()).toMatchObject({ dataRate: 3 });
    expect(other.adr.snapshot().txPower).toBeGreaterThan(0);
  });

  it('begins anew at full power for a device that fell back by itself', () => {
    const link = new Link(() => ['111'], { snrDb: 12 });
    link.uplinks(4);
    expect(link.adr.snapshot().txPower).toBeGreaterThan(0);
    link.dataRate = 2;
    link.snrDb = 0;
    const [request] = link.uplinks(1);
    // SF10 needs −15 dB; 5 dB above the margin are one step.
    expect(request).toMatchObject({ dataRate: 3, txPower: 0 });
  });

  it('waits for a device that goes to its new rate only after it said so', () => {
    const link = new Link(() => []);
    const [first] = link.uplinks(1);
    link.adr.answered([bits('111')]);
    expect(link.uplinks(1)).toEqual([]);
    link.dataRate = first?.dataRate ?? 0;
    expect(link.uplinks(1)).toEqual([]);
    expect(link.asked).toHaveLength(1);
  });

  it('goes by no answer to a request that did not go out', () => {
    const adr = new DeviceAdr();
    const dataRate = EU868.uplinkDataRates[0];
    if (!dataRate) throw new Error('EU868 has DR0');
    expect(adr.heard(EU868, { fCnt: 0, snrDb: 5, dataRate, extraChannelMask: 0 })).toHaveLength(1);
    adr.answered([bits('111')]);
    expect(adr.snapshot().dataRate).toBe(0);
  });

  it('takes a frame that came in another way for heard: its device is told no repetitions', () => {
    const link = new Link(() => ['111'], { dataRate: 5, snrDb: 3 });
    link.uplinks(3);
    for (let index = 0; index < 30; index += 1) {
      link.uplinks(1);
      link.passed();
    }
    expect(link.asked.filter(([first]) => first?.transmissions !== 1)).toEqual([]);
    expect(new Link(() => ['111'], { dataRate: 5, snrDb: 3 }).withLosses(30)).not.toEqual([1]);
  });

  it('knows nothing of the power and the losses of a device that controlled itself meanwhile', () => {
    const link = new Link(() => ['111'], { dataRate: 5, snrDb: 20 });
    link.uplinks(5);
    expect(link.adr.snapshot().txPower).toBeGreaterThan(0);
    link.adr.left();
    expect(link.adr.snapshot().txPower).toBe(0);
    link.passed(500);
    link.asked.length = 0;
    link.uplinks(25);
    expect(link.asked.map(([first]) => first?.transmissions)).not.toContain(3);
    expect(link.adr.snapshot().txPower).toBeGreaterThan(0);
  });

  it.each([
    ['the rate alone', '101', (block: Request[]) => (block[0]?.dataRate ?? 0) <= 3, 3],
    ['everything for its rate', '000', (block: Request[]) => (block[0]?.dataRate ?? 0) <= 2, 2],
    ['rate and power', '001', (block: Request[]) => (block[0]?.dataRate ?? 0) <= 2 && (block[0]?.txPower ?? 0) <= 1, 2],
  ])('finds what a device takes that refuses %s, and then is quiet', (_what, bits, takes, dataRate) => {
    const link = new Link((block) => whole(takes(block), bits), { snrDb: 12 });
    link.uplinks(60);
    expect(link.dataRate).toBe(dataRate);
    expect(link.asked.length).toBeLessThan(12);
    const before = link.asked.length;
    link.uplinks(40);
    expect(link.asked).toHaveLength(before);
  });

  it('heeds an answer that comes twice once', () => {
    const link = new Link(() => ['111']);
    link.uplinks(2);
    const before = link.adr.snapshot();
    link.adr.answered([bits('000')]);
    expect(link.adr.snapshot()).toEqual(before);
  });
});
