import type { LorawanDeviceConfig } from '@vigie/contract';
import { describe, expect, it, vi } from 'vitest';
import { giveOrder } from '../../test/lorawan/give-order.ts';
import { abp, multicast, otaa, type RadioBench } from '../../test/lorawan/radio-bench.ts';
import { radioBenches } from '../../test/lorawan/radio-benches.ts';
import { RadioDevice } from '../../test/lorawan/radio-device.ts';

const bench = radioBenches();

type Abp = Extract<LorawanDeviceConfig['lorawan']['activation'], { mode: 'abp' }>;

function abpWith(device: RadioDevice, changes: Partial<Abp>): LorawanDeviceConfig {
  const { devAddr, nwkSKey, appSKey } = device;
  return abp(device, { activation: { mode: 'abp', devAddr, nwkSKey, appSKey, ...changes } });
}

/** An uplink of this counter, as a device sends it that was switched off and on before. */
function uplinkAt(device: RadioDevice, fCnt: number, value: number): Buffer {
  device.fCntUp = fCnt;
  return device.uplink({ fPort: 1, payload: Buffer.of(value) });
}

const heard = (b: RadioBench) => b.messages.map(({ payload }) => payload[0]);

describe('an ABP device whose counter may begin anew', () => {
  it('is heard however often it restarts, and only the same frame is a retransmission', async () => {
    const b = bench();
    const device = RadioDevice.abp(300);
    await b.apply([abpWith(device, { relaxedFrameCounter: true })]);
    const forwarder = await b.forwarder();
    const counters = [0, 0, 0, 1, 1];
    for (const [index, fCnt] of counters.entries()) {
      forwarder.push(uplinkAt(device, fCnt, 20 + index), { counterUs: index });
      await vi.waitFor(() => expect(heard(b)).toHaveLength(index + 1));
    }
    expect(heard(b)).toEqual([20, 21, 22, 23, 24]);
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    forwarder.push(uplinkAt(device, 1, 24));
    await vi.waitFor(() => expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_RETRANSMISSION: 1 }));
    expect(heard(b)).toHaveLength(5);
  });

  it('is told from one that repeats itself after the agent was ended by a power cut', async () => {
    const b = bench();
    const device = RadioDevice.abp(301);
    const config = abpWith(device, { relaxedFrameCounter: true });
    await b.apply([config]);
    const forwarder = await b.forwarder();
    forwarder.push(uplinkAt(device, 0, 20));
    await vi.waitFor(() => expect(heard(b)).toEqual([20]));
    const after = bench({ state: b.state.copy(), marks: new Map(b.marks) });
    await after.apply([config]);
    const other = await after.forwarder();
    other.push(uplinkAt(device, 0, 20));
    await vi.waitFor(() => expect(after.dropped('lorawan.frames')).toEqual({ LORAWAN_RETRANSMISSION: 1 }));
    other.push(uplinkAt(device, 0, 21));
    await vi.waitFor(() => expect(heard(after)).toEqual([21]));
  });

  it('is let in far ahead of what was heard of it', async () => {
    const b = bench();
    const device = RadioDevice.abp(302);
    await b.apply([abpWith(device, { relaxedFrameCounter: true })]);
    const forwarder = await b.forwarder();
    forwarder.push(uplinkAt(device, 3, 1));
    await vi.waitFor(() => expect(heard(b)).toEqual([1]));
    forwarder.push(uplinkAt(device, 40_000, 2));
    await vi.waitFor(() => expect(heard(b)).toEqual([1, 2]));
  });
});

