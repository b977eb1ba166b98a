import { HOME_LEAP, type HomeOrder, type HomeReport, type LorawanSession } from '@vigie/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findHome } from '../src/lorawan/home-registry.ts';
import { SessionVault } from '../src/lorawan/session-vault.ts';
import { describeOnEach } from './databases.ts';
import { TestServer } from './test-server.ts';

const TENANT = 'town';
const KEY = '00112233445566778899aabbccddeeff';
const DEV_EUI = '70b3d57ed0000001';

type Backup = Extract<HomeReport, { kind: 'backup' }>['devices'][number];
type Adoption = Extract<HomeOrder, { kind: 'adopt' }>;

function session(joinNonce: number): LorawanSession {
  const devAddr = (0x0100_0000 + joinNonce).toString(16).padStart(8, '0');
  return { id: `s${joinNonce}`, joinNonce, devAddr, nwkSKey: KEY, appSKey: KEY, nextFCntUp: 1, fCntDownLimit: 64 };
}

describeOnEach('sessions that a former home joined', (create) => {
  let server: TestServer;
  let vault: SessionVault;
  const gateway = (id: string) => ({ id, tenant: TENANT }) as Parameters<SessionVault['keep']>[0];
  const db = () => server.installation.database.db;

  /** `generation` 1 is the former home's, 2 the present one's. */
  function backup(
    generation: number,
    more: Partial<Backup['backup']>,
    join: Partial<Backup['backup']['join']>,
  ): Backup {
    const released = generation === 1 ? { released: true } : {};
    const joined = { keyCheck: 'k', nextJoinNonce: 1, usedDevNonces: [], ...join };
    return { devEui: DEV_EUI, generation, ...released, backup: { keyCheck: 'k', ...more, join: joined } };
  }

  async function adoption(): Promise<Adoption | undefined> {
    const home = await findHome(db(), { tenant: TENANT }, DEV_EUI);
    const order = home && (await vault.adoptionFor(home));
    return order?.kind === 'adopt' ? order : undefined;
  }

  const handedOn = async () => (await adoption())?.sessions.map(({ id }) => id);
  const present = { nextJoinNonce: 4 + HOME_LEAP + 1, usedDevNonces: [1, 2, 3, 4], strayFrom: 4 };
  const own = { active: session(3), pending: session(4 + HOME_LEAP) };

  beforeAll(async () => {
    server = await TestServer.start(await create());
    const { database, clock, master } = server.installation;
    vault = new SessionVault(database.db, clock, master);
    await server.admin('POST', '/tenants', { id: TENANT, name: TENANT });
    for (const id of ['a', 'b']) await server.admin('POST', `/tenants/${TENANT}/gateways`, { id, name: id });
    const place = { gateway: 'b', device: 'lamp-1', pinned: 0, overlaps: 1, generation: 2, leap: HOME_LEAP };
    await db()
      .insertInto('lorawanHomes')
      .values({ tenant: TENANT, devEui: DEV_EUI, ...place, state: 'importing', since: 0 })
      .execute();
    await vault.keep(gateway('b'), [backup(2, own, present)]);
  }, 60_000);

  afterAll(() => server.remove());

  it('are handed on, also where both joined the device equally often, and nothing that was over before', async () => {
    const told = { active: session(4), ended: [session(3), session(2)] };
    const kept = await vault.keep(gateway('a'), [
      backup(1, told, { nextJoinNonce: 5, usedDevNonces: [1, 2, 3, 4, 9] }),
    ]);
    expect(kept).toEqual({ stale: [DEV_EUI], released: [], strays: [DEV_EUI] });
    expect(await handedOn()).toEqual(['s4']);
    expect((await adoption())?.usedDevNonces).toContain(9);
  });

  it('are gathered, the one in use last, and told once', async () => {
    const told = { active: session(7), strays: [session(5)], ended: [session(6)] };
    const again = backup(1, told, { nextJoinNonce: 8, usedDevNonces: [10] });
    expect((await vault.keep(gateway('a'), [again])).strays).toEqual([DEV_EUI]);
    expect((await vault.keep(gateway('a'), [again])).strays).toEqual([]);
    expect(await handedOn()).toEqual(['s4', 's6', 's5', 's7']);
    expect((await adoption())?.usedDevNonces).toEqual([1, 2, 3, 4, 9, 10]);
  });

  it('are kept until a backup of the present home names them, and found by their addresses then', async () => {
    await vault.keep(gateway('b'), [backup(2, { ...own, strays: [session(4), session(5)] }, present)]);
    expect(await handedOn()).toEqual(['s6', 's7']);
    const all = { active: session(7), strays: [session(4), session(5), session(4 + HOME_LEAP)], ended: [session(6)] };
    await vault.keep(gateway('b'), [backup(2, all, present)]);
    expect(await adoption()).toBeUndefined();
    const rows = await db().selectFrom('lorawanAddresses').select('devAddr').orderBy('devAddr').execute();
    const addresses = [4, 5, 6, 7, 4 + HOME_LEAP].map((joinNonce) => session(joinNonce).devAddr);
    expect(rows.map(({ devAddr }) => devAddr)).toEqual([...addresses, DEV_EUI]);
  });

  it('of an earlier key are nobody’s', async () => {
    const told = backup(1, { active: session(9) }, { keyCheck: 'other', nextJoinNonce: 10 });
    expect((await vault.keep(gateway('a'), [told])).strays).toEqual([]);
  });
});
