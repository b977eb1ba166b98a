import { describe, expect, it, vi } from 'vitest';
import { giveOrder } from '../../test/lorawan/give-order.ts';
import { abp, LORAWAN, multicast, otaa, type RadioBench, SYSTEM_CLOCK } from '../../test/lorawan/radio-bench.ts';
import { radioBenches } from '../../test/lorawan/radio-benches.ts';
import { RadioDevice } from '../../test/lorawan/radio-device.ts';

const bench = radioBenches();
const SLOW = { dataRate: 'SF12BW125', snr: 0 } as const;
const PATIENCE = { timeout: 15_000 };

type Forwarder = Awaited<ReturnType<RadioBench['forwarder']>>;

function read(device: RadioDevice, forwarder: Forwarder, index = -1) {
  return device.receive(forwarder.downlinks.at(index)?.phyPayload ?? Buffer.alloc(0));
}

/** Until all that was pushed is durable, and nothing more is under way for it. */
async function settled(b: RadioBench, messages: number): Promise<void> {
  await vi.waitFor(() => expect(b.messages).toHaveLength(messages), PATIENCE);
  await new Promise((resolve) => setTimeout(resolve, 50));
}

describe('an order that fits no window of a class A device', () => {
  it('fails with a word, sends no empty frame, and lets the next one pass', async () => {
    const b = bench();
    const device = RadioDevice.abp(320);
    const config = abp(device);
    await b.apply([config]);
    const forwarder = await b.forwarder();
    const long = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.alloc(52) }, { id: 'long' });
    const short = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.of(7) }, { id: 'short' });
    forwarder.push(device.uplink(), SLOW);
    await vi.waitFor(() => expect(short.progress.at(-1)?.state).toBe('confirmed'), PATIENCE);
    expect(read(device, forwarder)).toMatchObject({ payload: Buffer.of(7), fPending: false });
    for (let count = 2; count <= 5; count += 1) {
      forwarder.push(device.uplink(), SLOW);
      await settled(b, count);
    }
    expect(long.progress).toMatchObject([
      { state: 'failed', code: 'LORAWAN_DOWNLINK_TOO_LONG', message: '52 > 51 bytes' },
    ]);
    expect(forwarder.downlinks).toHaveLength(1);
  });

  it('goes out when the device has come to a faster rate meanwhile', async () => {
    const b = bench();
    const device = RadioDevice.abp(321);
    const config = abp(device);
    await b.apply([config]);
    const forwarder = await b.forwarder();
    const order = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.alloc(52) });
    forwarder.push(device.uplink(), SLOW);
    await settled(b, 1);
    forwarder.push(device.uplink(), { dataRate: 'SF7BW125' });
    await vi.waitFor(() => expect(order.progress.at(-1)?.state).toBe('confirmed'), PATIENCE);
  });
});

it('an order that only RX2 can carry goes out there', async () => {
  const b = bench();
  const device = RadioDevice.abp(322);
  const config = abp(device);
  await b.apply([config], { ...LORAWAN, rx2: { frequencyHz: 869_525_000, dataRate: 3 } });
  const forwarder = await b.forwarder();
  forwarder.push(device.uplink(), SLOW);
  await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1), PATIENCE);
  const taken = device.uplink({ fPort: 1, payload: Buffer.of(1), fOpts: Buffer.of(5, 0b111) });
  const order = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.alloc(100, 1) });
  forwarder.push(taken, { ...SLOW, counterUs: 1_000_000 });
  await vi.waitFor(() => expect(order.progress.at(-1)?.state).toBe('confirmed'), PATIENCE);
  expect(forwarder.downlinks.at(-1)?.txpk).toMatchObject({ freq: 869.525, datr: 'SF9BW125', tmst: 3_000_000 });
});

it('an order that a window just carries is not held up by what the network has to say', async () => {
  const b = bench();
  const device = RadioDevice.abp(323);
  const config = abp(device);
  await b.apply([config]);
  const forwarder = await b.forwarder();
  const order = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.alloc(50) });
  forwarder.push(device.uplink({ fPort: 1, payload: Buffer.of(1), fOpts: Buffer.of(0x0d) }), SLOW);
  await vi.waitFor(() => expect(order.progress.at(-1)?.state).toBe('confirmed'), PATIENCE);
  expect(read(device, forwarder)).toMatchObject({ payload: Buffer.alloc(50), fOpts: Buffer.alloc(0) });
});