describe('an ABP device beyond 65,535 frames whose counter may begin anew', () => {
  it.each([
    ['falls back to what it kept last', [70_500, 70_000, 70_001]],
    ['comes back from another network', [5, 70_000, 70_001]],
    ['begins at 0', [70_500, 0, 1]],
    ['passes 65,535', [65_534, 65_535, 65_536, 65_537]],
  ])('is heard when it %s', async (_how, counters) => {
    const b = bench();
    const device = RadioDevice.abp(310);
    await b.apply([abpWith(device, { relaxedFrameCounter: true })]);
    const forwarder = await b.forwarder();
    for (const [index, fCnt] of counters.entries()) {
      forwarder.push(uplinkAt(device, fCnt, index), { counterUs: index });
      await vi.waitFor(() => expect(heard(b)).toHaveLength(index + 1));
    }
    expect(b.messages.map(({ link }) => link.fCnt)).toEqual(counters);
  });
});

describe('an ABP device whose counter only rises', () => {
  it.each([
    [[65_534, 65_535, 65_536], {}],
    [[100, 100 + 16_384], {}],
    [[100, 101 + 16_384], { LORAWAN_FCNT_GAP: 1 }],
    [[70_500, 70_000], { LORAWAN_FCNT_REPLAY: 1 }],
    [[65_536, 0], { LORAWAN_FCNT_REPLAY: 1 }],
    [[5, 70_000], { LORAWAN_MIC_INVALID: 1 }],
  ])('after %j: %j', async (counters, dropped) => {
    const b = bench();
    const device = RadioDevice.abp(311);
    await b.apply([abp(device)]);
    const forwarder = await b.forwarder();
    for (const [index, fCnt] of counters.entries()) {
      forwarder.push(uplinkAt(device, fCnt, index), { counterUs: index });
      const isLast = index === counters.length - 1;
      if (!isLast) await vi.waitFor(() => expect(heard(b)).toHaveLength(index + 1));
    }
    const refused = Object.keys(dropped).length;
    await vi.waitFor(() => expect(b.dropped('lorawan.frames')).toEqual(dropped));
    await vi.waitFor(() => expect(heard(b)).toHaveLength(counters.length - refused));
  });
});

describe('another frame under the counter of the last one', () => {
  it('is a replay where the counter may not begin anew', async () => {
    const b = bench();
    const device = RadioDevice.abp(303);
    await b.apply([abp(device)]);
    const forwarder = await b.forwarder();
    forwarder.push(uplinkAt(device, 0, 1));
    await vi.waitFor(() => expect(heard(b)).toEqual([1]));
    forwarder.push(uplinkAt(device, 0, 2));
    await vi.waitFor(() => expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_FCNT_REPLAY: 1 }));
  });
});

