import { expect, it, vi } from 'vitest';
import { abp, LORAWAN, multicast, otaa, type RadioBench } from '../../test/lorawan/radio-bench.ts';
import { radioBenches } from '../../test/lorawan/radio-benches.ts';
import { RadioDevice } from '../../test/lorawan/radio-device.ts';

const bench = radioBenches();
const CONFIG = { ...LORAWAN, rx1DelaySeconds: 5, rx2: { frequencyHz: 869_525_000, dataRate: 3 } };
/** RXTimingSetupReq of 5 s, RXParamSetupReq of DR3 at 869.525 MHz; and the answers of a device that takes both. */
const REQUESTS = Buffer.from('08050503d2ad84', 'hex');
const ANSWERS = Buffer.from('080507', 'hex');

/** Sends an uplink and gives the downlink that answers it, with its delay. */
async function exchange(b: RadioBench, forwarder: Awaited<ReturnType<RadioBench['forwarder']>>, frame: Buffer) {
  const before = forwarder.downlinks.length;
  forwarder.push(frame, { counterUs: 1_000_000, frequencyMhz: 868.1, dataRate: 'SF7BW125' });
  await vi.waitFor(() => expect(forwarder.downlinks.length).toBeGreaterThan(before));
  const downlink = forwarder.downlinks.at(-1);
  expect(b.messages.length).toBeGreaterThanOrEqual(0);
  return { delayUs: Number(downlink?.txpk.tmst) - 1_000_000, phyPayload: downlink?.phyPayload ?? Buffer.alloc(0) };
}

it('go to a device until it answers, and from then on its windows are where it listens, also after a restart', async () => {
  const b = bench();
  const device = RadioDevice.abp(60);
  await b.apply([abp(device)], CONFIG);
  const forwarder = await b.forwarder();
  const first = await exchange(b, forwarder, device.uplink());
  expect(first.delayUs).toBe(1_000_000);
  expect(device.receive(first.phyPayload)?.fOpts).toEqual(REQUESTS);
  // The device heard nothing: it is asked again, in the window that it has.
  expect((await exchange(b, forwarder, device.uplink())).delayUs).toBe(1_000_000);

  const answered = await exchange(b, forwarder, device.uplink({ fOpts: ANSWERS, fPort: 1, payload: Buffer.of(1) }));
  // An answer that is repeated until a downlink comes gets one, empty, in the new window.
  expect(answered.delayUs).toBe(5_000_000);
  expect(device.receive(answered.phyPayload)?.fOpts).toHaveLength(0);
  const repeated = await exchange(b, forwarder, device.uplink({ fOpts: ANSWERS, fPort: 1, payload: Buffer.of(1) }));
  expect(repeated.delayUs).toBe(5_000_000);

  const after = bench({ state: b.state, marks: b.marks });
  await after.apply([abp(device)], CONFIG);
  const forwarderAfter = await after.forwarder();
  const confirmed = device.uplink({ confirmed: true, fPort: 1, payload: Buffer.of(1) });
  expect((await exchange(after, forwarderAfter, confirmed)).delayUs).toBe(5_000_000);
});

it('are not acted on before they are on the disk', async () => {
  const b = bench();
  const device = RadioDevice.abp(61);
  await b.apply([abp(device)], CONFIG);
  const forwarder = await b.forwarder();
  await exchange(b, forwarder, device.uplink());
  b.state.beforeWrite = () => Promise.reject(new Error('EIO'));
  forwarder.push(device.uplink({ fOpts: ANSWERS, fPort: 1, payload: Buffer.of(1) }));
  await vi.waitFor(() => expect(b.messages).toHaveLength(2));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(forwarder.downlinks).toHaveLength(1);
  b.state.beforeWrite = async () => undefined;
  const heard = await exchange(b, forwarder, device.uplink({ fOpts: ANSWERS, fPort: 1, payload: Buffer.of(1) }));
  expect(heard.delayUs).toBe(5_000_000);
  expect(JSON.parse(b.state.documents.get('lorawan.sessions')?.get(device.devEui) ?? '')).toMatchObject({
    active: { rx1DelayMs: 5_000, rx2DataRate: 3 },
  });
});

it('come with the join-accept as far as it can tell them; a device may have others than the network', async () => {
  const b = bench();
  const device = new RadioDevice(62);
  await b.apply([otaa(device, { rx1DelaySeconds: 2 })], CONFIG);
  const forwarder = await b.forwarder();
  const accept = await exchange(b, forwarder, device.joinRequest());
  expect(accept.delayUs).toBe(5_000_000);
  expect(device.acceptJoin(accept.phyPayload).rxDelay).toBe(2);
  const confirmed = await exchange(b, forwarder, device.uplink({ confirmed: true, fPort: 1, payload: Buffer.of(1) }));
  expect(confirmed.delayUs).toBe(2_000_000);
  expect(device.receive(confirmed.phyPayload)?.fOpts).toHaveLength(0);
});

it('are refused where the region has no such thing', async () => {
  const config = { ...LORAWAN, rx1DrOffset: 7 };
  await expect(bench().apply([abp(RadioDevice.abp(63))], config)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

it.each([
  { frequencyHz: 923_300_000 },
  { dataRate: 9 },
])('are refused of a group that the region has no place for: %o', async (place) => {
  const group = multicast(RadioDevice.abp(64));
  const { activation } = group.lorawan;
  if (activation.mode !== 'multicast') throw new Error('no group');
  const elsewhere = { ...group, lorawan: { ...group.lorawan, activation: { ...activation, ...place } } };
  await expect(bench().apply([elsewhere])).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  await bench().apply([group]);
});
