import { afterEach, describe, expect, it, vi } from 'vitest';
import { MemoryStateStore } from '../../test/lorawan/memory-state-store.ts';
import { abp, LORAWAN, otaa, RadioBench } from '../../test/lorawan/radio-bench.ts';
import { RadioDevice } from '../../test/lorawan/radio-device.ts';
import type { OrderProgress } from '../device-order.ts';

const benches: RadioBench[] = [];

function bench(...options: ConstructorParameters<typeof RadioBench>): RadioBench {
  const made = new RadioBench(...options);
  benches.push(made);
  return made;
}

/** Gives an order and keeps what is reported of it. */
function order(b: RadioBench, device: string, payload: { fPort: number; bytes: Uint8Array; confirmed?: boolean }) {
  const progress: OrderProgress[] = [];
  const begun: number[] = [];
  b.stage.execute(
    { id: `order-${progress.length}`, device, expiresAt: Date.now() + 60_000, payload },
    {
      begin: async () => {
        begun.push(Date.now());
        return true;
      },
      report: (step) => void progress.push(step),
    },
  );
  return { progress, begun };
}

afterEach(async () => {
  for (const made of benches.splice(0)) {
    await made.stop();
    // Whatever a test did: nothing vanishes unexplained.
    expect(Object.entries(made.imbalances()).filter(([, off]) => off !== 0)).toEqual([]);
  }
});

describe('joining', () => {
  it('answers a join in RX1 after the session is durable, and hears the device under it', async () => {
    const b = bench();
    const device = new RadioDevice(1);
    await b.apply([otaa(device)]);
    const forwarder = await b.forwarder();
    let durableFirst = false;
    forwarder.onDownlink = () => {
      durableFirst = b.state.documents.get('lorawan.sessions')?.has(device.devEui) === true;
    };
    forwarder.push(device.joinRequest(), { counterUs: 4_294_000_000, frequencyMhz: 868.3, dataRate: 'SF9BW125' });
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1));
    const [accept] = forwarder.downlinks;
    expect(durableFirst).toBe(true);
    // 5 s after the request, on the counter that wraps at 2^32 µs.
    expect(accept?.txpk).toMatchObject({ tmst: (4_294_000_000 + 5_000_000) % 2 ** 32, freq: 868.3, datr: 'SF9BW125' });
    expect(accept?.txpk).toMatchObject({ ipol: true, powe: 16, modu: 'LORA' });
    const { cfList, rxDelay } = device.acceptJoin(accept?.phyPayload ?? Buffer.alloc(0));
    expect(rxDelay).toBe(1);
    expect(cfList.readUIntLE(0, 3) * 100).toBe(867_100_000);
    expect(Number.parseInt(device.devAddr, 16)).toBeLessThan(2 ** 25);

    forwarder.push(device.uplink({ fPort: 7, payload: Buffer.from('cafe', 'hex') }));
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));
    const [message] = b.messages;
    expect(message).toMatchObject({ fPort: 7, link: { fCnt: 0, dataRate: 'SF7BW125', frequencyHz: 868_100_000 } });
    expect(Buffer.from(message?.payload ?? []).toString('hex')).toBe('cafe');
  });

  it.each([
    '1.0.2',
    '1.0.3',
  ] as const)('refuses a used DevNonce of a %s device, also after a restart', async (macVersion) => {
    const b = bench();
    const device = new RadioDevice(2);
    await b.apply([otaa(device, { macVersion })]);
    const forwarder = await b.forwarder();
    const request = device.joinRequest(500);
    forwarder.push(request);
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1));
    forwarder.push(device.joinRequest(400));
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(2));

    const after = bench({ state: b.state });
    await after.apply([otaa(device, { macVersion })]);
    const forwarderAfter = await after.forwarder();
    forwarderAfter.push(request);
    await vi.waitFor(() => expect(after.dropped('lorawan.frames')).toEqual({ LORAWAN_DEVNONCE_USED: 1 }));
  });

  it('wants the DevNonce of a 1.0.4 device to rise', async () => {
    const b = bench();
    const device = new RadioDevice(3);
    await b.apply([otaa(device, { macVersion: '1.0.4' })]);
    const forwarder = await b.forwarder();
    forwarder.push(device.joinRequest(10));
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1));
    forwarder.push(device.joinRequest(9));
    await vi.waitFor(() => expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_DEVNONCE_USED: 1 }));
    forwarder.push(device.joinRequest(11));
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(2));
  });

  it('never repeats a JoinNonce, so that keys differ', async () => {
    const b = bench();
    const device = new RadioDevice(4);
    await b.apply([otaa(device)]);
    const forwarder = await b.forwarder();
    const keys = new Set<string>();
    for (let round = 1; round <= 3; round += 1) {
      forwarder.push(device.joinRequest());
      await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(round));
      device.acceptJoin(forwarder.downlinks.at(-1)?.phyPayload ?? Buffer.alloc(0));
      keys.add(device.nwkSKey).add(device.appSKey);
    }
    expect(keys.size).toBe(6);
  });

  it('sends no accept while the disk refuses the session', async () => {
    const b = bench();
    const device = new RadioDevice(5);
    await b.apply([otaa(device)]);
    const forwarder = await b.forwarder();
    b.state.beforeWrite = () => Promise.reject(new Error('EIO'));
    forwarder.push(device.joinRequest());
    await vi.waitFor(() => expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_NOT_STORED: 1 }));
    b.state.beforeWrite = async () => undefined;
    forwarder.push(device.joinRequest());
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1));
    expect(() => device.acceptJoin(forwarder.downlinks[0]?.phyPayload ?? Buffer.alloc(0))).not.toThrow();
  });

  it('keeps hearing a device under its old session until it uses the new one', async () => {
    const b = bench();
    const device = new RadioDevice(6);
    await b.apply([otaa(device)]);
    const forwarder = await b.forwarder();
    forwarder.push(device.joinRequest());
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1));
    device.acceptJoin(forwarder.downlinks[0]?.phyPayload ?? Buffer.alloc(0));
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));
    // The accept of a second join is lost on the air.
    forwarder.push(device.joinRequest());
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(2));
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(b.messages).toHaveLength(2));
    device.acceptJoin(forwarder.downlinks[1]?.phyPayload ?? Buffer.alloc(0));
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(b.messages).toHaveLength(3));
    expect(b.messages[2]?.mark.key).not.toBe(b.messages[1]?.mark.key);
  });
});

