import { describe, expect, it, vi } from 'vitest';
import { OVERLAPPING, PlayedServer } from '../../test/lorawan/played-server.ts';
import { abp, LORAWAN, otaa, type RadioBench } from '../../test/lorawan/radio-bench.ts';
import { radioBenches } from '../../test/lorawan/radio-benches.ts';
import { RadioDevice } from '../../test/lorawan/radio-device.ts';
import type { OrderProgress } from '../device-order.ts';

const bench = radioBenches();
const PATIENCE = { timeout: 15_000 };
const VERSION = { macVersion: '1.0.4' } as const;

const reversed = (eui: string) => Buffer.from(eui, 'hex').reverse().toString('hex');

function refusals(b: RadioBench) {
  const { frames } = b.stage.status();
  return frames.flatMap(({ kind, device, code, text }) => (kind === 'refused' ? [{ device, code, text }] : []));
}

async function order(b: RadioBench, id: string): Promise<OrderProgress[]> {
  const progress: OrderProgress[] = [];
  await b.stage.forgetNonces(id, { begin: async () => true, report: (step) => void progress.push(step) });
  return progress;
}

describe('a join-request', () => {
  it.each([
    ['US915', 902.299987, 'SF10BW125', 923.3, 'SF10BW500'],
    ['IN865', 865.1, 'SF12BW125', 865.0625, 'SF12BW125'],
    ['EU868', 868.099975, 'SF12BW125', 868.1, 'SF12BW125'],
  ] as const)('is answered on its channel, as it is in %s, not as the forwarder writes it', async (region, heard, datr, freq, answer) => {
    const b = bench();
    const device = new RadioDevice(350);
    await b.apply([otaa(device)], { ...LORAWAN, region });
    const forwarder = await b.forwarder();
    forwarder.push(device.joinRequest(), { frequencyMhz: heard, dataRate: datr, counterUs: 0 });
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1), PATIENCE);
    expect(forwarder.downlinks[0]?.txpk).toMatchObject({ freq, datr: answer, tmst: 5_000_000 });
  });

  it('of a device whose JoinEUI is configured backwards names the device and the error', async () => {
    const b = bench();
    const device = new RadioDevice(351);
    const { appKey, joinEui } = device;
    const config = otaa(device, { activation: { mode: 'otaa', joinEui: reversed(joinEui), appKey } });
    await b.apply([config]);
    const forwarder = await b.forwarder();
    forwarder.push(device.joinRequest());
    await vi.waitFor(() => expect(refusals(b)).toHaveLength(1), PATIENCE);
    expect(refusals(b)).toEqual([
      {
        device: config.id,
        code: 'LORAWAN_JOINEUI_MISMATCH',
        text: `asks with JoinEUI ${joinEui}: the configured one backwards`,
      },
    ]);
  });

  it('with another JoinEUI says which one is configured', async () => {
    const b = bench();
    const device = new RadioDevice(352);
    const { appKey, joinEui } = device;
    const config = otaa(device, { activation: { mode: 'otaa', joinEui: '0000000000000001', appKey } });
    await b.apply([config]);
    const forwarder = await b.forwarder();
    forwarder.push(device.joinRequest());
    await vi.waitFor(() => expect(refusals(b)).toHaveLength(1), PATIENCE);
    expect(refusals(b)[0]?.text).toBe(`asks with JoinEUI ${joinEui}: configured is 0000000000000001`);
  });

  it('of a device whose EUIs are configured in each other’s place names the device', async () => {
    const b = bench();
    const device = new RadioDevice(349);
    const { appKey, devEui, joinEui } = device;
    const config = otaa(device, { devEui: joinEui, activation: { mode: 'otaa', joinEui: devEui, appKey } });
    await b.apply([config]);
    const forwarder = await b.forwarder();
    forwarder.push(device.joinRequest());
    await vi.waitFor(() => expect(refusals(b)).toHaveLength(1), PATIENCE);
    expect(refusals(b)[0]).toMatchObject({ device: config.id, code: 'LORAWAN_DEVEUI_MISMATCH' });
  });

  it('of a device whose DevEUI is configured backwards names the device', async () => {
    const b = bench();
    const device = new RadioDevice(353);
    const config = otaa(device, { devEui: reversed(device.devEui) });
    await b.apply([config]);
    const forwarder = await b.forwarder();
    forwarder.push(device.joinRequest());
    await vi.waitFor(() => expect(refusals(b)).toHaveLength(1), PATIENCE);
    expect(refusals(b)[0]).toMatchObject({ device: config.id, code: 'LORAWAN_DEVEUI_MISMATCH' });
    expect(refusals(b)[0]?.text).toContain(device.devEui);
  });
});

