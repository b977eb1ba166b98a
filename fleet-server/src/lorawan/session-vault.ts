import {
  HOME_LEAP,
  type HomeOrder,
  type HomeReport,
  LATE_FRAME_WINDOW,
  LorawanBackup,
  type LorawanSession,
  PROTOCOL_VERSION,
  sessionNumber,
  validate,
} from '@vigie/contract';
import type { Clock } from '../clock.ts';
import type { MasterKey } from '../identity/master-key.ts';
import type { GatewayEntry } from '../registry/gateway-directory.ts';
import type { Db } from '../store/database.ts';
import { findHome, type Home } from './home-registry.ts';

type Backup = Extract<HomeReport, { kind: 'backup' }>['devices'][number];
export type ImportOrder = Extract<HomeOrder, { kind: 'import' }>;

interface Stray {
  session: LorawanSession;
  usedDevNonces: number[];
}

export interface Kept {
  /** Devices whose home is elsewhere: nothing was kept. */
  stale: string[];
  /** Devices that their home has let go. */
  released: string[];
  /** Devices of which a former home knows a session that their present one does not. */
  strays: string[];
}

/** Sessions of radio devices, sealed, as their homes last told them: what another gateway goes on from. */
export class SessionVault {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #master: MasterKey;

  constructor(db: Db, clock: Clock, master: MasterKey) {
    this.#db = db;
    this.#clock = clock;
    this.#master = master;
  }

  /** Durable when it resolves: from then on the gateway goes by it. */
  async keep({ id, tenant }: GatewayEntry, devices: readonly Backup[]): Promise<Kept> {
    const kept: Kept = { stale: [], released: [], strays: [] };
    await this.#db.transaction().execute(async (trx) => {
      for (const device of devices) {
        const { devEui, released } = device;
        const isHome = await this.#keepOne(trx, id, tenant, device);
        if (!isHome) kept.stale.push(devEui);
        if (isHome && released === true) kept.released.push(devEui);
        if (!isHome && released === true && (await this.#keepStray(trx, tenant, device))) kept.strays.push(devEui);
      }
    });
    return kept;
  }