describe('uplinks', () => {
  it('merges what several antennas heard into one message with the best as its link', async () => {
    const b = bench();
    const device = RadioDevice.abp(10);
    await b.apply([abp(device)]);
    const near = await b.forwarder('0016c001f1500001');
    const far = await b.forwarder('0016c001f1500002');
    const frame = device.uplink();
    far.push(frame, { snr: -12, rssi: -115 });
    near.push(frame, { snr: 8.5, rssi: -71 });
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));
    expect(b.messages[0]?.link).toMatchObject({ snrDb: 8.5, rssiDbm: -71, receptions: 2 });
    expect(b.messages[0]?.link.heardBy?.map(({ gateway }) => gateway)).toEqual([
      '0016c001f1500001',
      '0016c001f1500002',
    ]);
    expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_DUPLICATE: 1 });
  });

  it('takes a late copy for a copy, not for a retransmission', async () => {
    const b = bench();
    const device = RadioDevice.abp(11);
    await b.apply([abp(device)]);
    const forwarder = await b.forwarder();
    const frame = device.uplink();
    forwarder.push(frame);
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));
    forwarder.push(frame);
    await vi.waitFor(() => expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_DUPLICATE: 1 }));
  });

  it('counts every refusal by its reason', async () => {
    const b = bench();
    const device = RadioDevice.abp(12);
    const stranger = RadioDevice.abp(13);
    await b.apply([abp(device)]);
    const forwarder = await b.forwarder();
    const first = device.uplink();
    forwarder.push(first);
    forwarder.push(device.uplink());
    forwarder.push(stranger.uplink());
    const forged = device.uplink();
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    forwarder.push(forged);
    forwarder.push(Buffer.from('40', 'hex'));
    forwarder.push(Buffer.from('c0'.repeat(12), 'hex'));
    forwarder.push(device.uplink({}));
    forwarder.push(device.uplink(), { stat: -1 });
    forwarder.pushJson({ rxpk: [{ data: '***' }] });
    await vi.waitFor(() =>
      expect(b.dropped('lorawan.frames')).toEqual({
        LORAWAN_DEVICE_UNKNOWN: 1,
        LORAWAN_MIC_INVALID: 1,
        LORAWAN_FRAME_INVALID: 2,
        LORAWAN_VERSION_UNSUPPORTED: 1,
        LORAWAN_NO_PAYLOAD: 1,
        LORAWAN_CRC: 1,
      }),
    );
    expect(b.messages).toHaveLength(2);
  });

  it('counts 32 bits across a roll-over of 16', async () => {
    const b = bench();
    const device = RadioDevice.abp(14);
    await b.apply([abp(device, { macVersion: '1.0.4' })]);
    const forwarder = await b.forwarder();
    for (const fCnt of [65_534, 65_535, 65_536, 65_540]) {
      device.fCntUp = fCnt;
      forwarder.push(device.uplink());
      await vi.waitFor(() => expect(b.messages.at(-1)?.link.fCnt).toBe(fCnt));
    }
  });

  it('refuses a device that begins at 0 again, unless the operator allowed that for it', async () => {
    const b = bench();
    const strict = RadioDevice.abp(15);
    const relaxed = RadioDevice.abp(16);
    const { activation } = abp(relaxed).lorawan;
    if (activation.mode !== 'abp') throw new Error('not ABP');
    const config = [abp(strict), abp(relaxed, { activation: { ...activation, relaxedFrameCounter: true } })];
    await b.apply(config);
    const forwarder = await b.forwarder();
    for (const device of [strict, relaxed]) for (let i = 0; i < 3; i += 1) forwarder.push(device.uplink());
    await vi.waitFor(() => expect(b.messages).toHaveLength(6));
    for (const device of [strict, relaxed]) {
      device.fCntUp = 0;
      forwarder.push(device.uplink({ fPort: 2, payload: Buffer.from('again') }));
    }
    await vi.waitFor(() => expect(b.messages).toHaveLength(7));
    expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_FCNT_REPLAY: 1 });
    expect(b.messages[6]?.device.id).toBe(config[1]?.id);

    const after = bench({ state: b.state, marks: b.marks });
    await after.apply(config);
    const forwarderAfter = await after.forwarder();
    forwarderAfter.push(relaxed.uplink());
    await vi.waitFor(() => expect(after.messages).toHaveLength(1));
    expect(after.messages[0]?.link.fCnt).toBe(1);
  });

  it('lets a frame in again that the disk had refused', async () => {
    const b = bench();
    const device = RadioDevice.abp(17);
    await b.apply([abp(device)]);
    const forwarder = await b.forwarder();
    b.beforeSink = () => Promise.reject(new Error('EIO'));
    const frame = device.uplink({ fPort: 1, payload: Buffer.of(1), confirmed: true });
    forwarder.push(frame);
    await vi.waitFor(() => expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_NOT_STORED: 1 }));
    b.beforeSink = async () => undefined;
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    forwarder.push(frame);
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));
    expect(forwarder.downlinks).toHaveLength(1);
  });
});

