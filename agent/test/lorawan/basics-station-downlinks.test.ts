import { describe, expect, it, vi } from 'vitest';
import { timeOnAirMs } from '../../src/lorawan/network-server/time-on-air.ts';
import { giveOrder } from './give-order.ts';
import { abp, multicast } from './radio-bench.ts';
import { RadioDevice } from './radio-device.ts';
import { stationBenches } from './station-bench.ts';

const start = stationBenches();

/** A GPS time of 2024, in microseconds. */
const GPS_US = 1_400_000_000_000_000;

describe('class C', () => {
  it('is sent at once, before the station has heard anything', async () => {
    const { b, config, station } = await start();
    const lamp = RadioDevice.abp(72);
    const lampConfig = abp(lamp, { class: 'C' });
    await b.apply([lampConfig], config);
    const client = await station();
    const { progress } = giveOrder(b, lampConfig.id, { fPort: 2, bytes: Buffer.of(5) });
    const message = await client.sees('dnmsg');
    // With a first window a station would want a time, which nothing has told yet.
    expect(message).toMatchObject({ dC: 2, RxDelay: 1, RX2Freq: 869_525_000, RX2DR: 0, rctx: 0 });
    for (const field of ['xtime', 'RX1Freq', 'RX1DR']) expect(message).not.toHaveProperty(field);
    expect(lamp.receive(Buffer.from(String(message.pdu), 'hex'))).toMatchObject({ payload: Buffer.of(5) });
    client.transmitted(message);
    await vi.waitFor(() => expect(progress.map(({ state }) => state)).toEqual(['sent', 'confirmed']));
    expect(progress[1]).toMatchObject({ result: { window: 'RX2' } });
  });

  it('goes out by the antenna that heard last', async () => {
    const { b, device, config, station } = await start();
    const lamp = abp(RadioDevice.abp(72), { class: 'C' });
    await b.apply([lamp, abp(device)], config);
    const client = await station();
    client.hears(device.uplink(), { rctx: 1 });
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));
    giveOrder(b, lamp.id, { fPort: 2, bytes: Buffer.of(5) });
    expect(await client.sees('dnmsg')).toMatchObject({ rctx: 1 });
  });

  it('is sent frame by frame: the next when the radio is free', async () => {
    const { b, config, station } = await start();
    const lamps = [80, 81, 82].map((seed) => abp(RadioDevice.abp(seed), { class: 'C' }));
    await b.apply(lamps, config);
    const client = await station();
    const orders = lamps.map(({ id }) => giveOrder(b, id, { fPort: 2, bytes: Buffer.of(5) }));
    const airtimeMs = timeOnAirMs({ modulation: 'LORA', spreadingFactor: 12, bandwidthKhz: 125 }, 14);
    let last = 0;
    for (const count of [1, 2, 3]) {
      const message = await client.sees('dnmsg', count);
      expect(performance.now() - last).toBeGreaterThan(count === 1 ? 0 : airtimeMs);
      expect(client.of('dnmsg')).toHaveLength(count);
      last = performance.now();
      client.transmitted(message);
    }
    await vi.waitFor(() => {
      for (const { progress } of orders) expect(progress.map(({ state }) => state)).toEqual(['sent', 'confirmed']);
    });
  });

  it('does not stand in the way of an answer', async () => {
    const { b, device, config, station } = await start();
    const lamp = abp(RadioDevice.abp(72), { class: 'C' });
    await b.apply([lamp, abp(device)], config);
    const client = await station();
    giveOrder(b, lamp.id, { fPort: 2, bytes: Buffer.of(5) });
    const spontaneous = await client.sees('dnmsg');
    client.hears(device.uplink({ fPort: 1, payload: Buffer.of(1), confirmed: true }));
    const answer = await client.sees('dnmsg', 2);
    // A second chance costs a frame 10 (src/s2e.c, calcPriority).
    expect(Number(answer.priority) - 10).toBeGreaterThan(Number(spontaneous.priority));
  });

  it('that finds the channel taken waits where a gateway listens first', async () => {
    const { b, config, station } = await start({}, { region: 'KR920' });
    const lamp = abp(RadioDevice.abp(72), { class: 'C' });
    await b.apply([lamp], config);
    const client = await station();
    const { progress } = giveOrder(b, lamp.id, { fPort: 2, bytes: Buffer.of(5) });
    // A station that cannot send says nothing: five times, where elsewhere an order has three.
    const fifth = await vi
      .waitFor(() => expect(client.of('dnmsg')).toHaveLength(5), { timeout: 60_000 })
      .then(() => client.sees('dnmsg', 5));
    expect(progress).toEqual([]);
    client.transmitted(fifth);
    await vi.waitFor(() => expect(progress.map(({ state }) => state)).toEqual(['sent', 'confirmed']));
  }, 90_000);
});

describe('GPS time', () => {
  it('is told slowly and of the moment half-way, so that the station’s own clock may differ', async () => {
    const { station } = await start();
    const client = await station();
    const asked = Date.now();
    client.send({ msgtype: 'timesync', txtime: 9_007_199_254_740_993n });
    const answer = await client.sees('timesync');
    const answered = Date.now();
    expect(answer.txtime).toBe(9_007_199_254_740_993n);
    const told = Number(answer.gpstime) / 1_000 + 315_964_800_000 - 18_000;
    expect(told - asked).toBeGreaterThan(150);
    expect(answered - told).toBeGreaterThan(150);
  });

  it('is when a group is sent to', async () => {
    const { b, config, device, station } = await start();
    const group = multicast(RadioDevice.abp(74));
    await b.apply([group, abp(device)], config);
    const client = await station();
    client.hears(device.uplink(), { gpstime: GPS_US });
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));
    const at = Date.now() + 1_400;
    const { progress } = giveOrder(b, group.id, { fPort: 2, bytes: Buffer.of(5) }, { notBefore: at });
    const message = await client.sees('dnmsg');
    expect(Date.now()).toBeLessThan(at);
    const gpstime = (at - Date.UTC(1980, 0, 6) + 18_000) * 1_000;
    expect(message).toMatchObject({ dC: 1, Freq: 869_525_000, DR: 3, gpstime });
    client.transmitted(message);
    await vi.waitFor(() => expect(progress.map(({ state }) => state)).toEqual(['sent', 'confirmed']), {
      timeout: 10_000,
    });
  });

  it('is not known to a station that was not told the second yet', async () => {
    const { b, config, device, station } = await start();
    const group = multicast(RadioDevice.abp(74));
    await b.apply([group, abp(device)], config);
    const client = await station();
    // Microseconds since its last pulse: it counts from 0.
    client.hears(device.uplink(), { gpstime: 345_678 });
    await vi.waitFor(() => expect(b.messages).toHaveLength(1));
    const at = Date.now() + 1_000;
    giveOrder(b, group.id, { fPort: 2, bytes: Buffer.of(5) }, { notBefore: at });
    const message = await client.sees('dnmsg');
    expect(Date.now()).toBeGreaterThanOrEqual(at);
    expect(message).toMatchObject({ dC: 2, RX2Freq: 869_525_000, RX2DR: 3 });
    expect(message).not.toHaveProperty('gpstime');
  });
});
