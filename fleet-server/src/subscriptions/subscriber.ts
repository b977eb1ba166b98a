import type { LogEntry, UnitOf } from './city-message.ts';
import { publicationsOf } from './city-message.ts';
import { DeliveryWindow } from './delivery-window.ts';
import type { LogTail } from './log-tail.ts';
import type { StoredSubscription } from './session-store.ts';
import { type CityFilter, matches, parseCityFilter } from './topic-filter.ts';

export interface Delivery {
  topic: string;
  payload: Buffer;
  qos: 0 | 1;
  /** 0 at QoS 0. */
  messageId: number;
  duplicate: boolean;
}

/** The wire to one subscriber. `send` answers false when its buffer is full; `whenDrained` then tells when to go on. */
export interface DeliverySink {
  send(deliveries: Delivery[]): boolean;
  whenDrained(proceed: () => void): void;
}

interface ActiveSubscription {
  filter: CityFilter;
  qos: 0 | 1;
  since: number;
}

export interface SubscriberParts {
  tail: LogTail;
  unitOf: UnitOf;
  tenant: string;
  position: number;
  /** Ids up to here may have been sent in an earlier connection. */
  sentBefore: number;
  onError: (error: unknown) => void;
}

const WINDOW = 2_000;
const PAGE_ENTRIES = 500;

/**
 * Follows the log for one connected subscriber: reads a page, sends what matches, and waits when its window or its
 * socket is full. It queues nothing of its own, so a slow or frozen subscriber costs its window and no more.
 */
export class Subscriber {
  readonly #parts: SubscriberParts;
  readonly #window: DeliveryWindow;
  readonly #subscriptions = new Map<string, ActiveSubscription>();
  #cursor: number;
  /** Publications of the entry at the cursor that were sent already when the window filled up. */
  #offset = 0;
  #sink: DeliverySink | undefined;
  #busy = false;
  #again = false;
  /** The socket is full. */
  #congested = false;
  /** The window is full; it goes on when half of it was acknowledged, not at each acknowledgement. */
  #stalled = false;
  #stopListening: () => void = () => undefined;
  delivered = 0;

  constructor(parts: SubscriberParts) {
    this.#parts = parts;
    this.#window = new DeliveryWindow(parts.position, WINDOW);
    this.#cursor = parts.position;
  }

  get position(): number {
    return this.#window.position;
  }

  get cursor(): number {
    return this.#cursor;
  }

  get filters(): StoredSubscription[] {
    return [...this.#subscriptions.values()].map(({ filter, qos, since }) => ({ filter: filter.text, qos, since }));
  }

  subscribe({ filter, qos, since }: StoredSubscription): void {
    const parsed = parseCityFilter(filter, this.#parts.tenant);
    if (!parsed) return;
    const before = this.#subscriptions.get(filter)?.since;
    this.#subscriptions.set(filter, { filter: parsed, qos: qos === 0 ? 0 : 1, since: before ?? since });
    this.wake();
  }

  unsubscribe(filter: string): void {
    this.#subscriptions.delete(filter);
  }

  start(sink: DeliverySink): void {
    this.#sink = sink;
    this.#stopListening = this.#parts.tail.onAppend(() => this.wake());
    this.wake();
  }

  stop(): void {
    this.#sink = undefined;
    this.#stopListening();
  }

  acknowledge(messageId: number): void {
    this.#window.acknowledge(messageId);
    if (!this.#stalled || this.#window.inFlight > WINDOW / 2) return;
    this.#stalled = false;
    this.wake();
  }

  wake(): void {
    if (!this.#sink || this.#congested || this.#stalled) return;
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    this.#run()
      .catch(this.#parts.onError)
      .finally(() => {
        this.#busy = false;
        if (this.#again) {
          this.#again = false;
          this.wake();
        }
      });
  }

  async #run(): Promise<void> {
    const { tail, tenant } = this.#parts;
    while (this.#sink && !this.#congested && !this.#stalled && this.#cursor < tail.head) {
      const page = await tail.read(this.#cursor, tenant, PAGE_ENTRIES);
      const whole = this.#send(page.entries);
      if (whole) this.#passed(page.through);
    }
  }

  #passed(log: number): void {
    this.#cursor = log;
    this.#window.passed(log);
  }

  /** False when it had to stop before the end of the page. */
  #send(entries: LogEntry[]): boolean {
    const batch: Delivery[] = [];
    let whole = true;
    for (const entry of entries) {
      if (!this.#collect(entry, batch)) {
        whole = false;
        break;
      }
      this.#passed(entry.id);
    }
    this.delivered += batch.length;
    if (batch.length > 0 && this.#sink && !this.#sink.send(batch)) this.#wait(this.#sink);
    return whole;
  }

  #collect(entry: LogEntry, batch: Delivery[]): boolean {
    const publications = publicationsOf(entry, this.#parts.unitOf);
    for (; this.#offset < publications.length; this.#offset += 1) {
      const publication = publications[this.#offset];
      const qos = publication && this.#qosFor(publication.levels, entry.id);
      if (!publication || qos === undefined) continue;
      if (qos === 1 && this.#window.full) {
        this.#stalled = true;
        return false;
      }
      const messageId = qos === 1 ? this.#window.send(entry.id) : 0;
      const { topic, payload } = publication;
      batch.push({ topic, payload, qos, messageId, duplicate: qos === 1 && entry.id <= this.#parts.sentBefore });
    }
    this.#offset = 0;
    return true;
  }

  /** Overlapping subscriptions deliver once, at the highest quality of service (MQTT 3.1.1, 3.3.5). */
  #qosFor(levels: readonly [string, string, string], log: number): 0 | 1 | undefined {
    let best: 0 | 1 | undefined;
    for (const { filter, qos, since } of this.#subscriptions.values()) {
      if (log > since && matches(filter, levels) && (best === undefined || qos > best)) best = qos;
    }
    return best;
  }

  #wait(sink: DeliverySink): void {
    this.#congested = true;
    sink.whenDrained(() => {
      this.#congested = false;
      this.wake();
    });
  }
}
