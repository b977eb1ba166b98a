import { crc32 } from 'node:zlib';
import type { Clock } from '../clock.ts';
import type { Db } from '../store/database.ts';

/** When, by how many decibels more than its data rate needs, and which frame it was (see `frameMark`). */
export type LinkSample = [at: number, marginDb: number, frame?: number];

export interface Heard {
  at: number;
  marginDb: number;
  /** The same whenever the same frame is told of. */
  frame: number;
}

export interface Link {
  gateway: string;
  samples: LinkSample[];
}

export const SAMPLES_KEPT = 20;
const FLUSH_MS = 5_000;
const MAX_DEVICES = 500_000;

/** Least SNR at which a spreading factor is still heard (SX1276 datasheet, table 13); FSK needs about as much as SF7. */
const NEEDED_SNR_DB: Record<string, number> = {
  SF5: -2.5,
  SF6: -5,
  SF7: -7.5,
  SF8: -10,
  SF9: -12.5,
  SF10: -15,
  SF11: -17.5,
  SF12: -20,
};

export function marginOf({ dataRate, snrDb }: { dataRate: string; snrDb: number }): number {
  const [spreading = ''] = dataRate.split('BW');
  return snrDb - (NEEDED_SNR_DB[spreading] ?? -7.5);
}

/** Tells frames of one device apart, as far as its last few samples go. */
export function frameMark(name: string): number {
  return crc32(name);
}

/** How well each gateway hears each device: the last samples, in memory and a few seconds later in the database. */
export class LinkStatistics {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #links = new Map<string, Map<string, LinkSample[]>>();
  readonly #unsaved = new Map<string, [key: string, gateway: string]>();
  #changed = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #work: Promise<void> = Promise.resolve();

  private constructor(db: Db, clock: Clock, onError: (error: unknown) => void) {
    this.#db = db;
    this.#clock = clock;
    this.#timer = setInterval(() => {
      this.flush().catch(onError);
    }, FLUSH_MS).unref();
  }

  static async open(db: Db, clock: Clock, onError: (error: unknown) => void): Promise<LinkStatistics> {
    const statistics = new LinkStatistics(db, clock, onError);
    const rows = await db.selectFrom('lorawanLinks').selectAll().orderBy('lastAt', 'desc').limit(MAX_DEVICES).execute();
    for (const { tenant, devEui, gateway, samples } of rows) {
      statistics.#of(keyOf(tenant, devEui)).set(gateway, JSON.parse(samples) as LinkSample[]);
    }
    return statistics;
  }

  /** A gateway heard the device at this time. A frame that is told of again, for whatever reason, counts once. */
  note(tenant: string, devEui: string, gateway: string, { at, marginDb, frame }: Heard): void {
    const key = keyOf(tenant, devEui);
    const links = this.#of(key);
    const before = links.get(gateway) ?? [];
    if (before.some(([, , known]) => known === frame)) return;
    // A gateway whose clock runs ahead must not look as if it had heard the device last for ever.
    const sample: LinkSample = [Math.min(at, this.#clock.now()), Math.round(marginDb * 10) / 10, frame];
    const samples = [...before, sample].sort(([a], [b]) => a - b);
    links.set(gateway, samples.slice(-SAMPLES_KEPT));
    this.#unsaved.set(`${key}/${gateway}`, [key, gateway]);
    this.#changed.add(key);
  }

  of(tenant: string, devEui: string): Link[] {
    return [...(this.#links.get(keyOf(tenant, devEui)) ?? [])].map(([gateway, samples]) => ({ gateway, samples }));
  }

  /** Devices that were heard since the last call. */
  takeChanged(): { tenant: string; devEui: string }[] {
    const changed = [...this.#changed];
    this.#changed = new Set();
    return changed.map((key) => {
      const [tenant = '', devEui = ''] = key.split('/');
      return { tenant, devEui };
    });
  }

  flush(): Promise<void> {
    this.#work = this.#work.catch(() => undefined).then(() => this.#write());
    return this.#work;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  async #write(): Promise<void> {
    if (this.#unsaved.size === 0) return;
    const unsaved = [...this.#unsaved.values()];
    this.#unsaved.clear();
    await this.#db.transaction().execute(async (trx) => {
      for (const [key, gateway] of unsaved) {
        const [tenant = '', devEui = ''] = key.split('/');
        const samples = this.#links.get(key)?.get(gateway) ?? [];
        const row = { samples: JSON.stringify(samples), lastAt: samples.at(-1)?.[0] ?? 0 };
        await trx
          .insertInto('lorawanLinks')
          .values({ tenant, devEui, gateway, ...row })
          .onConflict((conflict) => conflict.columns(['tenant', 'devEui', 'gateway']).doUpdateSet(row))
          .execute();
      }
    });
  }

  #of(key: string): Map<string, LinkSample[]> {
    const known = this.#links.get(key);
    if (known) return known;
    const fresh = new Map<string, LinkSample[]>();
    if (this.#links.size >= MAX_DEVICES) this.#links.delete(this.#links.keys().next().value ?? '');
    this.#links.set(key, fresh);
    return fresh;
  }
}

function keyOf(tenant: string, devEui: string): string {
  return `${tenant}/${devEui}`;
}
