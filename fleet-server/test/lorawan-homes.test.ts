import { type HomeOrder, type HomeReport, sessionNumber } from '@vigie/contract';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { describeOnEach } from './databases.ts';
import { TestGateway } from './test-gateway.ts';
import { TestServer } from './test-server.ts';

const TENANT = 'town';
const KEY = '00112233445566778899aabbccddeeff';
const SESSION = 123_456_789;
const PATIENCE = { timeout: 5_000, interval: 10 };

type Backup = Extract<HomeReport, { kind: 'backup' }>['devices'][number];

/** A data frame of the device as its header says; whether it is genuine only its home can tell. */
function frame(fCnt: number, devAddr: string): object {
  const bytes = Buffer.alloc(17);
  bytes.writeUInt8(0x40, 0);
  bytes.writeUInt32LE(Number.parseInt(devAddr, 16), 1);
  bytes.writeUInt16LE(fCnt, 6);
  return {
    ...{ kind: 'frame', phyPayload: bytes.toString('base64'), receivedAt: Date.now(), dataRate: 'SF7BW125' },
    ...{ frequencyHz: 868_100_000, radio: '0016c001f1500812', rssiDbm: -80, snrDb: 5 },
  };
}

function reading(fCnt: number, session = SESSION, snrDb = 5): object {
  return {
    ...{ kind: 'readings', device: 'lamp-1', priority: 'reading' },
    times: { receivedAt: Date.now(), clock: 'gateway', trusted: true },
    link: { fCnt, dataRate: 'SF7BW125', frequencyHz: 868_100_000, rssiDbm: -80, snrDb, receptions: 1, session },
    codec: { id: 'nasys/ul2021', version: 1 },
    readings: [{ quantity: 'lamp.dim', value: fCnt }],
  };
}

