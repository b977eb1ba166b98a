import { describe, expect, it, vi } from 'vitest';
import { giveOrder } from '../../test/lorawan/give-order.ts';
import { abp, LORAWAN, type RadioBench, SYSTEM_CLOCK } from '../../test/lorawan/radio-bench.ts';
import { radioBenches } from '../../test/lorawan/radio-benches.ts';
import { RadioDevice } from '../../test/lorawan/radio-device.ts';
import { TransmitPower } from './transmit-power.ts';

const bench = radioBenches();
const PATIENCE = { timeout: 15_000 };
const TABLE = new Set([...Array.from({ length: 21 }, (_none, index) => index - 6), 16, 20]);
const [SOURCE] = LORAWAN.sources;

function withPower(power: { maxEirpDbm?: number; antennaGainDb?: number }) {
  if (SOURCE?.type !== 'semtech-udp') throw new Error('the bench listens to forwarders');
  return { ...LORAWAN, sources: [{ ...SOURCE, ...power }] };
}

/** A forwarder of the older generation: it refuses what its table lacks. */
async function oldForwarder(b: RadioBench) {
  const forwarder = await b.forwarder();
  forwarder.answer = ({ powe }) => ({ txpk_ack: { error: TABLE.has(powe) ? 'NONE' : 'TX_POWER' } });
  return forwarder;
}

describe('a forwarder that does not know the power', () => {
  it('sends with the next lower one, and is asked for that from then on', async () => {
    const b = bench();
    const device = RadioDevice.abp(340);
    const config = abp(device, { class: 'C' });
    await b.apply([config]);
    const forwarder = await oldForwarder(b);
    const first = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.of(1) }, { id: 'first' });
    await vi.waitFor(() => expect(first.progress.at(-1)?.state).toBe('confirmed'), PATIENCE);
    expect(forwarder.downlinks.map(({ txpk }) => txpk.powe)).toEqual([27, 26, 25, 24, 23, 22, 21, 20]);
    const second = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.of(2) }, { id: 'second' });
    await vi.waitFor(() => expect(second.progress.at(-1)?.state).toBe('confirmed'), PATIENCE);
    expect(forwarder.downlinks.slice(8).map(({ txpk }) => txpk.powe)).toEqual([20]);
    // One that it knows stays as it is.
    forwarder.push(device.uplink({ fPort: 1, payload: Buffer.of(1), confirmed: true }));
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(10), PATIENCE);
    expect(forwarder.downlinks.at(-1)?.txpk.powe).toBe(16);
    expect(b.dropped('lorawan.downlinks')).toEqual({});
  });

  it('still gets an answer out in RX1', async () => {
    const b = bench();
    const device = RadioDevice.abp(341);
    await b.apply([abp(device)]);
    const forwarder = await b.forwarder();
    forwarder.answer = ({ powe }) => ({ txpk_ack: { error: powe <= 14 ? 'NONE' : 'TX_POWER' } });
    forwarder.push(device.uplink({ fPort: 1, payload: Buffer.of(1), confirmed: true }), { counterUs: 0 });
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(3), PATIENCE);
    expect(forwarder.downlinks.at(-1)?.txpk).toMatchObject({ powe: 14, tmst: 1_000_000 });
  });
});

describe('a source of the document', () => {
  it.each([
    ['bounds what its gateways radiate', { maxEirpDbm: 12 }, 12],
    ['says what the antenna adds', { antennaGainDb: 3 }, 13],
    ['says both', { maxEirpDbm: 14, antennaGainDb: 2.15 }, 11],
    ['may have a lossy cable', { antennaGainDb: -2 }, 18],
  ])('%s', async (_name, power, expected) => {
    const b = bench();
    const device = RadioDevice.abp(342);
    await b.apply([abp(device)], withPower(power));
    const forwarder = await b.forwarder();
    forwarder.push(device.uplink({ fPort: 1, payload: Buffer.of(1), confirmed: true }));
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1), PATIENCE);
    expect(forwarder.downlinks[0]?.txpk.powe).toBe(expected);
  });

  it('is not opened anew for another power', async () => {
    const b = bench();
    const device = RadioDevice.abp(343);
    await b.apply([abp(device)], withPower({}));
    const forwarder = await b.forwarder();
    await b.apply([abp(device)], withPower({ maxEirpDbm: 10 }));
    forwarder.push(device.uplink({ fPort: 1, payload: Buffer.of(1), confirmed: true }));
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1), PATIENCE);
    expect(forwarder.downlinks[0]?.txpk.powe).toBe(10);
  });
});

it.each([
  [16, {}, 16],
  [16, { antennaGainDb: 2.15 }, 13],
  [16, { antennaGainDb: -3 }, 19],
  [27, { maxEirpDbm: 14, antennaGainDb: -1.5 }, 15],
  [27, { maxEirpDbm: 30, antennaGainDb: 8 }, 19],
])('of %i dBm EIRP with %j a connector gets %i dBm', (eirpDbm, source, powerDbm) => {
  const [first] = new TransmitPower().candidates('0016c001f1500812', eirpDbm, source, 0);
  expect(first).toBe(powerDbm);
});

it('a refused power is tried again after a day, and one frame costs a bounded number of tries', () => {
  const power = new TransmitPower();
  expect([...power.candidates('gw', 27, {}, 0)]).toHaveLength(16);
  for (const powerDbm of [27, 26]) power.refuse('gw', powerDbm, 0);
  expect(power.candidates('gw', 27, {}, 1_000).next().value).toBe(25);
  expect(power.candidates('other', 27, {}, 1_000).next().value).toBe(27);
  expect(power.candidates('gw', 27, {}, 86_400_001).next().value).toBe(27);
});

it('an order that a forwarder of version 2 never acknowledges has gone out, as far as anybody can know', async () => {
  const b = bench({}, SYSTEM_CLOCK);
  const device = RadioDevice.abp(344);
  const config = abp(device);
  await b.apply([config]);
  const forwarder = await b.forwarder();
  forwarder.answer = () => undefined;
  const silent = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.of(1) }, { id: 'silent' });
  forwarder.push(device.uplink());
  await vi.waitFor(() => expect(silent.progress.at(-1)?.state).toBe('confirmed'), PATIENCE);
  // One that answers does so each time.
  forwarder.answer = () => ({ txpk_ack: { error: 'NONE' } });
  forwarder.push(device.uplink({ fPort: 1, payload: Buffer.of(1), confirmed: true }));
  await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(2), PATIENCE);
  forwarder.answer = () => undefined;
  const lost = giveOrder(b, config.id, { fPort: 3, bytes: Buffer.of(2) }, { id: 'lost' });
  forwarder.push(device.uplink());
  await vi.waitFor(
    () => expect(lost.progress.at(-1)).toMatchObject({ state: 'failed', code: 'LORAWAN_TX_UNANSWERED' }),
    PATIENCE,
  );
});
