import { afterEach, describe, expect, it, vi } from 'vitest';
import { giveOrder } from './give-order.ts';
import { abp, multicast, otaa, RadioBench } from './radio-bench.ts';
import { RadioDevice } from './radio-device.ts';

const benches: RadioBench[] = [];

function bench(...options: ConstructorParameters<typeof RadioBench>): RadioBench {
  const made = new RadioBench(...options);
  benches.push(made);
  return made;
}

function order(b: RadioBench, device: string, bytes: Uint8Array, confirmed = false, notBefore?: number) {
  return giveOrder(b, device, { fPort: 3, bytes, confirmed }, { notBefore }).progress;
}

afterEach(async () => {
  for (const made of benches.splice(0)) {
    await made.stop();
    expect(Object.entries(made.imbalances()).filter(([, off]) => off !== 0)).toEqual([]);
  }
});

describe('class C', () => {
  it('is spoken to at once, in RX2’s parameters', async () => {
    const b = bench();
    const device = RadioDevice.abp(60);
    const config = abp(device, { class: 'C' });
    await b.apply([config]);
    const forwarder = await b.forwarder();
    const progress = order(b, config.id, Buffer.of(9));
    await vi.waitFor(() => expect(progress.map(({ state }) => state)).toEqual(['sent', 'confirmed']));
    const [downlink] = forwarder.downlinks;
    expect(downlink?.txpk).toMatchObject({ imme: true, freq: 869.525, datr: 'SF12BW125' });
    expect(device.receive(downlink?.phyPayload ?? Buffer.alloc(0))).toMatchObject({ fPort: 3, payload: Buffer.of(9) });
  });

  it('sends again what is not acknowledged in its time, one order after the other', { timeout: 30_000 }, async () => {
    const b = bench();
    const device = RadioDevice.abp(61);
    const config = abp(device, { class: 'C' });
    await b.apply([config]);
    const forwarder = await b.forwarder();
    const first = order(b, config.id, Buffer.of(1), true);
    const second = order(b, config.id, Buffer.of(2), true);
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(2));
    for (const { phyPayload } of forwarder.downlinks) {
      expect(device.receive(phyPayload)).toMatchObject({ confirmed: true, payload: Buffer.of(1) });
    }
    forwarder.push(device.uplink({ ack: true }));
    await vi.waitFor(() => expect(first.at(-1)).toEqual({ state: 'confirmed', result: { acknowledged: true } }));
    await vi.waitFor(() => expect(second).toEqual([{ state: 'sent' }]));
  });

  it('waits for a gateway that can transmit', async () => {
    const b = bench();
    const device = RadioDevice.abp(62);
    const config = abp(device, { class: 'C' });
    await b.apply([config]);
    const progress = order(b, config.id, Buffer.of(9));
    expect(progress).toEqual([]);
    await b.forwarder();
    await vi.waitFor(() => expect(progress.at(-1)?.state).toBe('confirmed'));
  });
});

describe('a multicast group', () => {
  it('is sent the same frame through every gateway, and never heard', async () => {
    const b = bench();
    const member = RadioDevice.abp(63);
    const group = multicast(member);
    await b.apply([group]);
    const gateways = [await b.forwarder('0016c001f1500001'), await b.forwarder('0016c001f1500002')];
    const progress = order(b, group.id, Buffer.of(7), true);
    await vi.waitFor(() => expect(progress.map(({ state }) => state)).toEqual(['sent', 'confirmed']));
    const [one, other] = gateways.map(({ downlinks }) => downlinks[0]);
    expect(one?.phyPayload).toEqual(other?.phyPayload);
    expect(one?.txpk).toMatchObject({ imme: true, datr: 'SF9BW125' });
    const heard = member.receive(one?.phyPayload ?? Buffer.alloc(0));
    expect(heard).toMatchObject({ payload: Buffer.of(7), confirmed: false, fCnt: 0 });
    // Every member knows the keys: a frame under them proves nothing.
    gateways[0]?.push(member.uplink());
    await vi.waitFor(() => expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_DEVICE_UNKNOWN: 1 }));
  });
});

