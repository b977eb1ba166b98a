import type { ReadingsRecord } from '@vigie/contract';
import type { Db } from '../store/database.ts';
import type { LogEntry } from './city-message.ts';

const MAX_RECENT = 8_000;
const PAGE_IDS = 1_000;
/** Live entries may stand far apart between those of a backlog. */
const SPARSE_PAGE_IDS = 10_000;

export interface LogPage {
  entries: LogEntry[];
  /** Everything up to this id has been looked at. */
  through: number;
}

export interface ReadOptions {
  /** Of one tenant only; of all where it is null. */
  tenant: string | null;
  limit: number;
  /** Last id to look at; the head where it is absent. */
  until?: number;
  /** Only what came live, or only what came late. */
  only?: 'live' | 'late';
}

/** Gets the entries that are new, or undefined where it must read for itself what is. */
type AppendListener = (entries: readonly LogEntry[] | undefined) => void;

function headOf(db: Db): Promise<{ id: number }> {
  return db.selectFrom('logHeads').select('id').where('name', '=', 'uplinks').executeTakeFirstOrThrow();
}

/**
 * The log of readings as its followers see it: a position and what comes after it. The newest entries stay in
 * memory; whoever lags further behind reads pages from the database, so that no queue grows with a slow reader.
 */
export class LogTail {
  readonly #db: Db;
  #recent: LogEntry[] = [];
  /** Entries after this id are all in `#recent`. */
  #base: number;
  #head: number;
  /** A commit failed, and may have taken place all the same: what is in memory may lack something. */
  #stale = false;
  #doubts = 0;
  #resyncing = false;
  /** Committed while in doubt. */
  #unread = 0;
  readonly #listeners = new Set<AppendListener>();

  constructor(db: Db, head: number) {
    this.#db = db;
    this.#base = head;
    this.#head = head;
  }

  static async open(db: Db): Promise<LogTail> {
    const { id } = await headOf(db);
    return new LogTail(db, id);
  }

  /** Id of the newest entry that is committed. */
  get head(): number {
    return this.#head;
  }

  /** Takes what was just committed (`through` is 0 where all of it was known); ids rise from call to call. */
  append(entries: LogEntry[], through: number): void {
    if (this.#stale) {
      // The head stays where it is meanwhile: whoever reads up to it misses nothing.
      this.#unread = Math.max(this.#unread, through);
      this.#startResync();
      return;
    }
    // What was in doubt was read from the database, and may be ahead of what was committed meanwhile.
    if (through <= this.#head) return;
    const fresh = entries.filter(({ id }) => id > this.#head);
    this.#head = through;
    for (const entry of fresh) this.#recent.push(entry);
    if (this.#recent.length > MAX_RECENT) {
      const removed = this.#recent.splice(0, this.#recent.length - MAX_RECENT / 2);
      this.#base = removed.at(-1)?.id ?? this.#base;
    }
    for (const listener of this.#listeners) listener(fresh);
  }

  /**
   * A commit failed. Where the connection broke in the middle nobody can say whether it took place: from the next
   * commit on the database is asked, so that no follower passes over what only it knows.
   */
  doubt(): void {
    this.#stale = true;
    this.#doubts += 1;
  }

  #startResync(): void {
    if (this.#resyncing) return;
    this.#resyncing = true;
    this.#resync()
      // Still in doubt: the next commit asks again.
      .catch(() => undefined)
      .finally(() => {
        this.#resyncing = false;
      });
  }

  async #resync(): Promise<void> {
    const doubts = this.#doubts;
    const { id } = await headOf(this.#db);
    this.#head = Math.max(this.#head, this.#unread, id);
    this.#base = this.#head;
    this.#recent = [];
    this.#stale = this.#doubts !== doubts;
    for (const listener of this.#listeners) listener(undefined);
  }

  /** Called after each commit, at once; it must be short. */
  onAppend(listener: AppendListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether what comes after this position is in memory. */
  holds(after: number): boolean {
    return after >= this.#base;
  }

  /** The next entries after a position. */
  async read(after: number, options: ReadOptions): Promise<LogPage> {
    return this.recent(after, options) ?? this.#readStored(after, options);
  }

  /** The same where memory still holds what comes after the position, and undefined where it does not. */
  recent(after: number, { tenant, limit, until = this.#head, only }: ReadOptions): LogPage | undefined {
    if (!this.holds(after)) return undefined;
    const entries: LogEntry[] = [];
    for (let index = this.#indexAfter(after); index < this.#recent.length; index += 1) {
      const entry = this.#recent[index];
      if (!entry || entry.id > until) break;
      if (tenant !== null && entry.tenant !== tenant) continue;
      if (only !== undefined && entry.historical !== (only === 'late')) continue;
      entries.push(entry);
      if (entries.length === limit) return { entries, through: entry.id };
    }
    return { entries, through: Math.max(after, Math.min(until, this.#head)) };
  }

  #indexAfter(id: number): number {
    let low = 0;
    let high = this.#recent.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#recent[middle]?.id ?? 0) <= id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** A page is a stretch of ids: a small tenant among large ones costs no more than they do. */
  async #readStored(after: number, { tenant, limit, until = this.#head, only }: ReadOptions): Promise<LogPage> {
    const end = Math.min(after + (only === 'live' ? SPARSE_PAGE_IDS : PAGE_IDS), until, this.#head);
    let query = this.#db
      .selectFrom('uplinks')
      .innerJoin('streams', 'streams.id', 'uplinks.stream')
      .select([
        'uplinks.id',
        'uplinks.tenant',
        'uplinks.seq',
        'uplinks.asset',
        'uplinks.domain',
        'uplinks.at',
        'uplinks.historical',
        'uplinks.body',
        'streams.gateway',
        'streams.epoch',
      ])
      .where('uplinks.id', '>', after)
      .where('uplinks.id', '<=', end)
      .where('uplinks.kind', '=', 'readings')
      .orderBy('uplinks.id')
      .limit(limit);
    if (tenant !== null) query = query.where('uplinks.tenant', '=', tenant);
    if (only !== undefined) query = query.where('uplinks.historical', '=', only === 'late' ? 1 : 0);
    const rows = await query.execute();
    const entries = rows.map(({ body, historical, asset, domain, ...row }) => ({
      ...row,
      asset: asset ?? '',
      domain: domain ?? '',
      historical: historical === 1,
      record: JSON.parse(body) as ReadingsRecord,
    }));
    if (rows.length === limit) return { entries, through: entries.at(-1)?.id ?? end };
    return { entries, through: rows.length > 0 ? end : await this.#skipTo(end, Math.min(until, this.#head)) };
  }

  /** Over a stretch that retention has emptied, in one step. */
  async #skipTo(after: number, until: number): Promise<number> {
    if (after >= until) return after;
    const next = await this.#db
      .selectFrom('uplinks')
      .select('id')
      .where('id', '>', after)
      .orderBy('id')
      .limit(1)
      .executeTakeFirst();
    return Math.min(until, next ? next.id - 1 : until);
  }
}