describe('class C', () => {
  it('is told at once of an order that its second window cannot carry, and later ones go out', async () => {
    const b = bench();
    const device = RadioDevice.abp(324);
    const config = abp(device, { class: 'C' });
    const group = multicast(RadioDevice.abp(325));
    await b.apply([config, group]);
    const forwarder = await b.forwarder();
    const long = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.alloc(60) }, { id: 'long' });
    expect(long.progress).toMatchObject([{ state: 'failed', code: 'LORAWAN_DOWNLINK_TOO_LONG' }]);
    const forAll = giveOrder(b, group.id, { fPort: 3, bytes: Buffer.alloc(116) }, { id: 'all' });
    expect(forAll.progress).toMatchObject([{ state: 'failed', code: 'LORAWAN_DOWNLINK_TOO_LONG' }]);
    const short = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.of(1) }, { id: 'short' });
    await vi.waitFor(() => expect(short.progress.at(-1)?.state).toBe('confirmed'), PATIENCE);
    expect(read(device, forwarder)).toMatchObject({ payload: Buffer.of(1) });
  });

  it('is sent nothing under its old keys while it joins', async () => {
    const b = bench();
    const device = new RadioDevice(327);
    const config = otaa(device, { class: 'C' });
    await b.apply([config]);
    const forwarder = await b.forwarder();
    const join = async (count: number) => {
      forwarder.push(device.joinRequest(), { counterUs: 0 });
      await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(count), PATIENCE);
      device.acceptJoin(forwarder.downlinks.at(-1)?.phyPayload ?? Buffer.alloc(0));
    };
    await join(1);
    forwarder.push(device.uplink({ fPort: 1, payload: Buffer.of(1) }), { counterUs: 0 });
    await vi.waitFor(() => expect(b.messages).toHaveLength(1), PATIENCE);
    // The first uplink's windows are over when nothing but the join is in the way.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const before = forwarder.downlinks.length;
    await join(before + 1);
    const order = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.of(7) });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(forwarder.downlinks).toHaveLength(before + 1);
    forwarder.push(device.uplink({ fPort: 1, payload: Buffer.of(2) }), { counterUs: 0 });
    await vi.waitFor(() => expect(order.progress.at(-1)?.state).toBe('confirmed'), PATIENCE);
    expect(read(device, forwarder)).toMatchObject({ payload: Buffer.of(7) });
  }, 30_000);

  it('waits until the windows of an answer are over, however late the first one opens', async () => {
    const b = bench();
    const device = RadioDevice.abp(326);
    const config = abp(device, { class: 'C', rx1DelaySeconds: 3 });
    await b.apply([config]);
    const forwarder = await b.forwarder();
    forwarder.push(device.uplink(), { counterUs: 0 });
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1), PATIENCE);
    read(device, forwarder);
    const heardMs = performance.now();
    const confirmed = device.uplink({ fPort: 1, payload: Buffer.of(1), confirmed: true, fOpts: Buffer.of(8) });
    forwarder.push(confirmed, { counterUs: 0 });
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(2), PATIENCE);
    expect(forwarder.downlinks[1]?.txpk).toMatchObject({ tmst: 3_000_000 });
    expect(read(device, forwarder)).toMatchObject({ ack: true });
    const order = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.of(1) });
    await vi.waitFor(() => expect(order.progress.at(-1)?.state).toBe('confirmed'), PATIENCE);
    const sentMs = forwarder.downlinks.at(-1)?.atMs ?? 0;
    // RX2 opens a second after RX1.
    expect(sentMs - heardMs).toBeGreaterThan(4_000);
    expect(read(device, forwarder)).toMatchObject({ payload: Buffer.of(1) });
  }, 20_000);
});

describe('AS923', () => {
  it('answers at the rate of the uplink once the device took it that downlinks have no limit', async () => {
    const b = bench();
    const device = RadioDevice.abp(327);
    const txParams = { uplinkDwell: false, downlinkDwell: false, maxEirpDbm: 16 as const };
    await b.apply([abp(device)], { ...LORAWAN, region: 'AS923-2', txParams });
    const forwarder = await b.forwarder();
    const heard = { ...SLOW, frequencyMhz: 921.4 };
    forwarder.push(device.uplink(), heard);
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1), PATIENCE);
    expect(forwarder.downlinks[0]?.txpk.datr).toBe('SF10BW125');
    expect(read(device, forwarder)?.fOpts.includes(9)).toBe(true);
    const taken = { fPort: 1, payload: Buffer.of(1), confirmed: true, fOpts: Buffer.of(9) };
    forwarder.push(device.uplink(taken), heard);
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(2), PATIENCE);
    expect(forwarder.downlinks[1]?.txpk).toMatchObject({ datr: 'SF12BW125', freq: 921.4 });
    expect(read(device, forwarder)).toMatchObject({ ack: true });
  });
});

describe('the gateway that answers', () => {
  it('is the one that heard the frame loudest where there is no SNR', async () => {
    const b = bench();
    const device = RadioDevice.abp(328);
    await b.apply([abp(device)]);
    const far = await b.forwarder('0016c001f1500001');
    const near = await b.forwarder('0016c001f1500002');
    const frame = device.uplink({ fPort: 1, payload: Buffer.of(1), confirmed: true });
    const fsk = { dataRate: 50_000, frequencyMhz: 868.8, snr: 0 };
    far.push(frame, { ...fsk, rssi: -110 });
    near.push(frame, { ...fsk, rssi: -50 });
    await vi.waitFor(() => expect(near.downlinks).toHaveLength(1), PATIENCE);
    expect(far.downlinks).toHaveLength(0);
  });

  it('is another one where the best has no way back', async () => {
    const b = bench();
    const device = RadioDevice.abp(329);
    await b.apply([abp(device)]);
    const good = await b.forwarder('0016c001f1500002');
    const frame = device.uplink({ fPort: 1, payload: Buffer.of(1), confirmed: true });
    // A forwarder that has sent no PULL_DATA.
    const mute = Buffer.concat([Buffer.from('02abcd000016c001f1500009', 'hex'), rxpk(frame)]);
    good.pushRaw(mute);
    good.push(frame, { snr: -3 });
    await vi.waitFor(() => expect(good.downlinks).toHaveLength(1), PATIENCE);
    expect(read(device, good)).toMatchObject({ ack: true });
  });
});