describeOnEach('homes of radio devices', (create) => {
  let server: TestServer;
  let a: TestGateway;
  let b: TestGateway;
  let number = 0;
  /** Each test has a device and two gateways of its own. */
  let tests = 0;
  let devEui = '';
  let devAddr = '';
  let device: ReturnType<typeof deviceNow>;

  const lorawan = { region: 'EU868', netId: '000000', sources: [] };
  const deviceNow = () => ({
    ...{ id: 'lamp-1', model: 'nasys/ul20xx', asset: 'pole-7' },
    lorawan: {
      ...{ devEui, macVersion: '1.0.3', class: 'A' },
      activation: { mode: 'abp', devAddr, nwkSKey: KEY, appSKey: KEY },
    },
  });
  const configPath = (gateway: string) => `/tenants/${TENANT}/gateways/${gateway}/config`;
  const homePath = (gateway: string) => `/tenants/${TENANT}/gateways/${gateway}/devices/lamp-1/home`;
  const orders = <K extends HomeOrder['kind']>(gateway: TestGateway, kind: K) =>
    gateway.messages
      .filter(({ leaf }) => leaf === 'order')
      .map(({ body }) => body as HomeOrder)
      .filter((order): order is Extract<HomeOrder, { kind: K }> => order.kind === kind);

  function backup(fCntDownLimit: number, nextFCntUp: number, more: Partial<Backup> = {}): Backup {
    const session = { id: 's1', devAddr, nwkSKey: KEY, appSKey: KEY, nextFCntUp, fCntDownLimit };
    const active = { ...session, rx1DelayMs: 1_000, somethingNewer: { kept: true } };
    const join = { keyCheck: 'k', nextJoinNonce: 1, usedDevNonces: [] };
    return { devEui, generation: 1, backup: { keyCheck: 'k', active, join }, ...more };
  }

  async function keep(gateway: TestGateway, device: Backup): Promise<string[]> {
    const mine = ++number;
    gateway.publish('home/report', { v: 1, kind: 'backup', number: mine, devices: [device] });
    return vi.waitFor(() => {
      const kept = orders(gateway, 'kept').find((order) => order.number === mine);
      if (!kept) throw new Error('nothing was kept');
      return kept.stale;
    }, PATIENCE);
  }

  beforeAll(async () => {
    const rules = { roundMs: 50, deadAfterMs: 1_000, restMs: 0 };
    server = await TestServer.start(await create(), { moveRules: rules });
  }, 60_000);

  afterAll(() => server.remove());

  beforeEach(async () => {
    number = 0;
    tests += 1;
    const hex = tests.toString(16).padStart(4, '0');
    devEui = `70b3d57ed000${hex}`;
    devAddr = `0100${hex}`;
    device = deviceNow();
    const join = async (id: string) => {
      const gateway = await TestGateway.enrol(server, TENANT, id);
      await gateway.connect();
      gateway.hello();
      return gateway;
    };
    a = await join(`a-${tests}`);
    b = await join(`b-${tests}`);
    await server.admin('PUT', configPath(b.id), { schema: 1, lorawan, devices: [] });
    await server.admin('PUT', configPath(a.id), { schema: 1, lorawan, devices: [device] });
    return async () => {
      for (const gateway of [a, b]) await gateway.end();
    };
  });

  it('gateways of one tenant pass frames on unless they are told not to', async () => {
    expect((await server.admin('GET', configPath(a.id))).lorawan.passFrames).toBe(true);
    const told = { ...lorawan, passFrames: false };
    await server.admin('PUT', configPath(b.id), { schema: 1, lorawan: told, devices: [] });
    expect((await server.admin('GET', configPath(b.id))).lorawan.passFrames).toBe(false);
  });

  it('a passed frame reaches its home until that has it', async () => {
    b.send([frame(1, devAddr)]);
    await vi.waitFor(() => expect(orders(a, 'frames').flatMap(({ frames }) => frames)).toHaveLength(1), PATIENCE);
    await vi.waitFor(() => expect(b.acknowledgedThrough('live')).toBe(1), PATIENCE);
    // It was cut off before it could say so.
    a.client?.end(true);
    await a.connect();
    a.hello({ applied: 99 });
    await vi.waitFor(() => expect(orders(a, 'frames').flatMap(({ frames }) => frames)).toHaveLength(2), PATIENCE);
    const [sent] = orders(a, 'frames')[0]?.frames ?? [];
    expect(sent).toMatchObject({ heardBy: b.id, frame: { dataRate: 'SF7BW125' } });
    // The neighbour's word on it counts nothing.
    b.publish('home/report', { v: 1, kind: 'frames', done: [{ id: sent?.id, outcome: 'known', devEui }] });
    a.publish('home/report', { v: 1, kind: 'frames', done: [{ id: sent?.id, outcome: 'new', devEui }] });
    const waiting = () => server.installation.database.db.selectFrom('lorawanFrames').selectAll().execute();
    await vi.waitFor(async () => expect(await waiting()).toEqual([]), PATIENCE);
    const metrics = String(
      (await server.http('/metrics', { headers: { authorization: `Bearer ${server.token}` } })).body,
    );
    expect(metrics).toContain('vigie_passed_frames_accepted_total 1\n');
    expect(metrics).toContain('vigie_passed_frames_held 0\n');
    const { candidates } = await server.admin('GET', homePath(a.id));
    expect(candidates).toMatchObject([{ gateway: b.id, marginDb: 12.5, frames: 1 }]);
  });

  it('a frame that is told of again counts once among the links', async () => {
    const heard = async () => {
      const { candidates } = await server.admin('GET', homePath(a.id));
      return candidates.map(({ gateway, frames }: { gateway: string; frames: number }) => [gateway, frames]);
    };
    const given = () => orders(a, 'frames').flatMap(({ frames }) => frames);
    const twice = frame(1, devAddr);
    await a.end();
    await vi.waitFor(async () => {
      expect((await server.admin('GET', `/tenants/${TENANT}/gateways/${a.id}`)).state).toBe('offline');
    }, PATIENCE);
    // Once for want of its home, which alone could tell whether it is genuine,
    b.send([twice]);
    await vi.waitFor(async () => expect(await heard()).toEqual([[b.id, 1]]), PATIENCE);
    // once more by a neighbour that was cut off before it knew that it had arrived,
    b.send([twice]);
    await vi.waitFor(() => expect(b.acknowledgedThrough('live')).toBe(2), PATIENCE);
    // and by its home for each of them.
    await a.connect();
    a.hello({ applied: 99 });
    await vi.waitFor(() => expect(given()).toHaveLength(2), PATIENCE);
    const done = given().map(({ id }, index) => ({ id, outcome: index === 0 ? 'new' : 'known', devEui }));
    a.publish('home/report', { v: 1, kind: 'frames', done });
    const waiting = () => server.installation.database.db.selectFrom('lorawanFrames').selectAll().execute();
    await vi.waitFor(async () => expect(await waiting()).toEqual([]), PATIENCE);
    expect(await heard()).toEqual([[b.id, 1]]);
    b.send([frame(2, devAddr)]);
    await vi.waitFor(() => expect(given()).toHaveLength(3), PATIENCE);
    a.publish('home/report', { v: 1, kind: 'frames', done: [{ id: given()[2]?.id, outcome: 'known', devEui }] });
    await vi.waitFor(async () => expect(await heard()).toEqual([[b.id, 2]]), PATIENCE);
  });

  it('a frame that a home refuses while it lets go of the device waits for the next home', async () => {
    await keep(a, backup(64, 3));
    await server.admin('POST', homePath(a.id), { gateway: b.id });
    await vi.waitFor(() => expect(orders(a, 'release')).toHaveLength(1), PATIENCE);
    b.send([frame(5, devAddr)]);
    await vi.waitFor(() => expect(b.acknowledgedThrough('live')).toBe(1), PATIENCE);
    const { db } = server.installation.database;
    const rows = await db.selectFrom('lorawanFrames').select('id').where('devAddr', '=', devAddr).execute();
    a.publish('home/report', { v: 1, kind: 'frames', done: [{ id: rows[0]?.id, outcome: 'refused' }] });
    await keep(a, backup(10, 9, { released: true }));
    await vi.waitFor(() => expect(orders(b, 'import')).toHaveLength(1), PATIENCE);
    await keep(b, backup(64, 9, { generation: 2 }));
    await vi.waitFor(() => {
      const given = orders(b, 'frames').flatMap(({ frames }) => frames.map(({ id }) => id));
      expect(given).toEqual(rows.map(({ id }) => id));
    }, PATIENCE);
  });

  it('a frame of an address that nobody has yet waits for the join to be told', async () => {
    b.send([frame(0, '01ffffff')]);
    await vi.waitFor(() => expect(b.acknowledgedThrough('live')).toBe(1), PATIENCE);
    const joined = backup(64, 0);
    const pending = { id: 's2', devAddr: '01ffffff', nwkSKey: KEY, appSKey: KEY, nextFCntUp: 0, fCntDownLimit: 64 };
    await keep(a, { ...joined, backup: { ...joined.backup, pending } });
    await vi.waitFor(() => expect(orders(a, 'frames').flatMap(({ frames }) => frames)).toHaveLength(1), PATIENCE);
  });

  it('a frame that two homes accepted is stored once', async () => {
    const count = async () =>
      (await server.installation.database.db.selectFrom('uplinks').select('id').where('frameCounter', '=', 7).execute())
        .length;
    a.send([reading(7), reading(7)]);
    b.send([reading(7), reading(7, SESSION + 1)]);
    await vi.waitFor(() => expect(b.acknowledgedThrough('live')).toBe(1), PATIENCE);
    await vi.waitFor(() => expect(a.acknowledgedThrough('live')).toBe(1), PATIENCE);
    expect(await count()).toBe(2);
  });

  it('moves by hand: what the old home said last is where the new one begins', async () => {
    await keep(a, backup(64, 3));
    await server.admin('POST', homePath(a.id), { gateway: b.id });
    await vi.waitFor(() => expect(orders(a, 'release')).toMatchObject([{ devEui, generation: 1 }]), PATIENCE);
    await keep(a, backup(10, 9, { released: true }));
    await vi.waitFor(() => expect(orders(b, 'import')).toHaveLength(1), PATIENCE);
    expect(orders(b, 'import')[0]).toMatchObject({
      ...{ devEui, generation: 2, leap: 0 },
      backup: { active: { nextFCntUp: 9, fCntDownLimit: 10, somethingNewer: { kept: true } } },
    });
    const moved = (await server.admin('GET', configPath(b.id))).devices;
    expect(moved).toMatchObject([{ id: 'lamp-1', asset: 'pole-7', lorawan: { generation: 2 } }]);
    expect((await server.admin('GET', configPath(a.id))).devices).toEqual([]);
    // The old home is told nothing any more, and believed nothing.
    expect(await keep(a, backup(999, 99))).toEqual([devEui]);
    expect(await keep(b, backup(64, 9, { generation: 2 }))).toEqual([]);
    expect(await server.admin('GET', homePath(b.id))).toMatchObject({
      ...{ gateway: b.id, generation: 2, state: 'settled' },
      moves: [{ from: a.id, to: b.id, reason: 'operator' }],
    });
    const audit = await server.admin('GET', `/tenants/${TENANT}/audit?limit=100`);
    expect(audit.items.map(({ action }: { action: string }) => action)).toContain('lorawan.move');
  });

  it('a move that a restart interrupted is offered once more, and once only', async () => {
    await keep(a, backup(64, 3));
    await server.admin('POST', homePath(a.id), { gateway: b.id });
    await keep(a, backup(10, 9, { released: true }));
    await vi.waitFor(() => expect(orders(b, 'import')).toHaveLength(1), PATIENCE);
    const { revision } = await server.admin('GET', configPath(b.id));
    const sayHello = (interrupted: number) =>
      b.hello({ applied: 1, rejected: { revision: interrupted, code: 'CONFIG_INTERRUPTED', message: 'restarted' } });
    const given = () => b.of('config').map((config) => (config as { revision: number }).revision);
    sayHello(revision);
    await vi.waitFor(() => expect(given()).toContain(revision + 1), PATIENCE);
    sayHello(revision + 1);
    await keep(b, backup(64, 9, { generation: 2 }));
    expect((await server.admin('GET', configPath(b.id))).revision).toBe(revision + 1);
  });

  it('replaces a dead home beyond what it may have used, past what is stored, and keeps its commands apart', async () => {
    await keep(a, backup(640, 2));
    const session = sessionNumber(devEui, 's1');
    // One command may have reached the old home, one was given after it was gone.
    const commands = `/tenants/${TENANT}/gateways/${a.id}/devices/lamp-1/commands`;
    const order = { name: 'lamp.dim', args: { level: 30 }, expiresInSeconds: 600 };
    const handed = await server.admin('POST', commands, order);
    a.send([reading(1, session), reading(3, session)]);
    await vi.waitFor(() => expect(a.acknowledgedThrough('live')).toBe(1), PATIENCE);
    await a.end();
    await vi.waitFor(async () => {
      const { state } = await server.admin('GET', `/tenants/${TENANT}/gateways/${a.id}`);
      expect(state).toBe('offline');
    }, PATIENCE);
    const waiting = await server.admin('POST', commands, order);
    await vi.waitFor(() => {
      b.send([frame(4, devAddr)]);
      expect(orders(b, 'import').length).toBeGreaterThan(0);
    }, 8_000);
    expect(orders(b, 'import')[0]).toMatchObject({ generation: 2, leap: 4_096, backup: { active: { nextFCntUp: 4 } } });
    expect(orders(b, 'import')[0]?.backup.active?.missed).toEqual([{ from: 2, to: 2 }]);
    const given = () => b.of('command').map((command) => (command as { id: string }).id);
    await vi.waitFor(() => expect(given()).toEqual([waiting.id]), PATIENCE);
    // Under its old path too, a command finds the device.
    const later = await server.admin('POST', commands, order);
    await vi.waitFor(() => expect(given()).toEqual([waiting.id, later.id]), PATIENCE);
    expect((await server.admin('GET', `/tenants/${TENANT}/commands/${handed.id}`)).gateway).toBe(a.id);
    expect((await server.admin('GET', homePath(b.id))).moves).toMatchObject([{ reason: 'dead' }]);
  });

  it('moves to who hears the device 6 dB better, but not a pinned one', async () => {
    await keep(a, backup(64, 0));
    const hearOnBoth = async (from: number) => {
      for (let fCnt = from; fCnt < from + 20; fCnt += 1) {
        a.send([reading(fCnt, SESSION + from, -3)]);
        b.send([frame(fCnt, devAddr)]);
      }
      await vi.waitFor(async () => {
        const given = orders(a, 'frames').flatMap((order) => order.frames);
        const done = given.map(({ id }) => ({ id, outcome: 'known', devEui }));
        for (let at = 0; at < done.length; at += 60)
          a.publish('home/report', { v: 1, kind: 'frames', done: done.slice(at, at + 60) });
        const { candidates } = await server.admin('GET', homePath(a.id));
        expect(candidates.map(({ frames: heard }: { frames: number }) => heard)).toEqual([20, 20]);
      }, PATIENCE);
    };
    const pinned = { ...device, lorawan: { ...device.lorawan, home: 'fixed' } };
    await server.admin('PUT', configPath(a.id), { schema: 1, lorawan, devices: [pinned] });
    // Heard so three times over, the mover has looked at it more than once.
    for (const from of [100, 130, 160]) await hearOnBoth(from);
    expect(orders(a, 'release')).toEqual([]);
    await server.admin('PUT', configPath(a.id), { schema: 1, lorawan, devices: [device] });
    await hearOnBoth(200);
    await vi.waitFor(() => expect(orders(a, 'release').length).toBeGreaterThan(0), PATIENCE);
  });

  it('refuses a device that has its home elsewhere, and a home that cannot be', async () => {
    const twice = { ...device, id: 'lamp-2' };
    const refused = await server.api({
      ...{ method: 'PUT', path: configPath(b.id), token: server.token },
      body: { schema: 1, lorawan, devices: [twice] },
    });
    expect([refused.status, refused.body.code]).toEqual([409, 'CONFLICT']);
    const other = { ...lorawan, region: 'AS923-1' };
    await server.admin('PUT', configPath(b.id), { schema: 1, lorawan: other, devices: [] });
    await keep(a, backup(64, 0));
    const move = { method: 'POST', path: homePath(a.id), token: server.token, body: { gateway: b.id } };
    const stuck = await server.api(move);
    expect([stuck.status, stuck.body.code]).toEqual([409, 'CONFLICT']);
    expect(stuck.body.message).toContain('region');
  });
});
