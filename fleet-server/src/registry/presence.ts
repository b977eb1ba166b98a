import type { GatewayStatus, Hello } from '@vigie/contract';
import { recordEvent } from '../audit/events.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { addReconnects } from './reconnects.ts';

const FLUSH_MS = 1_000;

interface Change {
  online?: 0 | 1;
  ended?: 'stopped' | 'lost';
  /** When it came or went. */
  changedAt?: number;
  lastSeenAt?: number;
  agentVersion?: string;
  configApplied?: number;
  configRejected?: string | null;
  status?: string;
}

/**
 * What is known of gateways at this moment. Changes gather for a second and are written in one transaction, so that
 * ten thousand gateways that come back at once do not queue up for the disk.
 */
export class Presence {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #changes = new Map<string, Change>();
  /** Who was connected since this server runs: who comes for the first time comes for the server's sake. */
  readonly #met = new Set<string>();
  #reconnects = new Map<string, number[]>();
  readonly #timer: NodeJS.Timeout;
  #work: Promise<void> = Promise.resolve();

  constructor(db: Db, clock: Clock, onError: (error: unknown) => void) {
    this.#db = db;
    this.#clock = clock;
    this.#timer = setInterval(() => {
      this.flush().catch(onError);
    }, FLUSH_MS);
    this.#timer.unref();
  }

  /** After a start nobody is connected yet, whatever the last process left behind. */
  async reset(): Promise<void> {
    const away = { online: 0, presenceSince: this.#clock.now(), ended: null };
    await this.#db.updateTable('gateways').set(away).where('online', '=', 1).execute();
  }

  connected(gateway: string): void {
    if (this.#met.has(gateway))
      this.#reconnects.set(gateway, [...(this.#reconnects.get(gateway) ?? []), this.#clock.now()]);
    this.#met.add(gateway);
    this.#note(gateway, { online: 1, changedAt: this.#clock.now() });
  }

  /** `stopped`: the gateway took its leave. */
  disconnected(gateway: string, ended: 'stopped' | 'lost'): void {
    this.#note(gateway, { online: 0, ended, changedAt: this.#clock.now() });
  }

  seen(gateway: string): void {
    this.#note(gateway, {});
  }

  reported(gateway: string, { agentVersion, config }: Hello | GatewayStatus, status?: GatewayStatus): void {
    this.#note(gateway, {
      agentVersion,
      configApplied: config.applied,
      configRejected: config.rejected ? JSON.stringify(config.rejected) : null,
      ...(status === undefined ? {} : { status: JSON.stringify(status) }),
    });
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  flush(): Promise<void> {
    this.#work = this.#work.catch(() => undefined).then(() => this.#write());
    return this.#work;
  }

  #note(gateway: string, change: Change): void {
    this.#changes.set(gateway, { ...this.#changes.get(gateway), lastSeenAt: this.#clock.now(), ...change });
  }

  async #write(): Promise<void> {
    if (this.#changes.size === 0) return;
    const changes = [...this.#changes];
    this.#changes.clear();
    const came = this.#reconnects;
    this.#reconnects = new Map();
    await this.#db.transaction().execute(async (trx) => {
      const reconnects = await addReconnects(trx, came);
      for (const [gateway, { changedAt, ...change }] of changes) {
        if (change.configRejected) await tellOfRefusal(trx, gateway, change.configRejected, this.#clock.now());
        await trx
          .updateTable('gateways')
          .set({ ...change, ...reconnects.get(gateway) })
          // Who came back within the same second was never away.
          .$if(changedAt !== undefined, (query) =>
            query.set((eb) => ({
              presenceSince: eb
                .case()
                .when('online', '=', change.online ?? 0)
                .then(eb.fn.coalesce('presenceSince', eb.val(changedAt ?? 0)))
                .else(changedAt ?? 0)
                .end(),
            })),
          )
          .where('id', '=', gateway)
          .execute();
      }
    });
  }
}

/** Once for each document that a gateway refuses, however often it says so. */
async function tellOfRefusal(trx: Db, gateway: string, rejected: string, at: number): Promise<void> {
  const row = await trx
    .selectFrom('gateways')
    .select(['tenant', 'configRejected'])
    .where('id', '=', gateway)
    .executeTakeFirst();
  if (!row || row.configRejected === rejected) return;
  const { revision, code, message } = JSON.parse(rejected) as NonNullable<Hello['config']['rejected']>;
  const said = `Revision ${revision}: ${code} ${message}`;
  await recordEvent(trx, {
    ...{ tenant: row.tenant, gateway, code: 'CONFIG_REFUSED', severity: 'warning', message: said, at },
  });
}