function rxpk(frame: Buffer): Buffer {
  const data = frame.toString('base64');
  const packet = { tmst: 5, freq: 868.1, stat: 1, modu: 'LORA', datr: 'SF7BW125', codr: '4/5', rssi: -40, lsnr: 9 };
  return Buffer.from(JSON.stringify({ rxpk: [{ ...packet, size: frame.length, data }] }));
}

describe('the time that a device is told', () => {
  const DEDUP = { ...LORAWAN, dedupWindowMs: 600 };
  const GPS_MINUS_UNIX_S = -315_964_800 + 18;

  /** DeviceTimeAns as Unix milliseconds. */
  function timeIn(fOpts: Buffer): number {
    const at = fOpts.indexOf(0x0d);
    return (fOpts.readUInt32LE(at + 1) + fOpts.readUInt8(at + 5) / 256 - GPS_MINUS_UNIX_S) * 1_000;
  }

  it('is that of the reception, not of the end of the wait for other gateways', async () => {
    const b = bench();
    const device = RadioDevice.abp(330);
    await b.apply([abp(device)], DEDUP);
    await b.forwarder('0016c001f1500001');
    const forwarder = await b.forwarder('0016c001f1500002');
    const at = Date.now();
    forwarder.push(device.uplink({ fPort: 1, payload: Buffer.of(1), fOpts: Buffer.of(0x0d) }));
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1), PATIENCE);
    const heardAt = b.messages[0]?.receivedAt ?? 0;
    expect(Math.abs(timeIn(read(device, forwarder)?.fOpts ?? Buffer.alloc(0)) - heardAt)).toBeLessThan(10);
    expect(heardAt - at).toBeLessThan(500);
  });

  it.each([
    ['is the gateway’s own GPS time where it has one', true, 5_000, 5_000],
    ['is that too while the gateway’s own clock is not known to be right', false, 5_000, 5_000],
    ['is not that of a receiver that has lost a roll-over', true, 1_024 * 7 * 86_400_000, 0],
  ])('%s', async (_name, trusted, offMs, expectedOffMs) => {
    const b = bench({}, { ...SYSTEM_CLOCK, trusted: () => trusted });
    const device = RadioDevice.abp(331);
    await b.apply([abp(device)]);
    const forwarder = await b.forwarder();
    const gpsTimeMs = Date.now() + GPS_MINUS_UNIX_S * 1_000 - offMs;
    forwarder.push(device.uplink({ fPort: 1, payload: Buffer.of(1), fOpts: Buffer.of(0x0d) }), { gpsTimeMs });
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1), PATIENCE);
    const told = timeIn(read(device, forwarder)?.fOpts ?? Buffer.alloc(0));
    const heardAt = b.messages[0]?.receivedAt ?? 0;
    expect(Math.abs(told - (heardAt - expectedOffMs))).toBeLessThan(200);
  });
});

it('two LinkADRReqs of one block go together, as a payload where FOpts is too short for them', async () => {
  const b = bench();
  const device = RadioDevice.abp(332);
  await b.apply([abp(device)], { ...LORAWAN, region: 'US915', subBand: 2 });
  const forwarder = await b.forwarder();
  const heard = { frequencyMhz: 903.9, dataRate: 'SF10BW125', snr: 9 };
  forwarder.push(device.uplink({ fPort: 1, payload: Buffer.of(1), fOpts: Buffer.of(0x0d), adr: true }), heard);
  await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1), PATIENCE);
  const downlink = device.receive(forwarder.downlinks[0]?.phyPayload ?? Buffer.alloc(0));
  expect(downlink).toMatchObject({ fPort: 0, fOpts: Buffer.alloc(0) });
  // DeviceTimeAns, then both requests.
  expect([0, 6, 11].map((at) => downlink?.payload[at])).toEqual([0x0d, 0x03, 0x03]);
  // With an order there is no room for the block: it waits whole.
  const other = RadioDevice.abp(333);
  await b.apply([abp(other)], { ...LORAWAN, region: 'US915', subBand: 2 });
  giveOrder(b, abp(other).id, { fPort: 3, bytes: Buffer.of(1) });
  forwarder.push(other.uplink({ fPort: 1, payload: Buffer.of(1), fOpts: Buffer.of(0x0d), adr: true }), heard);
  await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(2), PATIENCE);
  const second = other.receive(forwarder.downlinks[1]?.phyPayload ?? Buffer.alloc(0));
  expect(second?.fOpts).toHaveLength(6);
  expect(second?.payload).toEqual(Buffer.of(1));
});