describe('an appointment', () => {
  it('is kept by a class C device, while what has none goes before', async () => {
    const b = bench();
    const device = RadioDevice.abp(66);
    const config = abp(device, { class: 'C' });
    await b.apply([config]);
    const forwarder = await b.forwarder();
    const at = Date.now() + 2_500;
    const scheduled = order(b, config.id, Buffer.of(2), false, at);
    const now = order(b, config.id, Buffer.of(1));
    await vi.waitFor(() => expect(now.at(-1)?.state).toBe('confirmed'));
    expect(scheduled).toEqual([]);
    let heardAt = 0;
    forwarder.onDownlink = () => {
      heardAt = Date.now();
    };
    await vi.waitFor(() => expect(scheduled.at(-1)?.state).toBe('confirmed'));
    expect(heardAt - at).toBeGreaterThanOrEqual(0);
    expect(heardAt - at).toBeLessThan(400);
    const payloads = forwarder.downlinks.map(({ phyPayload }) => device.receive(phyPayload)?.payload);
    expect(payloads).toEqual([Buffer.of(1), Buffer.of(2)]);
  });

  it('is kept by a group to the millisecond where a gateway has GPS, and at the moment by the others', async () => {
    const b = bench();
    const member = RadioDevice.abp(67);
    const sensor = RadioDevice.abp(68);
    const group = multicast(member);
    await b.apply([group, abp(sensor)]);
    const [precise, plain] = [await b.forwarder('0016c001f1500001'), await b.forwarder('0016c001f1500002')];
    precise.push(sensor.uplink(), { gpsTimeMs: 1_400_000_000_000 });
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));
    const at = Date.now() + 2_000;
    const heardAt = new Map<string, number>();
    precise.onDownlink = () => void heardAt.set('precise', Date.now());
    plain.onDownlink = () => void heardAt.set('plain', Date.now());
    const progress = order(b, group.id, Buffer.of(7), false, at);
    await vi.waitFor(() => expect(progress.at(-1)?.state).toBe('confirmed'));
    // GPS time began on 1980-01-06 and is 18 leap seconds ahead.
    expect(precise.downlinks[0]?.txpk.tmms).toBe(at - Date.UTC(1980, 0, 6) + 18_000);
    expect(precise.downlinks[0]?.txpk.imme).toBeUndefined();
    expect(heardAt.get('precise')).toBeLessThan(at - 200);
    expect(plain.downlinks[0]?.txpk.imme).toBe(true);
    expect((heardAt.get('plain') ?? 0) - at).toBeGreaterThanOrEqual(0);
    expect((heardAt.get('plain') ?? 0) - at).toBeLessThan(600);
    expect(plain.downlinks[0]?.phyPayload).toEqual(precise.downlinks[0]?.phyPayload);
  });

  it('waits for the time to be known', async () => {
    let isTrusted = false;
    const b = bench({}, { now: () => Date.now(), monotonicMs: () => performance.now(), trusted: () => isTrusted });
    const device = RadioDevice.abp(69);
    const config = abp(device);
    await b.apply([config]);
    const forwarder = await b.forwarder();
    order(b, config.id, Buffer.of(2), false, Date.now() - 1_000);
    forwarder.push(device.uplink({ confirmed: true, fPort: 1, payload: Buffer.of(1) }));
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1));
    expect(device.receive(forwarder.downlinks[0]?.phyPayload ?? Buffer.alloc(0))?.payload).toHaveLength(0);
    isTrusted = true;
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(2));
    expect(device.receive(forwarder.downlinks[1]?.phyPayload ?? Buffer.alloc(0))?.payload).toEqual(Buffer.of(2));
  });
});

describe('adaptive data rate', () => {
  it('tells a strong device to be faster and quieter, and believes it only when it agrees', async () => {
    const b = bench();
    const device = new RadioDevice(64);
    await b.apply([otaa(device)]);
    const forwarder = await b.forwarder();
    forwarder.push(device.joinRequest());
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1));
    device.acceptJoin(forwarder.downlinks[0]?.phyPayload ?? Buffer.alloc(0));

    const answerOf = async (fOpts?: Buffer, dataRate = 'SF12BW125') => {
      const before = forwarder.downlinks.length;
      const content = { fPort: 1, payload: Buffer.of(1), adr: true, ...(fOpts && { fOpts }) };
      forwarder.push(device.uplink(content), { dataRate, snr: 5 });
      await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(before + 1));
      return device.receive(forwarder.downlinks.at(-1)?.phyPayload ?? Buffer.alloc(0))?.fOpts;
    };
    // SNR 5 at SF12: 15 dB over what is needed and the margin, five steps: DR5, all eight channels.
    expect(await answerOf()).toEqual(Buffer.of(0x03, 0x50, 0xff, 0x00, 0x01));
    // The device does not have those channels: then only those that it knows by heart.
    expect(await answerOf(Buffer.of(0x03, 0b110))).toEqual(Buffer.of(0x03, 0x50, 0x07, 0x00, 0x01));
    forwarder.push(device.uplink({ fPort: 1, payload: Buffer.of(1), adr: true, fOpts: Buffer.of(0x03, 0b111) }), {
      dataRate: 'SF7BW125',
      snr: 4,
    });
    await vi.waitFor(() => expect(b.messages).toHaveLength(3));
    expect(forwarder.downlinks).toHaveLength(3);
  });
});

describe('the duty cycle', () => {
  it('moves answers to RX2 when RX1’s sub-band is used up, and shows what is left', { timeout: 30_000 }, async () => {
    const b = bench();
    const device = RadioDevice.abp(65);
    const config = abp(device);
    await b.apply([config]);
    const forwarder = await b.forwarder();
    const channels: number[] = [];
    // 51 bytes at SF12 take 2.8 s: twelve of them fill 1 % of an hour.
    for (let round = 1; round <= 14; round += 1) {
      const progress = order(b, config.id, Buffer.alloc(51));
      forwarder.push(device.uplink(), { dataRate: 'SF12BW125' });
      await vi.waitFor(() => expect(progress.at(-1)?.state).toBe('confirmed'));
      channels.push(forwarder.downlinks.at(-1)?.txpk.freq ?? 0);
    }
    expect(channels).toEqual([...new Array<number>(12).fill(868.1), 869.525, 869.525]);
    expect(b.dropped('lorawan.downlinks')).toEqual({ LORAWAN_DUTY_CYCLE: 2 });
    const [used] = b.stage.status().airtime;
    expect(used).toMatchObject({ fromHz: 868_000_000, dutyCycle: 0.01 });
    expect(used?.leftMs).toBeLessThan(2_800);
    expect((used?.usedMs ?? 0) + (used?.leftMs ?? 0)).toBeCloseTo(36_000, 6);
  });
});