describe('a crash', () => {
  it('between the session’s write and the frame’s leaves the frame to be heard again', async () => {
    const b = bench();
    const device = RadioDevice.abp(18);
    await b.apply([abp(device)]);
    const forwarder = await b.forwarder();
    // The outbox hangs while the session, with its reserved counters, is long on the disk.
    let release: () => void = () => undefined;
    b.beforeSink = () => new Promise((resolve) => (release = resolve));
    const frame = device.uplink({ fPort: 1, payload: Buffer.of(1), confirmed: true });
    forwarder.push(frame);
    await vi.waitFor(() => expect(b.state.documents.get('lorawan.sessions')?.size).toBe(1));

    const after = bench({ state: b.state });
    await after.apply([abp(device)]);
    const forwarderAfter = await after.forwarder();
    forwarderAfter.push(frame);
    await vi.waitFor(() => expect(after.messages).toHaveLength(1));
    await vi.waitFor(() => expect(forwarderAfter.downlinks).toHaveLength(1));
    release();
  });
});

describe('answers', () => {
  it('acknowledges a confirmed uplink in RX1, after it is durable', async () => {
    const b = bench();
    const device = RadioDevice.abp(20);
    await b.apply([abp(device)]);
    const forwarder = await b.forwarder();
    let durable = false;
    b.beforeSink = async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      durable = true;
    };
    forwarder.onDownlink = () => expect(durable).toBe(true);
    forwarder.push(device.uplink({ fPort: 1, payload: Buffer.of(1), confirmed: true }), { counterUs: 5_000_000 });
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1));
    expect(forwarder.downlinks[0]?.txpk).toMatchObject({ tmst: 6_000_000, freq: 868.1, datr: 'SF7BW125' });
    expect(device.receive(forwarder.downlinks[0]?.phyPayload ?? Buffer.alloc(0))).toMatchObject({ ack: true, fCnt: 0 });
  });

  it('acknowledges in RX2 when the disk is late for RX1, and not at all when it is late for both', async () => {
    const b = bench();
    const device = RadioDevice.abp(21);
    await b.apply([abp(device)]);
    const forwarder = await b.forwarder();
    let delayMs = 900;
    b.beforeSink = () => new Promise((resolve) => setTimeout(resolve, delayMs));
    forwarder.push(device.uplink({ fPort: 1, payload: Buffer.of(1), confirmed: true }), { counterUs: 5_000_000 });
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1), { timeout: 3_000 });
    expect(forwarder.downlinks[0]?.txpk).toMatchObject({ tmst: 7_000_000, freq: 869.525, datr: 'SF12BW125', powe: 27 });
    delayMs = 1_900;
    const late = device.uplink({ fPort: 1, payload: Buffer.of(2), confirmed: true });
    forwarder.push(late);
    await vi.waitFor(() => expect(b.messages).toHaveLength(2), { timeout: 3_000 });
    expect(forwarder.downlinks).toHaveLength(1);
    // The device repeats the frame; by now it is known, and acknowledged without being stored again.
    forwarder.push(late);
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(2));
    expect(device.receive(forwarder.downlinks[1]?.phyPayload ?? Buffer.alloc(0))?.ack).toBe(true);
    expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_RETRANSMISSION: 1 });
    expect(b.messages).toHaveLength(2);
  });

  it('tells the link margin and the time', async () => {
    const b = bench();
    const device = RadioDevice.abp(22);
    await b.apply([abp(device)]);
    const forwarder = await b.forwarder();
    forwarder.push(device.uplink({ fOpts: Buffer.of(0x02, 0x0d) }), { snr: 2.5, dataRate: 'SF10BW125' });
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1));
    const downlink = device.receive(forwarder.downlinks[0]?.phyPayload ?? Buffer.alloc(0));
    // SF10 needs −15 dB.
    expect(downlink?.fOpts.subarray(0, 3)).toEqual(Buffer.of(0x02, 18, 1));
    const gpsSeconds = downlink?.fOpts.readUInt32LE(4) ?? 0;
    expect(Math.abs(gpsSeconds + 315_964_800 - 18 - Date.now() / 1_000)).toBeLessThan(5);
  });

  it('hands a downlink over again for RX2 when the forwarder refuses RX1', async () => {
    const b = bench();
    const device = RadioDevice.abp(23);
    const config = abp(device);
    await b.apply([config]);
    const forwarder = await b.forwarder();
    forwarder.answer = ({ freq }) => ({ txpk_ack: { error: freq === 869.525 ? 'NONE' : 'COLLISION_PACKET' } });
    const { progress, begun } = order(b, config.id, { fPort: 3, bytes: Buffer.from('0140', 'hex') });
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(progress).toHaveLength(2));
    expect(progress).toEqual([{ state: 'sent' }, { state: 'confirmed', result: { window: 'RX2', fCntDown: 0 } }]);
    expect(begun).toHaveLength(1);
    const [first, second] = forwarder.downlinks;
    expect(second?.phyPayload).toEqual(first?.phyPayload);
    expect(b.dropped('lorawan.downlinks')).toEqual({ LORAWAN_TX_REFUSED: 1 });
  });

  it('speaks version 1 to a forwarder that does, which has no TX_ACK', async () => {
    const b = bench();
    const device = RadioDevice.abp(24);
    const config = abp(device);
    await b.apply([config]);
    const forwarder = await b.forwarder('0016c001f1500003', 1);
    forwarder.answer = () => undefined;
    const { progress } = order(b, config.id, { fPort: 3, bytes: Buffer.of(1) });
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(progress.at(-1)?.state).toBe('confirmed'));
  });
});

