import type { Reading } from '@vigie/contract';
import type { Insertable } from 'kysely';
import type { TenantScope } from '../registry/scope.ts';
import type { Db } from '../store/database.ts';
import type { LatestReadingTable } from '../store/schema.ts';
import type { CityMessage, LogEntry, UnitOf } from './city-message.ts';
import type { LogTail } from './log-tail.ts';

export type LatestReading = Omit<CityMessage, 'id' | 'tenant' | 'historical'>;

const POSITION = 'latest';
const MIN_INTERVAL_MS = 500;
/** Of the time between two flushes at most this part goes into flushing. */
const MAX_SHARE = 0.1;
const ROWS_PER_STATEMENT = 200;
const MAX_PENDING = 100_000;
const CATCH_UP_PAGE = 1_000;

type Row = Insertable<LatestReadingTable>;

interface Pending {
  entry: LogEntry;
  reading: Reading;
  /** A live reading always counts as the newest, even after one of a clock that ran ahead; a late one only by its time. */
  historical: boolean;
}

/** By gateway and device, then by quantity and channel. */
type PendingDevices = Map<string, Map<string, Pending>>;

/**
 * The newest reading of each quantity of each device: it follows the log behind its own durable position, and writes
 * what changed in a while in one go. Late readings never take the place of newer ones.
 */
export class LatestReadings {
  readonly #db: Db;
  readonly #onError: (error: unknown) => void;
  #pending: PendingDevices = new Map();
  #pendingCount = 0;
  #through: number;
  #stored: number;
  #catchingUp = false;
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();
  readonly #stopListening: () => void;

  private constructor(db: Db, tail: LogTail, stored: number, onError: (error: unknown) => void) {
    this.#db = db;
    this.#onError = onError;
    this.#stored = stored;
    this.#through = stored;
    this.#stopListening = tail.onAppend((entries) => {
      if (entries && !this.#catchingUp) this.#take(entries, tail.head);
      else this.#catchUp(tail).catch(onError);
    });
  }

  /** Catches up with what the last process had stored and not counted in yet. */
  static async start(db: Db, tail: LogTail, onError: (error: unknown) => void): Promise<LatestReadings> {
    const { id } = await db.selectFrom('logHeads').select('id').where('name', '=', POSITION).executeTakeFirstOrThrow();
    const latest = new LatestReadings(db, tail, id, onError);
    await latest.#catchUp(tail);
    await latest.flush();
    latest.#schedule(MIN_INTERVAL_MS);
    return latest;
  }

  async #catchUp(tail: LogTail): Promise<void> {
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    try {
      while (this.#through < tail.head) {
        const page = await tail.read(this.#through, { tenant: null, limit: CATCH_UP_PAGE });
        this.#take(page.entries, page.through);
        if (this.#pendingCount > CATCH_UP_PAGE) await this.flush();
      }
    } finally {
      this.#catchingUp = false;
    }
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#stopListening();
    await this.flush();
  }

  flush(): Promise<void> {
    this.#work = this.#work.catch(() => undefined).then(() => this.#write());
    return this.#work;
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => {
      const began = performance.now();
      this.flush()
        .catch(this.#onError)
        .finally(() => {
          const tookMs = performance.now() - began;
          this.#schedule(Math.max(MIN_INTERVAL_MS, tookMs / MAX_SHARE));
        });
    }, delayMs);
    this.#timer.unref();
  }

  #take(entries: readonly LogEntry[], through: number): void {
    for (const entry of entries) {
      const { historical } = entry;
      for (const reading of entry.record.readings) this.#keep({ entry, reading, historical });
    }
    this.#through = Math.max(this.#through, through);
    if (this.#pendingCount > MAX_PENDING) this.flush().catch(this.#onError);
  }

  /** The newer of this one and the one that is kept. */
  #keep(next: Pending): void {
    const { entry, reading, historical } = next;
    const device = `${entry.gateway}/${entry.record.device}`;
    let readings = this.#pending.get(device);
    if (!readings) {
      readings = new Map();
      this.#pending.set(device, readings);
    }
    const key = reading.channel === undefined ? reading.quantity : `${reading.quantity}/${reading.channel}`;
    const before = readings.get(key);
    if (!before) this.#pendingCount += 1;
    if (!before || !historical) readings.set(key, next);
    else if (entry.at >= before.entry.at) readings.set(key, { ...next, historical: before.historical });
  }

  async #write(): Promise<void> {
    if (this.#through === this.#stored) return;
    const taken = [...this.#pending.values()].flatMap((readings) => [...readings.values()]);
    const through = this.#through;
    this.#pending = new Map();
    this.#pendingCount = 0;
    try {
      await this.#db.transaction().execute(async (trx) => {
        await upsert(trx, taken, false);
        await upsert(trx, taken, true);
        await trx.updateTable('logHeads').set({ id: through }).where('name', '=', POSITION).execute();
      });
    } catch (error) {
      const newer = [...this.#pending.values()].flatMap((readings) => [...readings.values()]);
      this.#pending = new Map();
      this.#pendingCount = 0;
      for (const pending of [...taken, ...newer]) this.#keep(pending);
      throw error;
    }
    this.#stored = through;
  }
}

