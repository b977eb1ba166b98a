import { afterAll, beforeAll, expect, it } from 'vitest';
import { sealPlace } from '../src/registry/list-page.ts';
import { describeOnEach } from './databases.ts';
import { TestServer } from './test-server.ts';

const GATEWAYS = 500;
const DEVICES_EACH = 40;
const DEVICES = GATEWAYS * DEVICES_EACH;
const MANY_GATEWAYS = 10_000;
const FEW_DEVICES_EACH = 20;
const ROWS_PER_INSERT = 500;
/** Generous on a busy machine of two cores; a query that reads a row too often takes many times as long. */
const FAST_MS = 1_500;

describeOnEach('lists of a large tenant', (create) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start(await create());
    await server.admin('POST', '/tenants', { id: 'ville', name: 'Ville' });
    await server.admin('POST', '/tenants', { id: 'bourg', name: 'Bourg' });
    await server.admin('POST', '/tenants/bourg/gateways', { id: 'gw-bourg', name: 'Armoire 1' });
    await fill(server, GATEWAYS, DEVICES_EACH);
  }, 120_000);
  afterAll(() => server?.remove());

  // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects
  async function walk(path: string): Promise<any[]> {
    const items = [];
    let cursor = '';
    do {
      const page = await server.admin('GET', `/tenants/ville/${path}${cursor && `&cursor=${cursor}`}`);
      items.push(...page.items);
      cursor = page.next ?? '';
    } while (cursor !== '');
    return items;
  }

  it('counts by state in the database, the whole tenant and nobody else', async () => {
    const { gateways, devices } = await timed(() => server.admin('GET', '/tenants/ville/counts'));
    expect(gateways).toEqual({ total: GATEWAYS, new: 125, online: 250, offline: 124, revoked: 1, configRefused: 2 });
    expect(devices).toEqual({ total: DEVICES, neverHeard: 2_000, inService: 8_000, silent: 1_000, unknown: 9_000 });
    const { gateways: others } = await server.admin('GET', '/tenants/bourg/counts');
    expect(others).toMatchObject({ total: 1, new: 1 });
  });

  it('counts and finds gateways that refuse the document which they should run, not an older one', async () => {
    const { items } = await server.admin('GET', '/tenants/ville/gateways?config=refused');
    expect(items.map(({ id }: { id: string }) => id)).toEqual(['gw-0010', 'gw-0011']);
    expect(items[0].config.rejected).toMatchObject({ code: 'CONFIG_BUS_FAILED' });
    expect(await server.admin('GET', '/tenants/bourg/gateways?config=refused')).toEqual({ items: [] });
  });

  it('gives each gateway once over all pages, in every order, also where many have one name', {
    timeout: 60_000,
  }, async () => {
    for (const sort of ['id', '-id', 'name', '-name', 'lastSeenAt', '-lastSeenAt']) {
      const all = await walk(`gateways?limit=70&sort=${sort}`);
      expect([sort, all.length, new Set(all.map(({ id }) => id)).size]).toEqual([sort, GATEWAYS, GATEWAYS]);
    }
    const newest = await walk('gateways?limit=200&sort=-lastSeenAt');
    const seen = newest.map(({ lastSeenAt = 0 }) => lastSeenAt);
    expect(seen).toEqual([...seen].sort((a, b) => b - a));
  });

  it('gives each device once over all pages, in every order', { timeout: 120_000 }, async () => {
    for (const sort of ['gateway', '-name', 'model', '-heardAt']) {
      const all = await walk(`devices?limit=1000&sort=${sort}`);
      const keys = new Set(all.map(({ gateway, id }) => `${gateway}/${id}`));
      expect([sort, all.length, keys.size]).toEqual([sort, DEVICES, DEVICES]);
    }
  });

  it('finds by text and state in one page, among all', async () => {
    const found = await timed(() => server.admin('GET', '/tenants/ville/devices?q=GW-0499-D39&limit=10'));
    expect(found.items).toMatchObject([{ gateway: 'gw-0499', id: 'gw-0499-d39' }]);
    const silent = await timed(() => walk('devices?state=silent&limit=1000'));
    expect(silent).toHaveLength(1_000);
    expect(new Set(silent.map(({ state }) => state))).toEqual(new Set(['silent']));
    const online = await timed(() => walk('gateways?state=online&limit=1000'));
    expect(online).toHaveLength(250);
    expect((await server.admin('GET', '/tenants/ville/gateways?q=armoire%20100%25')).items).toMatchObject([
      { name: 'Armoire 100%' },
    ]);
    expect((await server.admin('GET', '/tenants/ville/gateways?q=%25&limit=1000')).items).toHaveLength(1);
  });

  it('shows pages fast, the first as the last', async () => {
    for (const sort of ['gateway', 'name', '-heardAt']) {
      const { next } = await timed(() => server.admin('GET', `/tenants/ville/devices?limit=100&sort=${sort}`));
      await timed(() => server.admin('GET', `/tenants/ville/devices?limit=100&sort=${sort}&cursor=${next}`));
    }
    await timed(() => server.admin('GET', '/tenants/ville/gateways?limit=100&sort=name'));
  });

  it('refuses a cursor of another order or of no list, and members that it does not know', async () => {
    const { next } = await server.admin('GET', '/tenants/ville/devices?limit=1&sort=name');
    const status = async (query: string) => {
      const { status: code, body } = await server.api({ path: `/tenants/ville/devices?${query}`, token: server.token });
      return [code, body.code];
    };
    for (const query of [`sort=model&cursor=${next}`, 'cursor=AAAA', 'cursor=W10', 'sort=address'])
      expect([query, ...(await status(query))]).toEqual([query, 400, 'REQUEST_INVALID']);
    expect(await status('page=2')).toEqual([400, 'QUERY_UNKNOWN']);
  });
});

