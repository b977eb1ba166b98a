import { HOME_LEAP, type LorawanDeviceConfig } from '@vigie/contract';
import { describe, expect, it, vi } from 'vitest';
import { keyCheckOf } from '../../src/lorawan/network-server/device.ts';
import { Session } from '../../src/lorawan/network-server/session.ts';
import { PlayedServer, sessionOf } from './played-server.ts';
import { abp, otaa } from './radio-bench.ts';
import { radioBenches } from './radio-benches.ts';
import { RadioDevice } from './radio-device.ts';

describe('a home gateway', () => {
  const bench = radioBenches();

  const start = (devices: LorawanDeviceConfig[]) => PlayedServer.over(bench(), devices);

  it('takes a neighbour’s frame once, lets a late one in once, and answers neither', async () => {
    const device = RadioDevice.abp(1);
    const [made, server, forwarder] = await start([abp(device)]);
    const [first, second, third] = [
      device.uplink(),
      device.uplink(),
      device.uplink({ fPort: 1, payload: Buffer.of(1), confirmed: true }),
    ];
    server.pass(first);
    server.pass(third);
    server.pass(second);
    server.pass(second);
    server.pass(first);
    await vi.waitFor(() => expect(server.done).toHaveLength(5));
    expect(server.done).toMatchObject([
      { id: 1, outcome: 'new', devEui: device.devEui },
      { id: 2, outcome: 'new' },
      { id: 3, outcome: 'new' },
      { id: 4, outcome: 'known' },
      { id: 5, outcome: 'known' },
    ]);
    expect(made.messages.map(({ link, isLate }) => [link.fCnt, link.passedBy, isLate])).toEqual([
      [0, 'gw-b', undefined],
      [2, 'gw-b', undefined],
      [1, 'gw-b', true],
    ]);
    // Nobody heard it by radio, and a replay by radio of what came late is one.
    forwarder.push(second);
    await vi.waitFor(() => expect(made.dropped('lorawan.frames').LORAWAN_FCNT_REPLAY).toBe(1));
    expect(forwarder.downlinks).toEqual([]);
  });

  it('refuses forged frames of a neighbour', async () => {
    const device = RadioDevice.abp(2);
    const [made, server] = await start([abp(device)]);
    const forged = device.uplink();
    forged.writeUInt8(forged.readUInt8(10) ^ 1, 10);
    server.pass(forged);
    await vi.waitFor(() => expect(server.done).toMatchObject([{ outcome: 'refused' }]));
    expect(made.messages).toEqual([]);
  });

  it('knows a join-request that only a neighbour heard, and neither answers it nor wastes its DevNonce', async () => {
    const device = new RadioDevice(9);
    const [made, server, forwarder] = await start([otaa(device)]);
    const request = device.joinRequest();
    const forged = Buffer.from(request);
    forged.writeUInt8(forged.readUInt8(22) ^ 1, 22);
    server.pass(forged);
    server.pass(request);
    await vi.waitFor(() => expect(server.done).toHaveLength(2));
    expect(server.done).toMatchObject([{ outcome: 'refused' }, { outcome: 'known', devEui: device.devEui }]);
    expect(forwarder.downlinks).toEqual([]);
    forwarder.push(request);
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1));
    server.pass(request);
    await vi.waitFor(() => expect(made.dropped('lorawan.frames').LORAWAN_DEVNONCE_USED).toBe(1));
  });

  it('waits for the session of a device that moves here, and begins beyond what its last home may have used', async () => {
    const device = RadioDevice.abp(3);
    const [made, server, forwarder] = await start([abp(device, { generation: 2 })]);
    server.acknowledges = false;
    const ask = () => forwarder.push(device.uplink({ fPort: 1, payload: Buffer.of(1), fOpts: Buffer.of(0x02) }));
    ask();
    await vi.waitFor(() => expect(made.passed).toHaveLength(1));
    expect(made.messages).toEqual([]);

    const { devEui } = device;
    const keyCheck = keyCheckOf(abp(device).lorawan);
    const active = sessionOf(device, keyCheck, { fCntDownLimit: 100 });
    const join = { keyCheck, nextJoinNonce: 1, usedDevNonces: [] };
    const backup = { keyCheck, active, join };
    server.say({ v: 1, kind: 'import', devEui, generation: 2, leap: HOME_LEAP, backup, at: 1 });
    await vi.waitFor(() => expect(server.backups.at(-1)).toMatchObject({ devEui, generation: 2 }));
    // The server does not know yet that it arrived: another one may be given the same counters.
    ask();
    await vi.waitFor(() => expect(made.logLines.join('')).toContain('LORAWAN_BACKUP_OVERDUE'));
    expect(forwarder.downlinks).toEqual([]);

    server.acknowledges = true;
    made.stage.home.down();
    server.connect();
    await vi.waitFor(() => {
      ask();
      expect(forwarder.downlinks.length).toBeGreaterThan(0);
    });
    expect(forwarder.downlinks[0]?.phyPayload.readUInt16LE(6)).toBe(100 + HOME_LEAP);
    // An older generation changes nothing any more.
    server.say({ v: 1, kind: 'import', devEui, generation: 1, leap: 0, backup, at: 2 });
    const before = forwarder.downlinks.length;
    ask();
    await vi.waitFor(() => expect(forwarder.downlinks.length).toBeGreaterThan(before));
    expect(forwarder.downlinks.at(-1)?.phyPayload.readUInt16LE(6)).toBeGreaterThan(100 + HOME_LEAP);
  });

  it('lets go of a device: no answer after its last word', async () => {
    const device = RadioDevice.abp(4);
    const [made, server, forwarder] = await start([abp(device)]);
    await vi.waitFor(() => expect(server.backups).toHaveLength(1));
    server.say({ v: 1, kind: 'release', devEui: device.devEui, generation: 1 });
    await vi.waitFor(() => expect(server.backups.at(-1)).toMatchObject({ generation: 1, released: true }));
    forwarder.push(device.uplink({ fPort: 1, payload: Buffer.of(1), confirmed: true }));
    await vi.waitFor(() => expect(made.passed).toHaveLength(1));
    expect(forwarder.downlinks).toEqual([]);
    expect(made.dropped('lorawan.frames')).toMatchObject({ LORAWAN_HOME_ELSEWHERE: 1 });
    // A neighbour's frame is the next home's business: nothing is said of it.
    server.pass(device.uplink());
    await vi.waitFor(() => expect(made.dropped('lorawan.frames')).toMatchObject({ LORAWAN_HOME_ELSEWHERE: 2 }));
    expect(server.done).toEqual([]);
  });

  it('passes on no more than its share of a flood, and nothing of other networks', async () => {
    const [made, , forwarder] = await start([]);
    const stranger = RadioDevice.abp(5);
    const foreign = RadioDevice.abp(6);
    foreign.devAddr = '26000001';
    forwarder.push(foreign.uplink());
    for (let count = 0; count < 610; count += 1) forwarder.push(stranger.uplink());
    forwarder.push(new RadioDevice(7).joinRequest());
    await vi.waitFor(() => expect(made.dropped('lorawan.frames').LORAWAN_DEVICE_UNKNOWN).toBe(612));
    expect(made.passed.length).toBeGreaterThanOrEqual(600);
    expect(made.passed.length + (made.dropped('lorawan.passed').LORAWAN_PASS_LIMIT ?? 0)).toBe(611);
  });

  it('keeps the server’s backup close behind a join', async () => {
    const device = new RadioDevice(8);
    const [, server, forwarder] = await start([otaa(device)]);
    forwarder.push(device.joinRequest());
    await vi.waitFor(() => expect(forwarder.downlinks).toHaveLength(1));
    device.acceptJoin(forwarder.downlinks[0]?.phyPayload ?? Buffer.alloc(0));
    // Before the accept left.
    const { devAddr, nwkSKey, appSKey } = device;
    expect(server.backups.at(-1)?.backup).toMatchObject({
      pending: { devAddr, nwkSKey, appSKey },
      join: { nextJoinNonce: 2, usedDevNonces: [1] },
    });
  });
});

it('a session stops at its ceiling', () => {
  const session = Session.create({
    ...{ id: 's', devAddr: '01000001', nwkSKey: '0'.repeat(32), appSKey: '1'.repeat(32), nextFCntUp: 0 },
    ...{ rx1DelayMs: 1_000, rx1DrOffset: 0, rx2FrequencyHz: 869_525_000, rx2DataRate: 0 },
  });
  session.ceiling = 2;
  expect([session.takeFCntDown(), session.isAtCeiling, session.takeFCntDown(), session.isAtCeiling]).toEqual([
    ...[0, false, 1, true],
  ]);
  expect([session.hasFCntDown, session.takeFCntDown()]).toEqual([false, undefined]);
});