describe('a device whose DevNonce began anew', () => {
  async function joinedAt100(seed: number) {
    const b = bench();
    const device = new RadioDevice(seed);
    const config = otaa(device, VERSION);
    await b.apply([config]);
    const forwarder = await b.forwarder();
    forwarder.push(device.joinRequest(100));
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1), PATIENCE);
    forwarder.push(device.joinRequest(1));
    await vi.waitFor(() => expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_DEVNONCE_USED: 1 }), PATIENCE);
    return { b, device, config, forwarder };
  }

  it('joins once its nonces are forgotten, and the join nonce goes on', async () => {
    const { b, device, config, forwarder } = await joinedAt100(354);
    expect(await order(b, config.id)).toEqual([{ state: 'confirmed' }]);
    forwarder.push(device.joinRequest(2));
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(2), PATIENCE);
    device.acceptJoin(forwarder.downlinks[1]?.phyPayload ?? Buffer.alloc(0));
    const joins = await b.state.all<{ nextJoinNonce: number; usedDevNonces: number[] }>('lorawan.joins');
    expect(joins.get(device.devEui)).toMatchObject({ nextJoinNonce: 3, usedDevNonces: [2] });
    // From here on they rise again.
    forwarder.push(device.joinRequest(0));
    await vi.waitFor(() => expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_DEVNONCE_USED: 2 }), PATIENCE);
  });

  it('joins also after a restart that follows the order', async () => {
    const { b, device, config } = await joinedAt100(355);
    await order(b, config.id);
    const after = bench({ state: b.state.copy(), marks: b.marks });
    await after.apply([config]);
    const forwarder = await after.forwarder();
    forwarder.push(device.joinRequest(3));
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1), PATIENCE);
  });

  it('joins after it was taken out of the document and put back, and keeps its session until then', async () => {
    const { b, device, config, forwarder } = await joinedAt100(356);
    const accept = forwarder.downlinks[0]?.phyPayload ?? Buffer.alloc(0);
    device.devNonce = 100;
    device.acceptJoin(accept);
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(b.messages).toHaveLength(1), PATIENCE);
    await b.apply([]);
    await b.apply([config]);
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(b.messages).toHaveLength(2), PATIENCE);
    forwarder.push(device.joinRequest(4));
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(2), PATIENCE);
  });

  it('joins after it was taken out and put back across a restart', async () => {
    const { b, device, config } = await joinedAt100(357);
    await b.apply([]);
    const after = bench({ state: b.state.copy(), marks: b.marks });
    await after.apply([config]);
    const forwarder = await after.forwarder();
    forwarder.push(device.joinRequest(5));
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1), PATIENCE);
  });

  it('joins after it was put back also where the fleet server gives back what it knew before', async () => {
    const device = new RadioDevice(359);
    const config = otaa(device, VERSION);
    const [made, server, forwarder] = await PlayedServer.over(bench(), [config]);
    forwarder.push(device.joinRequest(100));
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1), PATIENCE);
    await vi.waitFor(() => expect(server.backups.at(-1)?.backup.join.usedDevNonces).toEqual([100]), PATIENCE);
    const backup = server.backups.at(-1)?.backup;
    await made.apply([], LORAWAN);
    await made.apply([{ ...config, lorawan: { ...config.lorawan, generation: 2 } }], OVERLAPPING);
    const order = { v: 1, kind: 'import', devEui: device.devEui, generation: 2, leap: 64, backup, at: Date.now() };
    expect(made.stage.home.receive(order)).toBe(true);
    await vi.waitFor(() => expect(server.backups.at(-1)?.generation).toBe(2), PATIENCE);
    forwarder.push(device.joinRequest(7));
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(2), PATIENCE);
  });

  it('is not let in where it may only have moved to another home and back', async () => {
    const device = new RadioDevice(360);
    const config = otaa(device, VERSION);
    const [made, , forwarder] = await PlayedServer.over(bench(), [config]);
    forwarder.push(device.joinRequest(100));
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1), PATIENCE);
    await made.apply([], OVERLAPPING);
    await made.apply([config], OVERLAPPING);
    forwarder.push(device.joinRequest(8));
    await vi.waitFor(() => expect(made.dropped('lorawan.frames')).toEqual({ LORAWAN_DEVNONCE_USED: 1 }), PATIENCE);
  });

  it('is not let in by an ordinary restart', async () => {
    const { b, device, config } = await joinedAt100(358);
    await b.apply([config]);
    const after = bench({ state: b.state.copy(), marks: b.marks });
    await after.apply([config]);
    const forwarder = await after.forwarder();
    forwarder.push(device.joinRequest(6));
    await vi.waitFor(() => expect(after.dropped('lorawan.frames')).toEqual({ LORAWAN_DEVNONCE_USED: 1 }), PATIENCE);
  });
});

it('a frame under an address that is configured backwards names the device', async () => {
  const b = bench();
  const device = RadioDevice.abp(348);
  const { nwkSKey, appSKey } = device;
  const config = abp(device, {
    activation: { mode: 'abp', devAddr: reversed(device.devAddr), nwkSKey, appSKey },
  });
  await b.apply([config]);
  const forwarder = await b.forwarder();
  forwarder.push(device.uplink());
  await vi.waitFor(() => expect(refusals(b)).toHaveLength(1), PATIENCE);
  expect(refusals(b)[0]?.text).toBe(`DevAddr ${device.devAddr}, which ${config.id} has backwards`);
});

it('nonces of a device that does not join cannot be forgotten', async () => {
  const b = bench();
  await b.apply([]);
  expect(await order(b, 'nobody')).toMatchObject([{ state: 'failed', code: 'COMMAND_REFUSED' }]);
});
