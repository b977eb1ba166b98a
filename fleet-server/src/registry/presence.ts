import type { GatewayStatus, Hello } from '@vigie/contract';
import type { Clock } from '../clock.ts';
import type { Db } from '../store/database.ts';

const FLUSH_MS = 1_000;

interface Change {
  online?: 0 | 1;
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
    await this.#db.updateTable('gateways').set({ online: 0 }).where('online', '=', 1).execute();
  }

  connected(gateway: string): void {
    this.#note(gateway, { online: 1 });
  }

  disconnected(gateway: string): void {
    this.#note(gateway, { online: 0 });
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
    await this.#db.transaction().execute(async (trx) => {
      for (const [gateway, change] of changes) {
        await trx.updateTable('gateways').set(change).where('id', '=', gateway).execute();
      }
    });
  }
}
