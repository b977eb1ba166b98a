import type { UnitOf } from './city-message.ts';
import type { DeliveryPosition } from './delivery-position.ts';
import type { LogTail } from './log-tail.ts';
import type { SessionStore } from './session-store.ts';
import { type DeliverySink, type SentThrough, Subscriber } from './subscriber.ts';
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
  monotonicMs: () => number;
  onError: (error: unknown) => void;
}

interface Open {
  identity: SubscriberIdentity;
  subscriber: Subscriber;
  saved: DeliveryPosition;
}

const MAX_SUBSCRIPTIONS = 100;
const SAVE_INTERVAL_MS = 250;
const NOTHING_SENT: SentThrough = { live: 0, ordered: 0 };

/**
 * Platforms that are connected. A durable session's position goes to the database behind the acknowledgements, at
 * most a quarter of a second later: after a crash a few readings come again under their old ids, none is missed.
 */
export class Subscribers {
  readonly #parts: SubscribersParts;
  readonly #open = new Map<string, Open>();
  /** Sessions whose last position is on its way to the database: whoever comes back waits for it. */
  readonly #closing = new Map<string, Promise<void>>();
  /** What was sent in each session while this process runs: what comes again is marked as such. */
  readonly #sent = new Map<string, SentThrough>();
  readonly #saving: NodeJS.Timeout;

  constructor(parts: SubscribersParts) {
    this.#parts = parts;
    this.#saving = setInterval(() => {
      this.#save([...this.#open.values()]).catch(parts.onError);
    }, SAVE_INTERVAL_MS);
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
    const { store, tail, unitOf, monotonicMs, onError } = this.#parts;
    await this.close(identity.session);
    await this.#closing.get(identity.session);
    if (!identity.durable) await store.forget(identity.session);
    const stored = identity.durable ? await store.find(identity.session) : undefined;
    const position = stored?.position ?? { ordered: tail.head, live: [] };
    const sentBefore = (stored && this.#sent.get(identity.session)) ?? NOTHING_SENT;
    const { tenant } = identity;
    const subscriber = new Subscriber({ tail, unitOf, monotonicMs, onError, tenant, position, sentBefore });
    for (const subscription of stored?.subscriptions ?? []) subscriber.subscribe(subscription);
    this.#open.set(identity.session, { identity, subscriber, saved: position });
    return stored?.subscriptions.map(({ filter }) => filter) ?? [];
  }

  /** False where the filter is not the account's to use. When it resolves the subscription is durable. */
  async subscribe(session: string, filter: string, qos: number): Promise<boolean> {
    const open = this.#open.get(session);
    if (!open || !parseCityFilter(filter, open.identity.tenant)) return false;
    const { subscriber, identity } = open;
    const known = subscriber.filters.find((subscribed) => subscribed.filter === filter);
    const subscription = { filter, qos: Math.min(qos, 1), since: this.#parts.tail.head };
    // Said again: nothing is to be written.
    if (known?.qos === subscription.qos) return true;
    if (!known && subscriber.filters.length >= MAX_SUBSCRIPTIONS) return false;
    if (identity.durable) {
      if (!(await this.#parts.store.create(session, identity, subscriber.position))) return false;
      await this.#parts.store.subscribe(session, subscription);
    }
    subscriber.subscribe(subscription);
    return true;
  }

  async unsubscribe(session: string, filters: readonly string[]): Promise<void> {
    const open = this.#open.get(session);
    if (!open) return;
    for (const { filter } of open.subscriber.filters.filter((known) => filters.includes(known.filter))) {
      open.subscriber.unsubscribe(filter);
      if (open.identity.durable) await this.#parts.store.unsubscribe(session, filter);
    }
  }

  start(session: string, sink: DeliverySink): void {
    this.#open.get(session)?.subscriber.start(sink);
  }

  acknowledge(session: string, messageIds: readonly number[]): void {
    this.#open.get(session)?.subscriber.acknowledge(messageIds);
  }

  async close(session: string): Promise<void> {
    const open = this.#open.get(session);
    if (!open) return;
    open.subscriber.stop();
    this.#open.delete(session);
    if (open.identity.durable && open.subscriber.filters.length > 0)
      this.#sent.set(session, open.subscriber.sentThrough);
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
    const moved: { session: string; position: DeliveryPosition }[] = [];
    for (const open of sessions) {
      const { position } = open.subscriber;
      if (!open.identity.durable || same(position, open.saved)) continue;
      open.saved = position;
      moved.push({ session: open.identity.session, position });
    }
    if (moved.length > 0) await this.#parts.store.savePositions(moved);
  }
}

function same(a: DeliveryPosition, b: DeliveryPosition): boolean {
  return a.ordered === b.ordered && JSON.stringify(a.live) === JSON.stringify(b.live);
}
