import {
  type FrameRecord,
  type HomeOrder,
  type HomeReport,
  MAX_FRAMES_IN_FLIGHT,
  PROTOCOL_VERSION,
  Stage,
} from '@vigie/contract';
import { recordEvent } from '../audit/events.ts';
import type { Clock } from '../clock.ts';
import type { GatewayEntry } from '../registry/gateway-directory.ts';
import type { Db } from '../store/database.ts';
import { frameAddress } from './frame-address.ts';
import type { Home } from './home-registry.ts';
import { frameMark, type Heard, type LinkStatistics, marginOf } from './link-statistics.ts';

type Done = Extract<HomeReport, { kind: 'frames' }>['done'][number];

export interface FrameQueueLimits {
  /** Frames of one tenant that wait; beyond, the oldest go. */
  perTenant: number;
  /** A frame of an address that nobody has waits so long for a home that has just joined the device. */
  unknownMs: number;
  /** A gateway that has not dealt with a frame after this gets it again. */
  resendMs: number;
  /** The same for one that its home cannot read yet: a session is on its way there. */
  waitMs: number;
}

const LIMITS: FrameQueueLimits = { perTenant: 20_000, unknownMs: 86_400_000, resendMs: 20_000, waitMs: 1_000 };
/** How often a frame is refused before it is believed: where two homes know its address, */
const SHARED_TRIES = 3;
/** and where the home cannot know the session yet. A forged one goes then, too. */
const UNREADY_TRIES = 600;
const ROWS_PER_STATEMENT = 200;

export interface FrameQueueParts {
  db: Db;
  clock: Clock;
  links: LinkStatistics;
  isConnected(gateway: string): boolean;
  tell(gateway: string, order: HomeOrder): void;
  onError(error: unknown): void;
}