describe('an ABP device that counted elsewhere before', () => {
  it.each([40_000, 70_000, 3_000_000])('is let in with its first frame, counter %i', async (fCnt) => {
    const b = bench();
    const device = RadioDevice.abp(304);
    await b.apply([abp(device)]);
    const forwarder = await b.forwarder();
    forwarder.push(uplinkAt(device, fCnt, 1));
    await vi.waitFor(() => expect(b.messages[0]?.link.fCnt).toBe(fCnt));
    forwarder.push(uplinkAt(device, fCnt + 1, 2));
    await vi.waitFor(() => expect(b.messages[1]?.link.fCnt).toBe(fCnt + 1));
    forwarder.push(uplinkAt(device, fCnt - 1, 3));
    await vi.waitFor(() => expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_FCNT_REPLAY: 1 }));
  });

  it('is sought only so often for frames that nobody with its keys has sent', async () => {
    const b = bench();
    const device = RadioDevice.abp(305);
    const stranger = RadioDevice.abp(305);
    stranger.nwkSKey = '0f'.repeat(16);
    await b.apply([abp(device)]);
    const forwarder = await b.forwarder();
    for (let fCnt = 0; fCnt < 40; fCnt += 1) forwarder.push(uplinkAt(stranger, fCnt, 0));
    await vi.waitFor(() => expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_MIC_INVALID: 40 }));
    forwarder.push(uplinkAt(device, 70_000, 1));
    await vi.waitFor(() => expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_MIC_INVALID: 41 }));
    // What follows from the counter needs no search.
    forwarder.push(uplinkAt(device, 5, 1));
    await vi.waitFor(() => expect(heard(b)).toEqual([1]));
  });

  it('goes on where its document says: lower uplinks are replays, lower downlink counters are used', async () => {
    const b = bench();
    const device = RadioDevice.abp(306);
    const config = abpWith(device, { fCntUp: 90_000, fCntDown: 5_000 });
    await b.apply([config]);
    const forwarder = await b.forwarder();
    forwarder.push(uplinkAt(device, 89_999, 1));
    await vi.waitFor(() => expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_FCNT_REPLAY: 1 }));
    device.fCntUp = 90_000;
    forwarder.push(device.uplink({ fPort: 1, payload: Buffer.of(1), confirmed: true }));
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1));
    device.fCntDown = 4_999;
    expect(device.receive(forwarder.downlinks[0]?.phyPayload ?? Buffer.alloc(0))).toMatchObject({ fCnt: 5_000 });
    // The same document again leads nowhere back.
    await b.apply([config]);
    forwarder.push(device.uplink({ fPort: 1, payload: Buffer.of(2), confirmed: true }));
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(2));
    expect(device.receive(forwarder.downlinks[1]?.phyPayload ?? Buffer.alloc(0))).toMatchObject({ fCnt: 5_001 });
  });

  it('that was heard before and went too far ahead is let in by a document that says so', async () => {
    const b = bench();
    const device = RadioDevice.abp(307);
    await b.apply([abp(device)]);
    const forwarder = await b.forwarder();
    forwarder.push(uplinkAt(device, 0, 1));
    await vi.waitFor(() => expect(heard(b)).toEqual([1]));
    forwarder.push(uplinkAt(device, 30_000, 2));
    await vi.waitFor(() => expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_FCNT_GAP: 1 }));
    await b.apply([abpWith(device, { fCntUp: 30_000 })]);
    forwarder.push(uplinkAt(device, 30_001, 3));
    await vi.waitFor(() => expect(heard(b)).toEqual([1, 3]));
  });
});

it('a group goes on with the downlink counters that its document says', async () => {
  const b = bench();
  const member = RadioDevice.abp(309);
  const group = multicast(member);
  const { activation } = group.lorawan;
  if (activation.mode !== 'multicast') throw new Error('a group');
  await b.apply([{ ...group, lorawan: { ...group.lorawan, activation: { ...activation, fCntDown: 777 } } }]);
  const forwarder = await b.forwarder();
  giveOrder(b, group.id, { fPort: 3, bytes: Buffer.of(1) });
  await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1), { timeout: 15_000 });
  member.fCntDown = 776;
  expect(member.receive(forwarder.downlinks[0]?.phyPayload ?? Buffer.alloc(0))).toMatchObject({ fCnt: 777 });
});

describe('a frame without a byte on an application port', () => {
  it.each(['abp', 'otaa'])('is no reading, but its link is noted (%s)', async (mode) => {
    const b = bench();
    const device = mode === 'abp' ? RadioDevice.abp(308) : new RadioDevice(308);
    const config = mode === 'abp' ? abp(device) : otaa(device);
    await b.apply([config]);
    const forwarder = await b.forwarder();
    if (mode === 'otaa') {
      forwarder.push(device.joinRequest());
      await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1));
      device.acceptJoin(forwarder.downlinks[0]?.phyPayload ?? Buffer.alloc(0));
    }
    forwarder.push(device.uplink({ fPort: 103, payload: Buffer.alloc(0) }), { snr: 3 });
    await vi.waitFor(() => expect(b.dropped('lorawan.frames')).toEqual({ LORAWAN_NO_PAYLOAD: 1 }));
    expect(b.messages).toEqual([]);
    expect(b.stage.status().devices[0]).toMatchObject({ fCntUp: 1, link: { snrDb: 3 } });
  });
});
