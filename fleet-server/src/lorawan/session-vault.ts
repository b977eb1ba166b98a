import {
  HOME_LEAP,
  type HomeOrder,
  type HomeReport,
  LATE_FRAME_WINDOW,
  LorawanBackup,
  type LorawanSession,
  MAX_ENDED,
  MAX_STRAYS,
  PROTOCOL_VERSION,
  sessionNumber,
  sessionsOf,
  validate,
} from '@vigie/contract';
import type { Clock } from '../clock.ts';
import type { MasterKey } from '../identity/master-key.ts';
import type { GatewayEntry } from '../registry/gateway-directory.ts';
import type { Db } from '../store/database.ts';
import { findHome, type Home } from './home-registry.ts';

type Backup = Extract<HomeReport, { kind: 'backup' }>['devices'][number];
export type ImportOrder = Extract<HomeOrder, { kind: 'import' }>;

/** What a former home told, until the present one has it. */
interface Strays {
  sessions: LorawanSession[];
  usedDevNonces: number[];
}

/** It belongs to no key, so that a gateway keeps whatever it knows itself. */
const NOTHING: LorawanBackup = { keyCheck: 'none', join: { keyCheck: 'none', nextJoinNonce: 1, usedDevNonces: [] } };

const MAX_KEPT = MAX_STRAYS + MAX_ENDED;

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
        const outcome = await this.#keepOne(trx, id, tenant, device);
        if (outcome === 'stale') kept.stale.push(devEui);
        if (outcome === 'released') kept.released.push(devEui);
        if (outcome === 'stale' && released === true && (await this.#keepStrays(trx, tenant, device)))
          kept.strays.push(devEui);
      }
    });
    return kept;
  }

  /** Only the present home is heard: the condition and the write are one, whoever moves it meanwhile. */
  async #keepOne(trx: Db, gateway: string, tenant: string, device: Backup): Promise<'stale' | 'kept' | 'released'> {
    const { devEui, generation, backup, released, gone } = device;
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
    if (!updated) {
      const isNew = await this.#welcome(trx, gateway, tenant, devEui);
      return isNew ? this.#keepOne(trx, gateway, tenant, device) : 'stale';
    }
    // A gateway that cannot live with its document has let go of nothing: it goes on by itself when the device is back,
    // and says so. Until then no frame is handed to it.
    const isGone = gone === true && updated.state !== 'releasing';
    const isLetGo = released === true && !isGone;
    if (updated.state === 'importing' || released === true) {
      // What was let go without being asked for is given back with the next generation.
      const settled = { state: 'settled' as const };
      const waits = { state: 'importing' as const, released: 0, leap: HOME_LEAP };
      const next = isLetGo ? { state: 'releasing' as const } : isGone ? waits : settled;
      await trx
        .updateTable('lorawanHomes')
        .set({ ...next, ...(updated.state !== next.state && { since: at }) })
        .where('tenant', '=', tenant)
        .where('devEui', '=', devEui)
        .execute();
    }
    await trx.deleteFrom('lorawanAddresses').where('tenant', '=', tenant).where('devEui', '=', devEui).execute();
    const sessions = sessionsOf(backup);
    if (updated.stray !== null) {
      const known = new Set(sessions.map(({ id }) => id));
      const { usedDevNonces, ...strays } = this.#openStrays(tenant, devEui, updated.stray);
      const left = strays.sessions.filter(({ id }) => !known.has(id));
      if (left.length < strays.sessions.length)
        await this.#setStrays(trx, tenant, devEui, { sessions: left, usedDevNonces });
    }
    const rows = [...new Set([devEui, ...sessions.map((session) => session.devAddr)])].map((devAddr) => ({
      ...{ tenant, devAddr, devEui },
    }));
    await trx.insertInto('lorawanAddresses').values(rows).execute();
    return isLetGo ? 'released' : 'kept';
  }

  /** A group of a document from before groups had homes: the first gateway that tells of it is its home. */
  async #welcome(trx: Db, gateway: string, tenant: string, devEui: string): Promise<boolean> {
    const device = await trx
      .selectFrom('devices')
      .select('id')
      .where('tenant', '=', tenant)
      .where('gateway', '=', gateway)
      .where('protocol', '=', 'lorawan')
      .where('address', '=', devEui)
      .executeTakeFirst();
    if (!device) return false;
    const place = { tenant, devEui, gateway, device: device.id, pinned: 0, overlaps: 0, generation: 1 };
    const { numInsertedOrUpdatedRows = 0n } = await trx
      .insertInto('lorawanHomes')
      .values({ ...place, state: 'settled', since: this.#clock.now() })
      .onConflict((conflict) => conflict.columns(['tenant', 'devEui']).doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows > 0n;
  }

  /** Whether there is a session to go on from. */
  hasSession({ tenant, devEui, backup }: Home): boolean {
    return backup !== null && sessionsOf(this.#open(tenant, devEui, backup)).length > 0;
  }

  /**
   * A home that was cut off let a device join, and another one took over from what was known before. What the first one
   * says when it is back may be the session that the device is in, also where the present one answered as well. It is
   * kept until a backup names it. True where there is something new.
   */
  async #keepStrays(trx: Db, tenant: string, { devEui, generation, backup }: Backup): Promise<boolean> {
    const home = await findHome(trx, { tenant }, devEui);
    if (!home || home.gateway === null || home.backup === null || generation >= home.generation) return false;
    const present = this.#open(tenant, devEui, home.backup);
    if (backup.join.keyCheck !== present.join.keyCheck) return false;
    const before = home.stray === null ? undefined : this.#openStrays(tenant, devEui, home.stray);
    const known = new Set([...sessionsOf(present), ...(before?.sessions ?? [])].map(({ id }) => id));
    const { strayFrom = 0 } = present.join;
    const isStray = ({ id, joinNonce = -1 }: LorawanSession) => !known.has(id) && joinNonce >= strayFrom;
    // The one that it took for the one in use comes last: it stays the longest.
    const { active, pending, strays = [], ended = [] } = backup;
    const told = [...ended, ...strays, ...(pending ? [pending] : []), ...(active ? [active] : [])].filter(isStray);
    if (told.length === 0) return false;
    await this.#setStrays(trx, tenant, devEui, {
      sessions: [...(before?.sessions ?? []), ...told].slice(-MAX_KEPT),
      usedDevNonces: [...new Set([...(before?.usedDevNonces ?? []), ...backup.join.usedDevNonces])],
    });
    return true;
  }

  /** What the present home is to adopt, if anything is. */
  async adoptionFor({ tenant, devEui, generation, stray, state }: Home): Promise<HomeOrder | undefined> {
    if (stray === null || state !== 'settled') return undefined;
    const { sessions: strays, usedDevNonces } = this.#openStrays(tenant, devEui, stray);
    const sessions: LorawanSession[] = [];
    for (const session of strays) sessions.push(await this.#pastStored(tenant, devEui, session));
    return { v: PROTOCOL_VERSION, kind: 'adopt', devEui, generation, sessions, usedDevNonces };
  }

  #openStrays(tenant: string, devEui: string, sealed: string): Strays {
    return JSON.parse(this.#master.open(sealed, strayPlaceOf(tenant, devEui))) as Strays;
  }

  async #setStrays(trx: Db, tenant: string, devEui: string, strays: Strays): Promise<void> {
    const sealed = () => this.#master.seal(JSON.stringify(strays), strayPlaceOf(tenant, devEui));
    await trx
      .updateTable('lorawanHomes')
      .set({ stray: strays.sessions.length > 0 ? sealed() : null })
      .where('tenant', '=', tenant)
      .where('devEui', '=', devEui)
      .execute();
  }

  #open(tenant: string, devEui: string, sealed: string): LorawanBackup {
    const checked = validate(LorawanBackup, JSON.parse(this.#master.open(sealed, placeOf(tenant, devEui))));
    if (!checked.ok) throw new Error(`the backup of ${devEui} cannot be read`);
    return checked.value;
  }

  /** What the new home begins from. Frames that are stored already count as heard; of an unknown session, nothing. */
  async importFor(home: Home): Promise<ImportOrder> {
    const { tenant, devEui, generation, leap } = home;
    const order = { v: PROTOCOL_VERSION, kind: 'import', devEui, generation, at: this.#clock.now() } as const;
    if (home.backup === null) return { ...order, leap: 0, backup: NOTHING };
    const { active, pending, strays, ended, ...rest } = this.#open(tenant, devEui, home.backup);
    const past = (session: LorawanSession) => this.#pastStored(tenant, devEui, session);
    const backup = {
      ...rest,
      ...(active && { active: await past(active) }),
      ...(pending && { pending: await past(pending) }),
      ...(strays && { strays: await Promise.all(strays.map(past)) }),
      ...(ended && { ended: await Promise.all(ended.map(past)) }),
    };
    return { ...order, leap, backup };
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
