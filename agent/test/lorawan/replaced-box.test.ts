import { HOME_LEAP, type HomeOrder, sessionNumber } from '@vigie/contract';
import { describe, expect, it, vi } from 'vitest';
import { keyCheckOf } from '../../src/lorawan/network-server/device.ts';
import { MemoryStateStore } from './memory-state-store.ts';
import type { PacketForwarder } from './packet-forwarder.ts';
import { PlayedServer, sessionOf } from './played-server.ts';
import { abp, multicast, otaa, type RadioBench } from './radio-bench.ts';
import { radioBenches } from './radio-benches.ts';
import { RadioDevice } from './radio-device.ts';

const PATIENCE = { timeout: 10_000, interval: 10 };
const LINK_CHECK = { fPort: 1, payload: Buffer.of(1), fOpts: Buffer.of(0x02) };

type Import = Extract<HomeOrder, { kind: 'import' }>;

describe('a gateway without neighbours', () => {
  const bench = radioBenches();

  function connected(made: RadioBench): PlayedServer {
    const server = new PlayedServer(made);
    server.connect();
    return server;
  }

  async function join(device: RadioDevice, forwarder: PacketForwarder): Promise<void> {
    const before = forwarder.downlinks.length;
    forwarder.push(device.joinRequest());
    await vi.waitFor(() => expect(forwarder.downlinks.length).toBe(before + 1), PATIENCE);
    device.acceptJoin(forwarder.downlinks.at(-1)?.phyPayload ?? Buffer.alloc(0));
  }

  it('tells a session when it is joined and when it is used, and nothing at each frame', async () => {
    const device = new RadioDevice(31);
    const made = bench();
    await made.apply([otaa(device)]);
    const server = connected(made);
    const forwarder = await made.forwarder();
    await join(device, forwarder);
    const { devEui, devAddr } = device;
    expect(server.backups.at(-1)).toMatchObject({ devEui, generation: 1, backup: { pending: { devAddr } } });
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(server.backups.at(-1)?.backup.active).toMatchObject({ devAddr }), PATIENCE);
    const told = server.backups.length;
    for (let count = 0; count < 20; count += 1) forwarder.push(device.uplink());
    await vi.waitFor(() => expect(made.messages).toHaveLength(21), PATIENCE);
    // The server knows the counters from the frames themselves.
    const id = server.backups.at(-1)?.backup.active?.id ?? '';
    expect(made.messages.at(-1)?.link.session).toBe(sessionNumber(devEui, id));
    made.stage.home.down();
    server.connect();
    forwarder.push(device.uplink(LINK_CHECK));
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(2), PATIENCE);
    expect(server.backups.length).toBe(told);
  });

  it('does not tell again at its next start what the server has', async () => {
    const device = RadioDevice.abp(32);
    const state = new MemoryStateStore();
    const first = bench({ state });
    await first.apply([abp(device)]);
    const told = connected(first);
    await vi.waitFor(() => expect(told.backups).toHaveLength(1), PATIENCE);
    await first.stage.stop();
    const other = RadioDevice.abp(33);
    const next = bench({ state });
    await next.apply([abp(device), abp(other)]);
    const server = connected(next);
    await vi.waitFor(() => expect(server.backups.map(({ devEui }) => devEui)).toEqual([other.devEui]), PATIENCE);
  });

  it('tells the counters of a group, which nobody else could continue', async () => {
    const group = RadioDevice.abp(34);
    const made = bench();
    await made.apply([multicast(group)]);
    const server = connected(made);
    await vi.waitFor(() => expect(server.backups).toMatchObject([{ devEui: group.devEui }]), PATIENCE);
  });

  it('says of a device that left its configuration that it is gone, which is no release', async () => {
    const device = RadioDevice.abp(35);
    const made = bench();
    await made.apply([abp(device)]);
    const server = connected(made);
    await vi.waitFor(() => expect(server.backups).toHaveLength(1), PATIENCE);
    await made.apply([]);
    await vi.waitFor(() => expect(server.backups.at(-1)).toMatchObject({ released: true, gone: true }), PATIENCE);
  });

  const importOf = (device: RadioDevice, fCntDownLimit: number, nextFCntUp: number): Import => {
    const { devEui } = device;
    const keyCheck = keyCheckOf(abp(device).lorawan);
    const active = { ...sessionOf(device, keyCheck, { fCntDownLimit }), nextFCntUp };
    const backup = { keyCheck, active, join: { keyCheck, nextJoinNonce: 1, usedDevNonces: [] } };
    return { v: 1, kind: 'import', devEui, generation: 2, leap: HOME_LEAP, backup, at: 1 };
  };

  it('replaced by a fresh box: sessions come before the document, so that its first frame is heard and answered', async () => {
    const device = RadioDevice.abp(36);
    device.fCntUp = 70_000;
    const made = bench();
    const server = connected(made);
    server.say(importOf(device, 100, 70_000));
    await made.apply([abp(device, { generation: 2 })]);
    const forwarder = await made.forwarder();
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(made.messages.map(({ link }) => link.fCnt)).toEqual([70_000]), PATIENCE);
    await vi.waitFor(() => expect(server.backups.at(-1)).toMatchObject({ generation: 2 }), PATIENCE);
    await vi.waitFor(() => {
      forwarder.push(device.uplink(LINK_CHECK));
      expect(forwarder.downlinks.length).toBeGreaterThan(0);
    }, PATIENCE);
    expect(forwarder.downlinks[0]?.phyPayload.readUInt16LE(6)).toBe(100 + HOME_LEAP);
    expect(made.dropped('lorawan.frames').LORAWAN_HOME_ELSEWHERE).toBeUndefined();
  });

  it('replaced by a fresh box: the frame that the old one took last is the same frame, and acknowledged once more', async () => {
    const device = RadioDevice.abp(37);
    const taken = device.uplink({ fPort: 1, payload: Buffer.of(1), confirmed: true });
    const made = bench();
    const server = connected(made);
    server.say(importOf(device, 0, 1));
    await made.apply([abp(device, { generation: 2 })]);
    const forwarder = await made.forwarder();
    await vi.waitFor(() => expect(server.backups.at(-1)).toMatchObject({ generation: 2 }), PATIENCE);
    await vi.waitFor(() => {
      forwarder.push(taken);
      expect(forwarder.downlinks.length).toBeGreaterThan(0);
    }, PATIENCE);
    expect(device.receive(forwarder.downlinks[0]?.phyPayload ?? Buffer.alloc(0))).toMatchObject({ ack: true });
    expect(made.messages).toEqual([]);
  });

  it('enrolled once more with its own data: it goes on beyond what it did itself, whatever the server knew of it', async () => {
    const device = RadioDevice.abp(41);
    const made = bench();
    await made.apply([abp(device)]);
    const forwarder = await made.forwarder();
    for (let count = 1; count <= 3; count += 1) {
      forwarder.push(device.uplink(LINK_CHECK));
      await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(count), PATIENCE);
    }
    const used = forwarder.downlinks.map(({ phyPayload }) => phyPayload.readUInt16LE(6));
    const server = connected(made);
    server.say({ ...importOf(device, 0, 1), leap: 0 });
    await vi.waitFor(() => expect(server.backups.at(-1)).toMatchObject({ generation: 2 }), PATIENCE);
    await vi.waitFor(() => {
      forwarder.push(device.uplink(LINK_CHECK));
      expect(forwarder.downlinks.length).toBeGreaterThan(3);
    }, PATIENCE);
    expect(forwarder.downlinks[3]?.phyPayload.readUInt16LE(6)).toBeGreaterThan(Math.max(...used));
  });

  it.each([
    false,
    true,
  ])('with the data of another gateway that had the device before: what the server knows counts (relaxed: %s)', async (relaxedFrameCounter) => {
    const device = RadioDevice.abp(43);
    const { devAddr, nwkSKey, appSKey } = device;
    const activation = { mode: 'abp', devAddr, nwkSKey, appSKey, relaxedFrameCounter } as const;
    const made = bench();
    await made.apply([abp(device, { activation })]);
    const forwarder = await made.forwarder();
    forwarder.push(device.uplink(LINK_CHECK));
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1), PATIENCE);
    const server = connected(made);
    server.say({ ...importOf(device, 500, 70_000), generation: 4 });
    await made.apply([abp(device, { activation, generation: 4 })]);
    device.fCntUp = 70_000;
    await vi.waitFor(() => expect(server.backups.at(-1)).toMatchObject({ generation: 4 }), PATIENCE);
    await vi.waitFor(() => {
      forwarder.push(device.uplink(LINK_CHECK));
      expect(forwarder.downlinks.length).toBeGreaterThan(1);
    }, PATIENCE);
    expect(made.messages[1]?.link.fCnt).toBe(70_000);
    expect(forwarder.downlinks[1]?.phyPayload.readUInt16LE(6)).toBeGreaterThanOrEqual(500 + HOME_LEAP);
    expect(made.dropped('lorawan.frames')).toEqual({});
  });

  it('says nothing of a neighbour’s frame before it knows its devices: it comes again', async () => {
    const device = RadioDevice.abp(42);
    const made = bench();
    const server = connected(made);
    const frame = device.uplink();
    server.pass(frame);
    server.say({ v: 1, kind: 'release', devEui: device.devEui, generation: 9 });
    await made.apply([abp(device)]);
    server.pass(frame);
    await vi.waitFor(() => expect(server.done).toMatchObject([{ id: 2, outcome: 'new' }]), PATIENCE);
  });

  it('names the sessions that it waits for', async () => {
    const device = RadioDevice.abp(38);
    const made = bench();
    await made.apply([abp(device, { generation: 3 })]);
    expect(made.stage.awaitedSessions()).toEqual([device.devEui]);
    connected(made).say({ ...importOf(device, 0, 0), generation: 3 });
    await vi.waitFor(() => expect(made.stage.awaitedSessions()).toEqual([]), PATIENCE);
  });

  it('begins anew where nobody knows a session, and keeps one that it knows itself', async () => {
    const [stranger, own] = [new RadioDevice(39), new RadioDevice(40)];
    const made = bench();
    await made.apply([otaa(stranger, { generation: 2 }), otaa(own)]);
    const server = connected(made);
    const forwarder = await made.forwarder();
    await join(own, forwarder);
    const nothing = { keyCheck: 'none', join: { keyCheck: 'none', nextJoinNonce: 1, usedDevNonces: [] } };
    for (const { devEui } of [stranger, own]) {
      server.say({ v: 1, kind: 'import', devEui, generation: 2, leap: 0, backup: nothing, at: 1 });
    }
    await vi.waitFor(
      () => expect(server.backups.at(-1)).toMatchObject({ devEui: own.devEui, generation: 2 }),
      PATIENCE,
    );
    await join(stranger, forwarder);
    forwarder.push(own.uplink());
    forwarder.push(stranger.uplink());
    await vi.waitFor(() => expect(made.messages).toHaveLength(2), PATIENCE);
  });
});
