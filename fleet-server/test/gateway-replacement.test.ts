import { HOME_LEAP, type HomeOrder, type HomeReport, parseClaim } from '@vigie/contract';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { describeOnEach } from './databases.ts';
import { makeCsr, TestGateway } from './test-gateway.ts';
import { TestServer } from './test-server.ts';

const TENANT = 'village';
const KEY = '00112233445566778899aabbccddeeff';
const PATIENCE = { timeout: 10_000, interval: 10 };

type Backup = Extract<HomeReport, { kind: 'backup' }>['devices'][number];

describeOnEach('a replaced gateway', (create) => {
  let server: TestServer;
  let tests = 0;
  let number = 0;
  let id = '';
  let box: TestGateway;
  const lamps = ['lamp-1', 'lamp-2', 'lamp-3'];

  const devEuiOf = (lamp: string) => `70b3d57ed0${tests.toString(16).padStart(4, '0')}0${lamp.at(-1)}`;
  const devAddrOf = (lamp: string) => `01${tests.toString(16).padStart(4, '0')}0${lamp.at(-1)}`;
  const configPath = () => `/tenants/${TENANT}/gateways/${id}/config`;
  const homePath = (lamp: string) => `/tenants/${TENANT}/gateways/${id}/devices/${lamp}/home`;
  const deviceOf = (lamp: string) => ({
    ...{ id: lamp, model: 'nasys/ul20xx' },
    lorawan: {
      ...{ devEui: devEuiOf(lamp), macVersion: '1.0.3', class: 'A' },
      activation: { mode: 'otaa', joinEui: '70b3d57ed0ffffff', appKey: KEY },
    },
  });
  const orders = <K extends HomeOrder['kind']>(gateway: TestGateway, kind: K) =>
    gateway.messages
      .filter(({ leaf }) => leaf === 'order')
      .map(({ body }) => body as HomeOrder)
      .filter((order): order is Extract<HomeOrder, { kind: K }> => order.kind === kind);

  function backupOf(lamp: string, more: Partial<Backup> = {}): Backup {
    const keys = { devAddr: devAddrOf(lamp), nwkSKey: KEY, appSKey: KEY };
    const active = { id: `session of ${lamp}`, ...keys, nextFCntUp: 7, fCntDownLimit: 64 };
    const join = { keyCheck: 'k', nextJoinNonce: 3, usedDevNonces: [11, 12] };
    return { devEui: devEuiOf(lamp), generation: 1, backup: { keyCheck: 'k', active, join }, ...more };
  }

  async function keep(gateway: TestGateway, devices: Backup[]): Promise<string[]> {
    const mine = ++number;
    gateway.publish('home/report', { v: 1, kind: 'backup', number: mine, devices });
    return vi.waitFor(() => {
      const kept = orders(gateway, 'kept').find((order) => order.number === mine);
      if (!kept) throw new Error('nothing was kept');
      return kept.stale;
    }, PATIENCE);
  }

  /** A fresh box under the same identity; the old one is cut off. */
  async function replace(): Promise<TestGateway> {
    const { claim } = await server.admin('POST', `/tenants/${TENANT}/gateways/${id}/claims`, {});
    const { csr, key } = await makeCsr();
    const answer = await server.http('/enrol', { method: 'POST', body: { v: 1, code: parseClaim(claim)?.code, csr } });
    expect(answer.status).toBe(200);
    const fresh = new TestGateway(server, { ...answer.body, key });
    fresh.epoch = 'epoch00002';
    await fresh.connect();
    fresh.hello();
    return fresh;
  }

  const replacements = async () => {
    const { items } = await server.admin('GET', `/tenants/${TENANT}/events?gateway=${id}&limit=100`);
    return (items as { code: string; severity: string; message: string }[]).filter(
      ({ code }) => code === 'GATEWAY_REPLACED',
    );
  };

  const revision = async () => (await server.admin('GET', configPath())).revision as number;

  beforeAll(async () => {
    server = await TestServer.start(await create(), { moveRules: { roundMs: 50, deadAfterMs: 1_000, restMs: 0 } });
  }, 60_000);

  afterAll(() => server.remove());

  beforeEach(async () => {
    number = 0;
    tests += 1;
    id = `gw-${tests}`;
    box = await TestGateway.enrol(server, TENANT, id);
    await box.connect();
    box.hello();
    const lorawan = { region: 'EU868', netId: '000000', sources: [], passFrames: false };
    await server.admin('PUT', configPath(), { schema: 1, lorawan, devices: lamps.map(deviceOf) });
    await vi.waitFor(() => expect(box.of('config')).toHaveLength(1), PATIENCE);
    return () => box.end();
  });

  it('is given its sessions before its document, beyond what the old box may have used, and what that one says counts no more', async () => {
    await keep(box, [backupOf('lamp-1'), backupOf('lamp-2')]);
    const fresh = await replace();
    await vi.waitFor(() => expect(fresh.of('config')).toHaveLength(1), PATIENCE);
    const leaves = fresh.messages.map(({ leaf }) => leaf);
    expect(leaves.slice(0, 3)).toEqual(['order', 'order', 'config']);
    expect(orders(fresh, 'import').find(({ devEui }) => devEui === devEuiOf('lamp-1'))).toMatchObject({
      ...{ generation: 2, leap: HOME_LEAP },
      backup: { active: { nextFCntUp: 7, fCntDownLimit: 64 }, join: { nextJoinNonce: 3, usedDevNonces: [11, 12] } },
    });
    const [document] = fresh.of('config') as { devices: { lorawan: { generation?: number } }[] }[];
    expect(document?.devices.map(({ lorawan }) => lorawan.generation)).toEqual([2, 2, undefined]);
    expect(await server.admin('GET', homePath('lamp-1'))).toMatchObject({ state: 'importing', moves: [] });
    expect(await keep(fresh, [backupOf('lamp-1')])).toEqual([devEuiOf('lamp-1')]);
    expect(await keep(fresh, [backupOf('lamp-1', { generation: 2 })])).toEqual([]);
    expect(await server.admin('GET', homePath('lamp-1'))).toMatchObject({ state: 'settled', generation: 2 });
    await fresh.end();
  });

  it('is told to operators: how many sessions it was given, which devices must join again, and why', async () => {
    const never = { keyCheck: 'k', join: { keyCheck: 'k', nextJoinNonce: 1, usedDevNonces: [] } };
    await keep(box, [backupOf('lamp-1'), backupOf('lamp-2', { backup: never })]);
    expect(await replacements()).toEqual([]);
    await (await replace()).end();
    expect(await replacements()).toMatchObject([
      {
        severity: 'warning',
        message:
          'the gateway is replaced: 1 session is given back, 1 device must join again, since its session was never told: lamp-3',
      },
    ]);
  });

  it('is given them again where the new box is replaced before it said a word, and after it did', async () => {
    await keep(box, [backupOf('lamp-1')]);
    const second = await replace();
    await vi.waitFor(() => expect(orders(second, 'import')).toHaveLength(1), PATIENCE);
    const third = await replace();
    const given = { generation: 2, leap: HOME_LEAP, backup: { active: { nextFCntUp: 7, fCntDownLimit: 64 } } };
    await vi.waitFor(() => expect(orders(third, 'import')).toMatchObject([given]), PATIENCE);
    const active = { ...backupOf('lamp-1').backup.active, nextFCntUp: 70_000, fCntDownLimit: 256 };
    const told = { ...backupOf('lamp-1', { generation: 2 }) } as Backup;
    told.backup = { ...told.backup, active: active as NonNullable<Backup['backup']['active']> };
    expect(await keep(third, [told])).toEqual([]);
    const fourth = await replace();
    const next = { generation: 3, leap: HOME_LEAP, backup: { active: { nextFCntUp: 70_000, fCntDownLimit: 256 } } };
    await vi.waitFor(() => expect(orders(fourth, 'import')).toMatchObject([next]), PATIENCE);
    for (const each of [second, third, fourth]) await each.end();
  });

  it('is not given the session of a device that was removed meanwhile', async () => {
    await keep(box, [backupOf('lamp-1'), backupOf('lamp-2')]);
    const { claim } = await server.admin('POST', `/tenants/${TENANT}/gateways/${id}/claims`, {});
    expect(claim).toBeDefined();
    const document = await server.admin('GET', configPath());
    await server.admin('PUT', configPath(), { ...document, devices: document.devices.slice(1) });
    const fresh = await replace();
    await vi.waitFor(() => expect(fresh.of('config')).toHaveLength(1), PATIENCE);
    expect(orders(fresh, 'import').map(({ devEui }) => devEui)).toEqual([devEuiOf('lamp-2')]);
    await fresh.end();
  });

  it('counts a frame that the old box delivered as heard, and stores it no second time', async () => {
    await keep(box, [backupOf('lamp-1')]);
    const { active } = backupOf('lamp-1').backup;
    const { sessionNumber } = await import('@vigie/contract');
    const session = sessionNumber(devEuiOf('lamp-1'), active?.id ?? '');
    const reading = {
      ...{ kind: 'readings', device: 'lamp-1', priority: 'reading' },
      times: { receivedAt: Date.now(), clock: 'gateway', trusted: true },
      link: {
        ...{ fCnt: 99, dataRate: 'SF7BW125', frequencyHz: 868_100_000, rssiDbm: -80, snrDb: 5, receptions: 1, session },
      },
      codec: { id: 'nasys/ul20xx', version: 2 },
      readings: [{ quantity: 'lamp.dim', value: 99 }],
    };
    box.send([reading]);
    await vi.waitFor(() => expect(box.acknowledgedThrough('live')).toBe(1), PATIENCE);
    const fresh = await replace();
    await vi.waitFor(() => expect(orders(fresh, 'import').length).toBeGreaterThan(0), PATIENCE);
    expect(orders(fresh, 'import')[0]?.backup.active).toMatchObject({ nextFCntUp: 100 });
    fresh.send([reading]);
    await vi.waitFor(() => expect(fresh.acknowledgedThrough('live')).toBe(1), PATIENCE);
    const { db } = server.installation.database;
    const rows = await db.selectFrom('uplinks').select('id').where('radioSession', '=', session).execute();
    expect(rows).toHaveLength(1);
    // Nobody else hears its devices: that its gateway does is no news.
    expect((await server.admin('GET', homePath('lamp-1'))).candidates).toEqual([]);
    await fresh.end();
  });

  it('whose devices had other homes before begins anew where no session was told, instead of waiting for ever', async () => {
    const { db } = server.installation.database;
    await db.updateTable('lorawanHomes').set({ generation: 3 }).where('devEui', '=', devEuiOf('lamp-1')).execute();
    const fresh = await replace();
    await vi.waitFor(() => expect(orders(fresh, 'import').length).toBeGreaterThan(0), PATIENCE);
    expect(orders(fresh, 'import')[0]).toMatchObject({ generation: 4, leap: 0, backup: { keyCheck: 'none' } });
    await fresh.end();
  });

  it('is given its sessions also where its document is not valid any more', async () => {
    await keep(box, [backupOf('lamp-1')]);
    const { db } = server.installation.database;
    const { master } = server.installation;
    const place = `gateway-config/${id}/1`;
    const { document } = await db
      .selectFrom('gatewayConfigs')
      .select('document')
      .where('gateway', '=', id)
      .executeTakeFirstOrThrow();
    const spoilt = { ...JSON.parse(master.open(document, place)), ofAnEarlierRelease: true };
    await db
      .updateTable('gatewayConfigs')
      .set({ document: master.seal(JSON.stringify(spoilt), place) })
      .where('gateway', '=', id)
      .execute();
    const fresh = await replace();
    await vi.waitFor(() => expect(orders(fresh, 'import')).toMatchObject([{ generation: 2 }]), PATIENCE);
    expect(await revision()).toBe(1);
    expect((await replacements())[0]?.message).toContain('The document in force is to be corrected');
    await fresh.end();
  });

  it('that waits for sessions without the server knowing is given them again', async () => {
    await keep(box, [backupOf('lamp-1')]);
    const awaitedSessions = [devEuiOf('lamp-1'), devEuiOf('lamp-2'), '0000000000000001'];
    const status = {
      ...{ v: 1, at: Date.now(), agentVersion: '0.1.0', uptimeSeconds: 1, rssBytes: 1, clockTrusted: true },
      ...{ config: { applied: 1 }, outbox: { records: 0, bytes: 0 }, ledger: {}, awaitedSessions },
    };
    box.publish('status', status);
    await vi.waitFor(() => expect(orders(box, 'import')).toHaveLength(1), PATIENCE);
    expect(orders(box, 'import')[0]).toMatchObject({ devEui: devEuiOf('lamp-1'), generation: 1, leap: HOME_LEAP });
    expect(await revision()).toBe(1);
  });

  it('that cannot live with its document moves no device to itself', async () => {
    await keep(box, [backupOf('lamp-1')]);
    const gone = { released: true, gone: true };
    for (let times = 0; times < 3; times += 1) expect(await keep(box, [backupOf('lamp-1', gone)])).toEqual([]);
    expect(await server.admin('GET', homePath('lamp-1'))).toMatchObject({ state: 'importing', generation: 1 });
    expect(await keep(box, [backupOf('lamp-1')])).toEqual([]);
    expect(await server.admin('GET', homePath('lamp-1'))).toMatchObject({ state: 'settled', generation: 1 });
    expect(await revision()).toBe(1);
    // A former agent does not say that the device is gone: it is given back, once in a while.
    await keep(box, [backupOf('lamp-1', { released: true })]);
    await vi.waitFor(async () =>
      expect(await server.admin('GET', homePath('lamp-1'))).toMatchObject({ generation: 2 }),
    );
    const afterOne = await revision();
    await keep(box, [backupOf('lamp-1', { generation: 2, released: true })]);
    await vi.waitFor(() => expect(orders(box, 'import').length).toBeGreaterThan(0), PATIENCE);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await revision()).toBe(afterOne);
    const { items } = await server.admin('GET', `/tenants/${TENANT}/events?gateway=${id}&limit=100`);
    expect(items.map(({ code }: { code: string }) => code)).not.toContain('LORAWAN_HOME_MOVED');
  });

  it('is its devices’ home already: a move to it is refused', async () => {
    const answer = await server.api({
      ...{ method: 'POST', path: homePath('lamp-1'), token: server.token },
      body: { gateway: id },
    });
    expect(answer).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  });

  it('keeps the counters of its groups; two gateways may speak to one group', async () => {
    const group = {
      ...{ id: 'all-lamps', model: 'nasys/ul20xx' },
      lorawan: {
        ...{ devEui: `70b3d57ed1${tests.toString(16).padStart(6, '0')}`, macVersion: '1.0.3', class: 'C' },
        activation: {
          ...{ mode: 'multicast', devAddr: '01aabbcc', nwkSKey: KEY, appSKey: KEY },
          ...{ frequencyHz: 869_525_000, dataRate: 3 },
        },
      },
    };
    const { revision: _before, ...document } = await server.admin('GET', configPath());
    await server.admin('PUT', configPath(), { ...document, devices: [...lamps.map(deviceOf), group] });
    // As a former release has left it.
    const { db } = server.installation.database;
    await db.deleteFrom('lorawanHomes').where('devEui', '=', group.lorawan.devEui).execute();
    const { active } = backupOf('lamp-1').backup;
    const backup = {
      keyCheck: 'g',
      ...(active && { active }),
      join: { keyCheck: 'g', nextJoinNonce: 1, usedDevNonces: [] },
    };
    expect(await keep(box, [{ devEui: group.lorawan.devEui, generation: 1, backup }])).toEqual([]);
    const other = await TestGateway.enrol(server, TENANT, `other-${tests}`);
    const path = `/tenants/${TENANT}/gateways/${other.id}/config`;
    await server.admin('PUT', path, { schema: 1, lorawan: document.lorawan, devices: [group] });
    const fresh = await replace();
    await vi.waitFor(
      () => expect(orders(fresh, 'import').map(({ devEui }) => devEui)).toEqual([group.lorawan.devEui]),
      PATIENCE,
    );
    await fresh.end();
  });
});