describe('orders', () => {
  it('wait for the next uplink, go one by one, and say that more is coming', async () => {
    const b = bench();
    const device = RadioDevice.abp(30);
    const config = abp(device);
    await b.apply([config]);
    const forwarder = await b.forwarder();
    const first = order(b, config.id, { fPort: 3, bytes: Buffer.of(1) });
    const second = order(b, config.id, { fPort: 3, bytes: Buffer.of(2) });
    expect(first.begun).toHaveLength(0);
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(first.progress.at(-1)?.state).toBe('confirmed'));
    expect(device.receive(forwarder.downlinks[0]?.phyPayload ?? Buffer.alloc(0))).toMatchObject({
      fPort: 3,
      payload: Buffer.of(1),
      fPending: true,
    });
    expect(second.begun).toHaveLength(0);
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(second.progress.at(-1)?.state).toBe('confirmed'));
    expect(device.receive(forwarder.downlinks[1]?.phyPayload ?? Buffer.alloc(0))).toMatchObject({ fPending: false });
  });

  it('of a confirmed downlink end when the device acknowledges, after as many tries as it takes', async () => {
    const b = bench();
    const device = RadioDevice.abp(31);
    const config = abp(device);
    await b.apply([config]);
    const forwarder = await b.forwarder();
    const { progress } = order(b, config.id, { fPort: 3, bytes: Buffer.of(1), confirmed: true });
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(progress).toEqual([{ state: 'sent' }]));
    expect(device.receive(forwarder.downlinks[0]?.phyPayload ?? Buffer.alloc(0))?.confirmed).toBe(true);
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(2));
    forwarder.push(device.uplink({ fPort: 1, payload: Buffer.of(1), ack: true }));
    await vi.waitFor(() => expect(progress.at(-1)).toEqual({ state: 'confirmed', result: { acknowledged: true } }));
  });

  it('fail when the device never acknowledges', async () => {
    const b = bench();
    const device = RadioDevice.abp(32);
    const config = abp(device);
    await b.apply([config]);
    const forwarder = await b.forwarder();
    const { progress } = order(b, config.id, { fPort: 3, bytes: Buffer.of(1), confirmed: true });
    for (let round = 1; round <= 3; round += 1) {
      forwarder.push(device.uplink());
      await vi.waitFor(() => expect(b.ledger.snapshot()['lorawan.downlinks']?.out).toBe(round));
    }
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(progress.at(-1)).toMatchObject({ code: 'LORAWAN_NOT_ACKNOWLEDGED' }));
  });

  it('say why they cannot be carried out', async () => {
    const b = bench();
    const device = RadioDevice.abp(33);
    const config = abp(device);
    await b.apply([config]);
    const unknown = order(b, 'nobody', { fPort: 3, bytes: Buffer.of(1) });
    expect(unknown.progress).toMatchObject([{ state: 'failed', code: 'COMMAND_DEVICE_UNKNOWN' }]);
    const tooLong = order(b, config.id, { fPort: 3, bytes: Buffer.alloc(223) });
    expect(tooLong.progress).toMatchObject([{ state: 'failed', code: 'LORAWAN_DOWNLINK_TOO_LONG' }]);
    const waiting = order(b, config.id, { fPort: 3, bytes: Buffer.of(1) });
    await b.apply([]);
    expect(waiting.progress).toMatchObject([{ state: 'failed', code: 'COMMAND_DEVICE_UNKNOWN' }]);
  });

  it('are given up after the forwarder refused three times, or did not answer', async () => {
    const b = bench();
    const device = RadioDevice.abp(34);
    const config = abp(device);
    await b.apply([config]);
    const forwarder = await b.forwarder();
    forwarder.answer = () => ({ txpk_ack: { error: 'TX_FREQ' } });
    const refused = order(b, config.id, { fPort: 3, bytes: Buffer.of(1) });
    for (let round = 1; round <= 3; round += 1) {
      forwarder.push(device.uplink());
      await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(round * 2));
    }
    await vi.waitFor(() =>
      expect(refused.progress).toMatchObject([{ code: 'LORAWAN_TX_REFUSED', message: 'TX_FREQ' }]),
    );
    forwarder.answer = () => undefined;
    const silent = order(b, config.id, { fPort: 3, bytes: Buffer.of(1) });
    forwarder.push(device.uplink());
    await vi.waitFor(
      () => expect(silent.progress).toMatchObject([{ state: 'sent' }, { code: 'LORAWAN_TX_UNANSWERED' }]),
      { timeout: 3_000 },
    );
  });
});