async function upsert(trx: Db, all: readonly Pending[], historical: boolean): Promise<void> {
  const rows = all.filter((pending) => pending.historical === historical).map(toRow);
  for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) {
    await trx
      .insertInto('latestReadings')
      .values(rows.slice(from, from + ROWS_PER_STATEMENT))
      .onConflict((conflict) => {
        const update = conflict.columns(['gateway', 'device', 'quantity', 'channel']).doUpdateSet((eb) => ({
          tenant: eb.ref('excluded.tenant'),
          asset: eb.ref('excluded.asset'),
          domain: eb.ref('excluded.domain'),
          value: eb.ref('excluded.value'),
          quality: eb.ref('excluded.quality'),
          reasons: eb.ref('excluded.reasons'),
          at: eb.ref('excluded.at'),
          receivedAt: eb.ref('excluded.receivedAt'),
          log: eb.ref('excluded.log'),
        }));
        return historical ? update.whereRef('excluded.at', '>=', 'latestReadings.at') : update;
      })
      .execute();
  }
}

function toRow({ entry, reading }: Pending): Row {
  const { id, tenant, gateway, asset, domain, at, record } = entry;
  const { quantity, channel, value, quality, reasons } = reading;
  return {
    ...{ gateway, device: record.device, quantity, channel: channel ?? '', tenant, asset, domain },
    ...{ value: JSON.stringify(value), quality: quality ?? 'good', reasons: reasons ? JSON.stringify(reasons) : null },
    ...{ at, receivedAt: record.times.receivedAt, log: id },
  };
}

export async function listLatestReadings(
  db: Db,
  { tenant }: TenantScope,
  filter: { gateway?: string; device?: string; limit: number },
  unitOf: UnitOf,
): Promise<LatestReading[]> {
  let query = db.selectFrom('latestReadings').selectAll().where('tenant', '=', tenant);
  if (filter.gateway !== undefined) query = query.where('gateway', '=', filter.gateway);
  if (filter.device !== undefined) query = query.where('device', '=', filter.device);
  const rows = await query
    .orderBy('gateway')
    .orderBy('device')
    .orderBy('quantity')
    .orderBy('channel')
    .limit(filter.limit)
    .execute();
  return rows.map((row) => {
    const unit = unitOf(row.quantity);
    return {
      ...{ gateway: row.gateway, device: row.device, asset: row.asset, domain: row.domain, quantity: row.quantity },
      ...(row.channel === '' ? {} : { channel: row.channel }),
      value: JSON.parse(row.value),
      ...(unit === undefined ? {} : { unit }),
      quality: row.quality,
      ...(row.reasons === null ? {} : { reasons: JSON.parse(row.reasons) }),
      at: new Date(row.at).toISOString(),
      receivedAt: new Date(row.receivedAt).toISOString(),
    };
  });
}