/** Frames that neighbours heard, on their way to the home of their device: at least once, and until it has them. */
export class FrameQueue {
  /** Frames that came in: out when their home dealt with them. */
  readonly ledger = new Stage('lorawan.frames', () => this.#waiting);
  readonly #parts: FrameQueueParts;
  readonly #limits: FrameQueueLimits;
  /** Frames that a gateway has in hand, or has put off: when each is given to it again. */
  readonly #inFlight = new Map<string, Map<number, { dueAt: number; inHand: boolean }>>();
  readonly #turns = new Map<string, Promise<void>>();
  #waiting = 0;

  constructor(parts: FrameQueueParts, limits: Partial<FrameQueueLimits> = {}) {
    this.#parts = parts;
    this.#limits = { ...LIMITS, ...limits };
  }

  /** What an earlier process left. */
  async start(): Promise<void> {
    const { count } = await this.#parts.db
      .selectFrom('lorawanFrames')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    this.#waiting = Number(count);
    this.ledger.in(this.#waiting);
  }

  /** Durable when it resolves. */
  async take({ id: heardBy, tenant }: GatewayEntry, frames: readonly FrameRecord[]): Promise<void> {
    if (frames.length === 0) return;
    const { db, clock } = this.#parts;
    const storedAt = clock.now();
    const addressed = frames.flatMap((frame) => {
      const devAddr = frameAddress(frame.phyPayload);
      return devAddr === undefined ? [] : [{ frame, devAddr }];
    });
    const rows = addressed.map(({ frame, devAddr }) => ({
      ...{ tenant, devAddr, heardBy, storedAt },
      body: JSON.stringify(frame),
    }));
    for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) {
      await db
        .insertInto('lorawanFrames')
        .values(rows.slice(from, from + ROWS_PER_STATEMENT))
        .execute();
    }
    this.ledger.in(frames.length);
    if (frames.length > rows.length) this.ledger.drop('LORAWAN_FRAME_INVALID', frames.length - rows.length);
    this.#waiting += rows.length;
    const devAddrs = [...new Set(rows.map(({ devAddr }) => devAddr))];
    const homes = await this.#homesOf(tenant, devAddrs);
    this.#noteWithoutHome(addressed, heardBy, tenant, homes);
    for (const gateway of new Set(homes.map(({ gateway }) => gateway))) if (gateway !== null) this.deliver(gateway);
  }

  /** Gives the gateway what waits for it, as far as it has room; what it had in hand before a reconnection again. */
  deliver(gateway: string, { again = false }: { again?: boolean } = {}): void {
    if (again) this.#inFlight.delete(gateway);
    const turn = (this.#turns.get(gateway) ?? Promise.resolve())
      .then(() => this.#deliver(gateway))
      .catch((error: unknown) => this.#parts.onError(error))
      .finally(() => {
        if (this.#turns.get(gateway) === turn) this.#turns.delete(gateway);
      });
    this.#turns.set(gateway, turn);
  }

  /** The gateway dealt with frames; its word counts where it is their device's home. */
  async done({ id: gateway, tenant }: GatewayEntry, done: readonly Done[]): Promise<void> {
    for (const one of done) {
      const waits = await this.#doneOne(gateway, tenant, one);
      const inFlight = this.#inFlight.get(gateway);
      // Until the row is gone it must not be given out a second time.
      if (!waits) inFlight?.delete(one.id);
      else inFlight?.set(one.id, { dueAt: this.#parts.clock.now() + this.#limits.waitMs, inHand: false });
    }
    this.deliver(gateway);
  }

  /** Gives out again what nobody has dealt with in time. */
  resend(): void {
    const now = this.#parts.clock.now();
    for (const [gateway, inFlight] of this.#inFlight) {
      if ([...inFlight.values()].some(({ dueAt }) => dueAt <= now)) this.deliver(gateway);
    }
  }

  /** Bounds what waits: frames that nobody claims go after a day, and the oldest of a tenant that has too many. */
  async trim(): Promise<void> {
    const { db, clock } = this.#parts;
    const unknown = await db
      .deleteFrom('lorawanFrames')
      .where('storedAt', '<', clock.now() - this.#limits.unknownMs)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('lorawanAddresses')
              .select('devEui')
              .whereRef('lorawanAddresses.tenant', '=', 'lorawanFrames.tenant')
              .whereRef('lorawanAddresses.devAddr', '=', 'lorawanFrames.devAddr'),
          ),
        ),
      )
      .executeTakeFirst();
    this.#drop('LORAWAN_DEVICE_UNKNOWN', Number(unknown.numDeletedRows));
    const full = await db
      .selectFrom('lorawanFrames')
      .select(['tenant', (eb) => eb.fn.countAll<number>().as('count')])
      .groupBy('tenant')
      .having((eb) => eb.fn.countAll(), '>', this.#limits.perTenant)
      .execute();
    for (const { tenant, count } of full) await this.#dropOldest(tenant, Number(count) - this.#limits.perTenant);
  }

  async #dropOldest(tenant: string, count: number): Promise<void> {
    const { db, clock } = this.#parts;
    const oldest = db.selectFrom('lorawanFrames').select('id').where('tenant', '=', tenant).orderBy('id').limit(count);
    await db.deleteFrom('lorawanFrames').where('id', 'in', oldest).execute();
    this.#drop('LORAWAN_FRAMES_DROPPED', count);
    const message = `${count} frames`;
    await recordEvent(db, { tenant, code: 'LORAWAN_FRAMES_DROPPED', severity: 'warning', message, at: clock.now() });
  }

  async #deliver(gateway: string): Promise<void> {
    const { db, clock, isConnected, tell } = this.#parts;
    if (!isConnected(gateway)) {
      this.#inFlight.delete(gateway);
      return;
    }
    const inFlight = this.#inFlight.get(gateway) ?? new Map();
    this.#inFlight.set(gateway, inFlight);
    const now = clock.now();
    for (const [id, { dueAt }] of inFlight) if (dueAt <= now) inFlight.delete(id);
    const room = MAX_FRAMES_IN_FLIGHT - [...inFlight.values()].filter(({ inHand }) => inHand).length;
    if (room <= 0) return;
    let query = db
      .selectFrom('lorawanFrames')
      .innerJoin('lorawanAddresses', (join) =>
        join
          .onRef('lorawanAddresses.tenant', '=', 'lorawanFrames.tenant')
          .onRef('lorawanAddresses.devAddr', '=', 'lorawanFrames.devAddr'),
      )
      .innerJoin('lorawanHomes', (join) =>
        join
          .onRef('lorawanHomes.tenant', '=', 'lorawanAddresses.tenant')
          .onRef('lorawanHomes.devEui', '=', 'lorawanAddresses.devEui'),
      )
      .select(['lorawanFrames.id', 'heardBy', 'body'])
      .distinct()
      .where('lorawanHomes.gateway', '=', gateway)
      .where('lorawanHomes.state', '=', 'settled')
      .orderBy('lorawanFrames.id')
      .limit(room);
    if (inFlight.size > 0) query = query.where('lorawanFrames.id', 'not in', [...inFlight.keys()]);
    const rows = await query.execute();
    if (rows.length === 0) return;
    for (const { id } of rows) inFlight.set(id, { dueAt: now + this.#limits.resendMs, inHand: true });
    const frames = rows.map(({ id, heardBy, body }) => ({ id, heardBy, frame: JSON.parse(body) as FrameRecord }));
    tell(gateway, { v: PROTOCOL_VERSION, kind: 'frames', frames });
  }

  /** True where the frame waits for what its home does not know yet. */
  async #doneOne(gateway: string, tenant: string, { id, outcome, devEui }: Done): Promise<boolean> {
    const { db, links } = this.#parts;
    const row = await db
      .selectFrom('lorawanFrames')
      .select(['devAddr', 'heardBy', 'tries', 'body'])
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) return false;
    const homes = await this.#homesOf(tenant, [row.devAddr]);
    const own = homes.filter((home) => home.gateway === gateway && (devEui === undefined || home.devEui === devEui));
    if (own.length === 0) return false;
    if (outcome === 'refused') {
      const tries = row.tries + 1;
      // Two devices may share an address: the other home is asked too.
      const enough = own.some(isUnready) ? UNREADY_TRIES : homes.length > 1 ? SHARED_TRIES : 1;
      if (tries < enough) {
        await db.updateTable('lorawanFrames').set({ tries }).where('id', '=', id).execute();
        return true;
      }
    }
    const { numDeletedRows } = await db.deleteFrom('lorawanFrames').where('id', '=', id).executeTakeFirst();
    if (numDeletedRows === 0n) return false;
    if (outcome !== 'refused' && devEui !== undefined) {
      links.note(tenant, devEui, row.heardBy, heardOf(JSON.parse(row.body) as FrameRecord));
    }
    if (outcome === 'new') {
      this.#waiting -= 1;
      this.ledger.out();
    } else {
      this.#drop(outcome === 'known' ? 'LORAWAN_HEARD_ELSEWHERE' : 'LORAWAN_MIC_INVALID', 1);
    }
    return false;
  }

  /**
   * While its home is out of reach nobody can tell a genuine frame of a device from a forged one. As a sign of who hears
   * it, it will do: a forger can make a takeover happen early, and nothing else.
   */
  #noteWithoutHome(
    addressed: readonly { frame: FrameRecord; devAddr: string }[],
    heardBy: string,
    tenant: string,
    homes: readonly { devEui: string; devAddr: string; gateway: string | null }[],
  ): void {
    const { links, isConnected } = this.#parts;
    for (const { frame, devAddr } of addressed) {
      for (const { devEui, gateway } of homes.filter((home) => home.devAddr === devAddr)) {
        if (gateway === null || isConnected(gateway)) continue;
        links.note(tenant, devEui, heardBy, heardOf(frame));
      }
    }
  }

  async #homesOf(tenant: string, devAddrs: readonly string[]) {
    if (devAddrs.length === 0) return [];
    return this.#parts.db
      .selectFrom('lorawanAddresses')
      .innerJoin('lorawanHomes', (join) =>
        join
          .onRef('lorawanHomes.tenant', '=', 'lorawanAddresses.tenant')
          .onRef('lorawanHomes.devEui', '=', 'lorawanAddresses.devEui'),
      )
      .select(['lorawanHomes.devEui', 'lorawanAddresses.devAddr', 'gateway'])
      .select(['state', 'stray', 'overlaps', 'generation', 'backupGeneration'])
      .where('lorawanAddresses.tenant', '=', tenant)
      .where('lorawanAddresses.devAddr', 'in', devAddrs)
      .execute();
  }

  #drop(reason: string, count: number): void {
    if (count === 0) return;
    this.#waiting -= count;
    this.ledger.drop(reason, count);
  }
}

/** It is on its way to the device's home what that one needs to read the frame; or the home is yet to say that it is. */
function isUnready(home: Pick<Home, 'state' | 'stray' | 'overlaps' | 'generation' | 'backupGeneration'>): boolean {
  const { state, stray, overlaps, generation, backupGeneration } = home;
  return state !== 'settled' || stray !== null || (overlaps === 1 && backupGeneration !== generation);
}

function heardOf(frame: FrameRecord): Heard {
  return { at: frame.receivedAt, marginDb: marginOf(frame), frame: frameMark(frame.phyPayload) };
}