describeOnEach('lists of a whole country', (create) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start(await create());
    await server.admin('POST', '/tenants', { id: 'ville', name: 'Ville' });
    await fill(server, MANY_GATEWAYS, FEW_DEVICES_EACH);
  }, 120_000);
  afterAll(() => server?.remove());

  const first = (path: string) => timed(() => server.admin('GET', `/tenants/ville/${path}`));

  it('counts and finds among 10,000 gateways and 200,000 devices, where there is one and where there is none', async () => {
    const { gateways, devices } = await first('counts');
    expect([gateways.total, devices.total]).toEqual([MANY_GATEWAYS, MANY_GATEWAYS * FEW_DEVICES_EACH]);
    expect((await first('devices?q=GW-9999-D19')).items).toMatchObject([{ id: 'gw-9999-d19' }]);
    expect((await first('gateways?q=gw-9999')).items).toMatchObject([{ id: 'gw-9999' }]);
    expect((await first('devices?q=nowhere')).items).toEqual([]);
    expect((await first('devices?state=silent&limit=1000')).items).toHaveLength(1_000);
  });

  it('shows pages of any order fast, the first and one far behind', async () => {
    const last = { gateway: 'gw-9900', id: 'gw-9900-d10' };
    const places = {
      gateway: [],
      ...{ name: ['gw-9900-d10'], '-name': ['bac'], model: ['a/c'], '-heardAt': [0] },
    };
    for (const [sort, place] of Object.entries(places)) {
      const page = await first(`devices?sort=${sort}&limit=100`);
      expect([sort, page.items.length]).toEqual([sort, 100]);
      const far = await first(
        `devices?sort=${sort}&limit=100&cursor=${sealPlace(sort, [...place, last.gateway, last.id])}`,
      );
      expect([sort, far.items.length]).toEqual([sort, 100]);
    }
    for (const sort of ['name', '-name', '-lastSeenAt'])
      expect((await first(`gateways?sort=${sort}&limit=100`)).items).toHaveLength(100);
  });
});

async function timed<T>(work: () => Promise<T>): Promise<T> {
  const beganMs = performance.now();
  const result = await work();
  expect(performance.now() - beganMs).toBeLessThan(FAST_MS);
  return result;
}

/** By number of the gateway, which is also the revision that it should run; 3 is revoked, and what 12 refused is past. */
const REFUSALS: Readonly<Record<number, string>> = {
  3: '{"revision":3,"code":"CONFIG_BUS_FAILED","message":"no /dev/ttyUSB0"}',
  10: '{"revision":10,"code":"CONFIG_BUS_FAILED","message":"no /dev/ttyUSB0"}',
  11: '{"code":"CONFIG_REFERENCE","message":"no bus","revision":11}',
  12: '{"revision":1,"code":"CONFIG_REFERENCE","message":"\\"revision\\":12,"}',
};

/** Every fourth gateway new, every fourth offline, the others online, one revoked; of each one's devices some in every state. */
async function fill(server: TestServer, count: number, devicesEach: number): Promise<void> {
  const { db } = server.installation.database;
  const now = Date.now();
  const gateways = Array.from({ length: count }, (_none, n) => {
    const isNew = n % 4 === 0;
    const online = n % 4 === 1 || n % 4 === 2 ? 1 : 0;
    return {
      ...{ id: `gw-${String(n).padStart(4, '0')}`, tenant: 'ville', site: null, createdAt: now, agentVersion: null },
      name: n === 7 ? 'Armoire 100%' : `Armoire ${n % 10}`,
      ...{ status: null, online, configRevision: n, configRejected: REFUSALS[n] ?? null },
      ...{ revokedAt: n === 3 ? now : null, lastSeenAt: isNew ? null : now - (n % 50) * 1_000 },
    };
  });
  const devices = gateways.flatMap(({ id: gateway }) =>
    Array.from({ length: devicesEach }, (_none, n) => {
      const id = `${gateway}-d${String(n).padStart(2, '0')}`;
      return {
        ...{ gateway, id, tenant: 'ville', model: n % 2 ? 'a/b' : 'a/c', name: n % 3 ? null : 'Bac', asset: id },
        ...{ domain: 'waste', protocol: 'lorawan' as const, address: id, subject: id },
      };
    }),
  );
  const states = devices.flatMap(({ subject }, n) => {
    const place = n % devicesEach;
    if (place < 4) return [];
    const state = place < 8 ? ('silent' as const) : ('heard' as const);
    return { tenant: 'ville', subject, state, since: now, heardAt: now - place, heard: '[]', dueAt: null };
  });
  await db.transaction().execute(async (trx) => {
    for (let from = 0; from < gateways.length; from += ROWS_PER_INSERT) {
      await trx
        .insertInto('gateways')
        .values(gateways.slice(from, from + ROWS_PER_INSERT))
        .execute();
    }
    for (let from = 0; from < devices.length; from += ROWS_PER_INSERT) {
      await trx
        .insertInto('devices')
        .values(devices.slice(from, from + ROWS_PER_INSERT))
        .execute();
    }
    for (let from = 0; from < states.length; from += ROWS_PER_INSERT) {
      await trx
        .insertInto('deviceStates')
        .values(states.slice(from, from + ROWS_PER_INSERT))
        .execute();
    }
  });
}
