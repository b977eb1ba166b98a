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

/** A live reading always counts as the newest, even after one of a clock that ran ahead; a late one only by its time. */
type Row = Insertable<LatestReadingTable> & { historical: boolean };

/**
 * The newest reading of each quantity of each device: it follows the log behind its own durable position, and writes
 * what changed in a while in one go. Late readings never take the place of newer ones.
 */
export class LatestReadings {
  readonly #db: Db;
  readonly #onError: (error: unknown) => void;
  #pending = new Map<string, Row>();
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
        if (this.#pending.size > CATCH_UP_PAGE) await this.flush();
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
      for (const row of toRows(entry)) {
        const key = keyOf(row);
        const before = this.#pending.get(key);
        if (!before || !row.historical) this.#pending.set(key, row);
        else if (row.at >= before.at) this.#pending.set(key, { ...row, historical: before.historical });
      }
    }
    this.#through = Math.max(this.#through, through);
    if (this.#pending.size > MAX_PENDING) this.flush().catch(this.#onError);
  }

  async #write(): Promise<void> {
    if (this.#through === this.#stored) return;
    const rows = [...this.#pending.values()];
    const through = this.#through;
    this.#pending = new Map();
    try {
      await this.#db.transaction().execute(async (trx) => {
        await upsert(trx, rows, false);
        await upsert(trx, rows, true);
        await trx.updateTable('logHeads').set({ id: through }).where('name', '=', POSITION).execute();
      });
    } catch (error) {
      const newer = this.#pending;
      this.#pending = new Map([...rows.map((row) => [keyOf(row), row] as const), ...newer]);
      throw error;
    }
    this.#stored = through;
  }
}

async function upsert(trx: Db, all: Row[], historical: boolean): Promise<void> {
  const rows = all.filter((row) => row.historical === historical).map(({ historical: _, ...row }) => row);
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

function keyOf({ gateway, device, quantity, channel }: Row): string {
  return `${gateway}/${device}/${quantity}/${channel}`;
}

function toRows({ id, tenant, gateway, asset, domain, at, historical, record }: LogEntry): Row[] {
  return record.readings.map(({ quantity, channel, value, quality, reasons }) => ({
    ...{ gateway, device: record.device, quantity, channel: channel ?? '', tenant, asset, domain },
    ...{ value: JSON.stringify(value), quality: quality ?? 'good', reasons: reasons ? JSON.stringify(reasons) : null },
    ...{ at, receivedAt: record.times.receivedAt, log: id, historical },
  }));
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