  /** Only the present home is heard: the condition and the write are one, whoever moves it meanwhile. */
  async #keepOne(trx: Db, gateway: string, tenant: string, device: Backup): Promise<boolean> {
    const { devEui, generation, backup, released } = device;
    const at = this.#clock.now();
    const [updated] = await trx
      .updateTable('lorawanHomes')
      .set({
        backup: this.#master.seal(JSON.stringify(backup), placeOf(tenant, devEui)),
        backupGeneration: generation,
        backupAt: at,
        released: released === true ? 1 : 0,
      })
      .where('tenant', '=', tenant)
      .where('devEui', '=', devEui)
      .where('gateway', '=', gateway)
      .where('generation', '=', generation)
      .returning(['state', 'stray'])
      .execute();
    if (!updated) return false;
    if (updated.state === 'importing' || released === true) {
      // What was let go without being asked for is given back with the next generation.
      const next = released === true ? { state: 'releasing' as const } : { state: 'settled' as const };
      await trx
        .updateTable('lorawanHomes')
        .set({ ...next, ...(updated.state !== next.state && { since: at }) })
        .where('tenant', '=', tenant)
        .where('devEui', '=', devEui)
        .execute();
    }
    await trx.deleteFrom('lorawanAddresses').where('tenant', '=', tenant).where('devEui', '=', devEui).execute();
    const sessions = new Set([backup.active?.id, backup.pending?.id]);
    const stray = updated.stray === null ? undefined : this.#openStray(tenant, devEui, updated.stray);
    if (stray && sessions.has(stray.session.id)) await this.#setStray(trx, tenant, devEui, null);
    const devAddrs = [backup.active, backup.pending].flatMap((session) => session?.devAddr ?? []);
    const rows = [...new Set([devEui, ...devAddrs])].map((devAddr) => ({ tenant, devAddr, devEui }));
    await trx.insertInto('lorawanAddresses').values(rows).execute();
    return true;
  }

  /**
   * A home that was cut off let a device join, and another one took over from what was known before. What the first one
   * says when it is back may be the session that the device is in.
   */
  async #keepStray(trx: Db, tenant: string, { devEui, generation, backup }: Backup): Promise<boolean> {
    const home = await findHome(trx, { tenant }, devEui);
    if (!home || home.gateway === null || home.backup === null || generation >= home.generation) return false;
    const known = this.#open(tenant, devEui, home.backup);
    const session = [backup.pending, backup.active].find(
      (other) => other !== undefined && other.id !== known.active?.id && other.id !== known.pending?.id,
    );
    // Nonces of the takeover's own joins lie beyond all that the former home could use.
    const isOfLater = backup.join.nextJoinNonce > known.join.nextJoinNonce - HOME_LEAP;
    if (!session || !isOfLater || backup.join.keyCheck !== known.join.keyCheck) return false;
    const stray: Stray = { session, usedDevNonces: backup.join.usedDevNonces };
    await this.#setStray(trx, tenant, devEui, this.#master.seal(JSON.stringify(stray), strayPlaceOf(tenant, devEui)));
    return true;
  }

  /** What the present home is to adopt, if anything is. */
  adoptionFor({ tenant, devEui, generation, stray, state }: Home): HomeOrder | undefined {
    if (stray === null || state !== 'settled') return undefined;
    return { v: PROTOCOL_VERSION, kind: 'adopt', devEui, generation, ...this.#openStray(tenant, devEui, stray) };
  }

  #openStray(tenant: string, devEui: string, sealed: string): Stray {
    return JSON.parse(this.#master.open(sealed, strayPlaceOf(tenant, devEui))) as Stray;
  }

  async #setStray(trx: Db, tenant: string, devEui: string, stray: string | null): Promise<void> {
    await trx
      .updateTable('lorawanHomes')
      .set({ stray })
      .where('tenant', '=', tenant)
      .where('devEui', '=', devEui)
      .execute();
  }

  #open(tenant: string, devEui: string, sealed: string): LorawanBackup {
    const checked = validate(LorawanBackup, JSON.parse(this.#master.open(sealed, placeOf(tenant, devEui))));
    if (!checked.ok) throw new Error(`the backup of ${devEui} cannot be read`);
    return checked.value;
  }

  /** What the new home begins from. Frames that are stored already count as heard. */
  async importFor(home: Home): Promise<ImportOrder | undefined> {
    const { tenant, devEui, generation, leap } = home;
    if (home.backup === null) return undefined;
    const { active, pending, ...rest } = this.#open(tenant, devEui, home.backup);
    const backup = {
      ...rest,
      ...(active && { active: await this.#pastStored(tenant, devEui, active) }),
      ...(pending && { pending: await this.#pastStored(tenant, devEui, pending) }),
    };
    return { v: PROTOCOL_VERSION, kind: 'import', devEui, generation, leap, backup, at: this.#clock.now() };
  }

  async #pastStored(tenant: string, devEui: string, session: LorawanSession): Promise<LorawanSession> {
    const rows = await this.#db
      .selectFrom('uplinks')
      .select('frameCounter')
      .where('tenant', '=', tenant)
      .where('radioSession', '=', sessionNumber(devEui, session.id))
      .orderBy('frameCounter', 'desc')
      .limit(LATE_FRAME_WINDOW)
      .execute();
    const stored = rows.flatMap(({ frameCounter }) => frameCounter ?? []);
    const [last] = stored;
    if (last === undefined || last < session.nextFCntUp) return session;
    const heard = new Set(stored);
    const missed = (session.missed ?? []).filter(({ to }) => to >= last - LATE_FRAME_WINDOW);
    for (let counter = Math.max(session.nextFCntUp, last - LATE_FRAME_WINDOW); counter < last; counter++) {
      const before = missed.at(-1);
      if (heard.has(counter)) continue;
      if (before?.to === counter - 1) before.to = counter;
      else missed.push({ from: counter, to: counter });
    }
    return { ...session, nextFCntUp: last + 1, ...(missed.length > 0 && { missed }) };
  }
}

function placeOf(tenant: string, devEui: string): string {
  return `lorawan-backup/${tenant}/${devEui}`;
}

function strayPlaceOf(tenant: string, devEui: string): string {
  return `lorawan-stray/${tenant}/${devEui}`;
}