describe('configuration', () => {
  it('leaves ports and sessions alone that stay, and everything when it cannot live with the new one', async () => {
    const b = bench();
    const device = RadioDevice.abp(40);
    await b.apply([abp(device)]);
    const forwarder = await b.forwarder();
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));

    const roof = { id: 'roof', type: 'semtech-udp' as const, host: '127.0.0.1', port: 0 };
    const elsewhere = { id: 'cellar', type: 'semtech-udp' as const, host: '192.0.2.1', port: 1_700 };
    await expect(b.apply([abp(device)], { ...LORAWAN, sources: [roof, elsewhere] })).rejects.toMatchObject({
      code: 'CONFIG_PORT_BUSY',
    });
    const before = b.stage.status().sources[0]?.address;
    await b.apply([{ ...abp(device), name: 'Lampe 40' }, abp(RadioDevice.abp(41))]);
    expect(b.stage.status().sources[0]?.address).toBe(before);
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(b.messages).toHaveLength(2));
    expect(b.messages[1]?.link.fCnt).toBe(1);
  });

  it('takes a device back where it left, so that a detour through the configuration replays nothing', async () => {
    const b = bench();
    const device = RadioDevice.abp(42);
    await b.apply([abp(device)]);
    const forwarder = await b.forwarder();
    const frames = [device.uplink(), device.uplink()];
    for (const frame of frames) forwarder.push(frame);
    await vi.waitFor(() => expect(b.messages).toHaveLength(2));
    await b.apply([]);
    await b.apply([abp(device)]);
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    for (const frame of frames) forwarder.push(frame);
    await vi.waitFor(() =>
      expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_FCNT_REPLAY: 1, LORAWAN_RETRANSMISSION: 1 }),
    );
    expect(b.messages).toHaveLength(2);
  });

  it('writes no key into the log', async () => {
    const b = bench();
    const device = RadioDevice.abp(43);
    const joining = new RadioDevice(44);
    await b.apply([abp(device), otaa(joining)]);
    const forwarder = await b.forwarder();
    const forged = device.uplink();
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    forwarder.push(forged);
    const request = joining.joinRequest();
    request[request.length - 1] = (request.at(-1) ?? 0) ^ 1;
    forwarder.push(request);
    await vi.waitFor(() => expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_MIC_INVALID: 2 }));
    const log = b.logLines.join('');
    expect(log).toContain('LORAWAN_MIC_INVALID');
    for (const key of [device.nwkSKey, device.appSKey, joining.appKey]) expect(log).not.toContain(key);
  });
});

describe('a slow disk', () => {
  it('does not hold up a downlink that needs none of it', async () => {
    const state = new MemoryStateStore();
    const b = bench({ state });
    const device = RadioDevice.abp(50);
    const config = abp(device);
    await b.apply([config]);
    const forwarder = await b.forwarder();
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));
    state.beforeWrite = () => new Promise((resolve) => setTimeout(resolve, 500));
    b.beforeSink = () => new Promise((resolve) => setTimeout(resolve, 500));
    for (let round = 1; round <= 40; round += 1) {
      const pushedAt = performance.now();
      forwarder.push(device.uplink({ fPort: 1, payload: Buffer.of(1), fOpts: Buffer.of(0x02) }));
      await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(round), { interval: 5 });
      expect((forwarder.downlinks.at(-1)?.atMs ?? Number.POSITIVE_INFINITY) - pushedAt).toBeLessThan(650);
    }
  });
});
