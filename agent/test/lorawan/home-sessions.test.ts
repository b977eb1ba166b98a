import { HOME_LEAP, type LorawanDeviceConfig } from '@vigie/contract';
import { describe, expect, it, vi } from 'vitest';
import { keyCheckOf } from '../../src/lorawan/network-server/device.ts';
import type { PacketForwarder } from './packet-forwarder.ts';
import { OVERLAPPING, PlayedServer, sessionOf } from './played-server.ts';
import { otaa } from './radio-bench.ts';
import { radioBenches } from './radio-benches.ts';
import { RadioDevice } from './radio-device.ts';

const PATIENCE = { timeout: 10_000, interval: 10 };

describe('sessions at a home gateway', () => {
  const bench = radioBenches();

  const start = (devices: LorawanDeviceConfig[]) => PlayedServer.over(bench(), devices);

  /** The device's next session; `takes` says whether it hears the accept. */
  async function join(device: RadioDevice, forwarder: PacketForwarder, { takes = true } = {}): Promise<void> {
    const before = forwarder.downlinks.length;
    forwarder.push(device.joinRequest());
    await vi.waitFor(() => expect(forwarder.downlinks.length).toBe(before + 1), PATIENCE);
    if (takes) device.acceptJoin(forwarder.downlinks.at(-1)?.phyPayload ?? Buffer.alloc(0));
  }

  it('finds the session that a device joined at a former home, beside its own that the device never took', async () => {
    const device = new RadioDevice(11);
    const [made, server, forwarder] = await start([otaa(device)]);
    await join(device, forwarder, { takes: false });
    const { devEui } = device;
    const elsewhere = RadioDevice.abp(12);
    const session = sessionOf(elsewhere, 'otaa-elsewhere-5', { joinNonce: 5, fCntDownLimit: 70 });
    server.acknowledges = false;
    server.say({ v: 1, kind: 'adopt', devEui, generation: 1, sessions: [session], usedDevNonces: [77] });
    await vi.waitFor(() => expect(server.backups.at(-1)?.backup.strays).toMatchObject([{ id: session.id }]), PATIENCE);
    expect(server.backups.at(-1)?.backup.join.usedDevNonces).toContain(77);
    // Until the server knows that it is here, another home may be given the same counters.
    const ask = () => elsewhere.uplink({ fPort: 1, payload: Buffer.of(1), confirmed: true });
    forwarder.push(ask());
    await vi.waitFor(() => expect(made.messages).toHaveLength(1), PATIENCE);
    await vi.waitFor(() => expect(made.logLines.join('')).toContain('LORAWAN_BACKUP_OVERDUE'), PATIENCE);
    expect(forwarder.downlinks).toHaveLength(1);
    server.acknowledges = true;
    made.stage.home.down();
    server.connect();
    await vi.waitFor(() => {
      forwarder.push(ask());
      expect(forwarder.downlinks.length).toBeGreaterThan(1);
    }, PATIENCE);
    expect(elsewhere.receive(forwarder.downlinks[1]?.phyPayload ?? Buffer.alloc(0))).toMatchObject({ ack: true });
    expect(made.stage.status().devices[0]?.devAddr).toBe(elsewhere.devAddr);
  });

  it('takes what neighbours heard of a session before the device left it, and nothing of it by radio', async () => {
    const device = new RadioDevice(13);
    const [made, server, forwarder] = await start([otaa(device)]);
    await join(device, forwarder);
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(made.messages).toHaveLength(1), PATIENCE);
    const [first, second, third] = [
      device.uplink({ fPort: 1, payload: Buffer.of(1), confirmed: true }),
      device.uplink(),
      device.uplink(),
    ];
    const heardAt = Date.now();
    await join(device, forwarder);
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(made.messages).toHaveLength(2), PATIENCE);
    await vi.waitFor(() => expect(server.backups.at(-1)?.backup.ended).toHaveLength(1), PATIENCE);
    const { length } = forwarder.downlinks;
    forwarder.push(third);
    await vi.waitFor(
      () => expect(made.dropped('lorawan.frames')).toMatchObject({ LORAWAN_SESSION_ENDED: 1 }),
      PATIENCE,
    );
    // The server must not bring it back as if a neighbour had heard it.
    expect(made.passed).toEqual([]);
    server.pass(third, heardAt + 120_000);
    server.pass(first, heardAt);
    server.pass(first, heardAt);
    server.pass(second, heardAt);
    await vi.waitFor(() => expect(server.done).toHaveLength(4), PATIENCE);
    expect(server.done).toMatchObject([
      ...[{ outcome: 'refused' }, { outcome: 'new' }, { outcome: 'known' }, { outcome: 'new' }],
    ]);
    expect(made.messages).toHaveLength(4);
    expect(forwarder.downlinks).toHaveLength(length);
    expect(made.stage.status().devices[0]?.devAddr).toBe(device.devAddr);
  });

  it('keeps its own joins when the device comes back to it, and takes no DevNonce twice', async () => {
    const device = new RadioDevice(14);
    const [made, server, forwarder] = await start([otaa(device)]);
    await join(device, forwarder);
    const request = device.joinRequest(device.devNonce);
    await vi.waitFor(() => expect(server.backups.at(-1)?.backup.pending).toBeDefined(), PATIENCE);
    const own = server.backups.at(-1)?.backup.pending?.id;
    // Another gateway took over before the server knew of the join, and gives the device back.
    const { devEui } = device;
    const keyCheck = keyCheckOf(otaa(device).lorawan);
    const backup = { keyCheck, join: { keyCheck, nextJoinNonce: 4_100, usedDevNonces: [99] } };
    await made.apply([otaa(device, { generation: 3 })], OVERLAPPING);
    server.say({ v: 1, kind: 'import', devEui, generation: 3, leap: HOME_LEAP, backup, at: 1 });
    await vi.waitFor(() => expect(server.backups.at(-1)).toMatchObject({ generation: 3 }), PATIENCE);
    expect(server.backups.at(-1)?.backup).toMatchObject({
      strays: [{ id: own }],
      join: { nextJoinNonce: 4_100 + HOME_LEAP, usedDevNonces: [1, 99], strayFrom: 0 },
    });
    // At first it is taken for another antenna's copy.
    await vi.waitFor(() => {
      forwarder.push(request);
      expect(made.dropped('lorawan.frames').LORAWAN_DEVNONCE_USED).toBeGreaterThan(0);
    }, PATIENCE);
    forwarder.push(device.uplink());
    await vi.waitFor(() => expect(made.messages).toHaveLength(1), PATIENCE);
  });
});
