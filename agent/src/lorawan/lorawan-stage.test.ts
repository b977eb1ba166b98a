import { describe, expect, it, vi } from 'vitest';
import { abp, otaa, ShiftedClock } from '../../test/lorawan/radio-bench.ts';
import { radioBenches } from '../../test/lorawan/radio-benches.ts';
import { RadioDevice } from '../../test/lorawan/radio-device.ts';

const bench = radioBenches();

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
    const clock = new ShiftedClock();
    const b = bench({}, clock);
    const device = RadioDevice.abp(17);
    await b.apply([abp(device)]);
    const forwarder = await b.forwarder();
    b.beforeSink = () => Promise.reject(new Error('EIO'));
    const frame = device.uplink({ fPort: 1, payload: Buffer.of(1), confirmed: true });
    forwarder.push(frame);
    await vi.waitFor(() => expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_NOT_STORED: 1 }));
    b.beforeSink = async () => undefined;
    // Long enough that it is no late copy any more.
    clock.shift(1_600);
    forwarder.push(frame);
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1));
    expect(b.messages).toHaveLength(1);
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
