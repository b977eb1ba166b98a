import type { GatewayConfig } from '@vigie/contract';
import type { Db } from '../store/database.ts';

export interface DocumentWatchParts {
  db: Db;
  read: (gateway: string) => Promise<GatewayConfig | undefined>;
  isConnected: (gateway: string) => boolean;
  send: (gateway: string, config: GatewayConfig) => void;
  onError: (error: unknown) => void;
  everyMs?: number;
}

const EVERY_MS = 30_000;

/**
 * Gives a gateway that is online the document that somebody else put in force: the command line beside the running
 * server, or another server on the same database. What this server changes itself it sends at once.
 */
export class DocumentWatch {
  readonly #parts: DocumentWatchParts;
  /** The revision that each gateway was last told, or said that it has. */
  readonly #told = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #round: Promise<void> = Promise.resolve();

  constructor(parts: DocumentWatchParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#look(), parts.everyMs ?? EVERY_MS).unref();
  }

  /** For a gateway that says what it has. */
  async documentFor(gateway: string): Promise<GatewayConfig | undefined> {
    const config = await this.#parts.read(gateway);
    this.#told.set(gateway, config?.revision ?? 0);
    return config;
  }

  /** Sends the document in force to a gateway that is online, once. */
  async tell(gateway: string): Promise<void> {
    if (!this.#parts.isConnected(gateway)) return;
    const config = await this.#parts.read(gateway);
    if (!config || config.revision === this.#told.get(gateway)) return;
    this.#told.set(gateway, config.revision);
    this.#parts.send(gateway, config);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  #look(): void {
    this.#round = this.#round.then(() => this.#tellWhoLags()).catch(this.#parts.onError);
  }

  async #tellWhoLags(): Promise<void> {
    const rows = await this.#parts.db
      .selectFrom('gateways')
      .select(['id', 'configRevision'])
      .where('configRevision', '>', 0)
      .execute();
    for (const { id, configRevision } of rows) {
      // Whoever has not said hello yet will be told then.
      const told = this.#told.get(id);
      if (told !== undefined && told < configRevision) await this.tell(id);
    }
  }
}
