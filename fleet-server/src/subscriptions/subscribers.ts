import type { UnitOf } from './city-message.ts';
import type { LogTail } from './log-tail.ts';
import type { SessionStore } from './session-store.ts';
import { type DeliverySink, Subscriber } from './subscriber.ts';
import { parseCityFilter } from './topic-filter.ts';

export interface SubscriberIdentity {
  account: string;
  tenant: string;
  /** Unique over the installation: the account and the client's own identifier. */
  session: string;
  durable: boolean;
}

export interface SubscribersParts {
  tail: LogTail;
  store: SessionStore;
  unitOf: UnitOf;
  onError: (error: unknown) => void;
}

interface Open {
  identity: SubscriberIdentity;
  subscriber: Subscriber;
  saved: number;
}

const MAX_SUBSCRIPTIONS = 100;
const SAVE_INTERVAL_MS = 250;

/**
 * Platforms that are connected. A durable session's position goes to the database behind the acknowledgements, at
 * most a quarter of a second later: after a crash a few readings come again under their old ids, none is missed.
 */
export class Subscribers {
  readonly #parts: SubscribersParts;
  readonly #open = new Map<string, Open>();
  /** Sessions whose last position is on its way to the database: whoever comes back waits for it. */
  readonly #closing = new Map<string, Promise<void>>();
  /** Highest id that was sent in each session while this process runs: what comes again is marked as such. */
  readonly #sent = new Map<string, number>();
  readonly #saving: NodeJS.Timeout;

  constructor(parts: SubscribersParts) {
    this.#parts = parts;
    this.#saving = setInterval(() => this.#save([...this.#open.values()]).catch(parts.onError), SAVE_INTERVAL_MS);
    this.#saving.unref();
  }

  get connected(): number {
    return this.#open.size;
  }

  get delivered(): number {
    return [...this.#open.values()].reduce((sum, { subscriber }) => sum + subscriber.delivered, 0);
  }

  /** Filters of the durable session, for the broker to know that there is one; a clean session ends an older one. */
  async open(identity: SubscriberIdentity): Promise<string[]> {
    const { store, tail, unitOf, onError } = this.#parts;
    await this.close(identity.session);
    await this.#closing.get(identity.session);
    if (!identity.durable) await store.forget(identity.session);
    const stored = identity.durable ? await store.find(identity.session) : undefined;
    const position = stored?.position ?? tail.head;
    const sentBefore = stored ? (this.#sent.get(identity.session) ?? 0) : 0;
    const subscriber = new Subscriber({ tail, unitOf, tenant: identity.tenant, position, sentBefore, onError });
    for (const subscription of stored?.subscriptions ?? []) subscriber.subscribe(subscription);
    this.#open.set(identity.session, { identity, subscriber, saved: position });
    return stored?.subscriptions.map(({ filter }) => filter) ?? [];
  }

  /** False where the filter is not the account's to use. When it resolves the subscription is durable. */
  async subscribe(session: string, filter: string, qos: number): Promise<boolean> {
    const open = this.#open.get(session);
    if (!open || !parseCityFilter(filter, open.identity.tenant)) return false;
    const { subscriber, identity } = open;
    if (
      subscriber.filters.length >= MAX_SUBSCRIPTIONS &&
      !subscriber.filters.some((known) => known.filter === filter)
    ) {
      return false;
    }
    const subscription = { filter, qos: Math.min(qos, 1), since: this.#parts.tail.head };
    if (identity.durable) {
      if (!(await this.#parts.store.create(session, identity, subscriber.position))) return false;
      await this.#parts.store.subscribe(session, subscription);
    }
    subscriber.subscribe(subscription);
    return true;
  }

  async unsubscribe(session: string, filters: readonly string[]): Promise<void> {
    const open = this.#open.get(session);
    for (const filter of filters) {
      open?.subscriber.unsubscribe(filter);
      if (open?.identity.durable) await this.#parts.store.unsubscribe(session, filter);
    }
  }

  start(session: string, sink: DeliverySink): void {
    this.#open.get(session)?.subscriber.start(sink);
  }

  acknowledge(session: string, messageId: number): void {
    this.#open.get(session)?.subscriber.acknowledge(messageId);
  }

  async close(session: string): Promise<void> {
    const open = this.#open.get(session);
    if (!open) return;
    open.subscriber.stop();
    this.#open.delete(session);
    if (open.identity.durable && open.subscriber.filters.length > 0) this.#sent.set(session, open.subscriber.cursor);
    else this.#sent.delete(session);
    const saved = this.#save([open]).finally(() => this.#closing.delete(session));
    this.#closing.set(session, saved);
    await saved;
  }

  async stop(): Promise<void> {
    clearInterval(this.#saving);
    for (const session of [...this.#open.keys()]) await this.close(session);
  }

  /** One transaction for all: positions move all the time. */
  async #save(sessions: readonly Open[]): Promise<void> {
    const moved = sessions.filter(
      ({ identity, subscriber, saved }) => identity.durable && subscriber.position !== saved,
    );
    if (moved.length === 0) return;
    for (const open of moved) open.saved = open.subscriber.position;
    await this.#parts.store.savePositions(
      moved.map(({ identity, saved }) => ({ session: identity.session, position: saved })),
    );
  }
}
