import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { giveOrder } from '../../test/lorawan/give-order.ts';
import { MemoryStateStore } from '../../test/lorawan/memory-state-store.ts';
import { abp, LORAWAN, otaa, ShiftedClock } from '../../test/lorawan/radio-bench.ts';
import { radioBenches } from '../../test/lorawan/radio-benches.ts';
import { RadioDevice } from '../../test/lorawan/radio-device.ts';

const bench = radioBenches();

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
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1));
    expect(forwarder.downlinks[0]?.txpk).toMatchObject({ tmst: 7_000_000, freq: 869.525, datr: 'SF12BW125', powe: 27 });
    delayMs = 1_900;
    const late = device.uplink({ fPort: 1, payload: Buffer.of(2), confirmed: true });
    forwarder.push(late);
    await vi.waitFor(() => expect(b.messages).toHaveLength(2));
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
    const { progress, begun } = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.from('0140', 'hex') });
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
    const { progress } = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.of(1) });
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
    const first = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.of(1) });
    const second = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.of(2) });
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
    const { progress } = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.of(1), confirmed: true });
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
    const { progress } = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.of(1), confirmed: true });
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
    const unknown = giveOrder(b, 'nobody', { fPort: 3, bytes: Buffer.of(1) });
    expect(unknown.progress).toMatchObject([{ state: 'failed', code: 'COMMAND_DEVICE_UNKNOWN' }]);
    const tooLong = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.alloc(223) });
    expect(tooLong.progress).toMatchObject([{ state: 'failed', code: 'LORAWAN_DOWNLINK_TOO_LONG' }]);
    const waiting = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.of(1) });
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
    const refused = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.of(1) });
    for (let round = 1; round <= 3; round += 1) {
      forwarder.push(device.uplink());
      await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(round * 2));
    }
    await vi.waitFor(() =>
      expect(refused.progress).toMatchObject([{ code: 'LORAWAN_TX_REFUSED', message: 'TX_FREQ' }]),
    );
    forwarder.answer = () => undefined;
    const silent = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.of(1) });
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

  it('starts without a source whose address is taken, and takes it up when it is free', async () => {
    const taken = createSocket('udp4').bind(0, '127.0.0.1');
    await once(taken, 'listening');
    const b = bench();
    const device = RadioDevice.abp(45);
    const busy = { id: 'cellar', type: 'semtech-udp' as const, host: '127.0.0.1', port: taken.address().port };
    await b.stage.start({ ...LORAWAN, sources: [busy, ...LORAWAN.sources] }, [abp(device)]);
    expect(b.stage.missing()).toEqual([expect.stringContaining('Source cellar')]);
    const forwarder = await b.forwarder();
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));

    taken.close();
    await vi.waitFor(() => expect(b.stage.missing()).toEqual([]));
    expect(b.stage.status().sources.map(({ id }) => id)).toEqual(['roof', 'cellar']);
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(b.messages).toHaveLength(2));
  });

  it('takes a device back where it left, so that a detour through the configuration replays nothing', async () => {
    const clock = new ShiftedClock();
    const b = bench({}, clock);
    const device = RadioDevice.abp(42);
    await b.apply([abp(device)]);
    const forwarder = await b.forwarder();
    const frames = [device.uplink(), device.uplink()];
    for (const frame of frames) forwarder.push(frame);
    await vi.waitFor(() => expect(b.messages).toHaveLength(2));
    await b.apply([]);
    await b.apply([abp(device)]);
    clock.shift(1_600);
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
