import type { LogEntry, UnitOf } from './city-message.ts';
import { cityPackets, PacketBatch } from './city-packets.ts';
import { DeliveryLane } from './delivery-lane.ts';
import { type DeliveryPosition, type DeliveryStart, nextStretch, positionOf, startAt } from './delivery-position.ts';
import { DeliveryWindow } from './delivery-window.ts';
import type { LogTail } from './log-tail.ts';
import type { StoredSubscription } from './session-store.ts';
import { type CityFilter, matches, parseCityFilter } from './topic-filter.ts';

/** The wire to one subscriber: takes whole MQTT packets. */
export interface DeliverySink {
  write(packets: Buffer): void;
  /** Bytes that were written and did not go out yet. */
  readonly pendingBytes: number;
  /** Calls back once, when all that was pending is out. */
  whenDrained(proceed: () => void): void;
}

interface ActiveSubscription {
  filter: CityFilter;
  qos: 0 | 1;
  since: number;
}

/** Highest ids that each lane has sent. */
export interface SentThrough {
  live: number;
  ordered: number;
}

export interface SubscriberParts {
  tail: LogTail;
  unitOf: UnitOf;
  tenant: string;
  position: DeliveryPosition;
  /** What may have been sent in an earlier connection. */
  sentBefore: SentThrough;
  monotonicMs: () => number;
  onError: (error: unknown) => void;
}

const LIVE_WINDOW = 4_096;
const ORDERED_WINDOW = 16_384;
/** A live reading waits behind at most so much of a backlog that is under way. */
const ORDERED_TARGET_MS = 200;
const WRITE_BYTES = 65_536;
/** Then others take their turn. */
const TURN_ROUNDS = 4;
const MAX_PENDING_LIVE_BYTES = 524_288;
const MAX_PENDING_ORDERED_BYTES = 131_072;

/** Shared by all subscribers: it is empty between two writes. */
const batch = new PacketBatch(WRITE_BYTES);

/**
 * Follows the log for one connected subscriber on two lanes: what comes live goes out at once, and what came late, or
 * before the subscriber was there, goes out beside it in the order of the log, marked as historical. It queues nothing
 * of its own, so a slow or frozen subscriber costs its windows and no more.
 */
export class Subscriber {
  readonly #parts: SubscriberParts;
  readonly #start: DeliveryStart;
  readonly #live: DeliveryLane;
  readonly #ordered: DeliveryLane;
  readonly #subscriptions = new Map<string, ActiveSubscription>();
  #sink: DeliverySink | undefined;
  #awaitingDrain = false;
  #turnQueued = false;
  #stopListening: () => void = () => undefined;
  delivered = 0;

  constructor(parts: SubscriberParts) {
    const { tail, tenant, monotonicMs } = parts;
    this.#parts = parts;
    this.#start = startAt(parts.position, tail.head);
    const { live, ordered, done } = this.#start;
    const common = { tail, onLoaded: () => this.wake(), onError: parts.onError };
    const pace = { targetMs: ORDERED_TARGET_MS, monotonicMs };
    this.#live = new DeliveryLane({
      ...common,
      window: new DeliveryWindow(live.cursor, { firstId: 1, size: LIVE_WINDOW }),
      cursor: live.cursor,
      stretchAfter: (cursor) => (cursor < tail.head ? { tenant, only: 'live' } : undefined),
      emit: (entry, packet) => this.#emit(this.#live, entry, packet, false),
    });
    this.#ordered = new DeliveryLane({
      ...common,
      window: new DeliveryWindow(ordered, { firstId: 1 + LIVE_WINDOW, size: ORDERED_WINDOW, pace }),
      cursor: ordered,
      stretchAfter: (cursor) => {
        const stretch = nextStretch(cursor, [...done, [live.from, this.#live.cursor]]);
        return stretch && { tenant, ...stretch };
      },
      emit: (entry, packet) => this.#emit(this.#ordered, entry, packet, true),
    });
  }

  get position(): DeliveryPosition {
    const { done, live } = this.#start;
    return positionOf(this.#ordered.window.position, done, [live.from, this.#live.window.position]);
  }

  get sentThrough(): SentThrough {
    return { live: this.#live.cursor, ordered: this.#ordered.cursor };
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

  acknowledge(messageIds: readonly number[]): void {
    for (const id of messageIds) if (!this.#live.window.acknowledge(id)) this.#ordered.window.acknowledge(id);
    if (this.#live.window.open || this.#ordered.window.open) this.wake();
  }

  wake(): void {
    const sink = this.#sink;
    if (!sink || this.#awaitingDrain || this.#turnQueued) return;
    for (let round = 0; round < TURN_ROUNDS; round += 1) {
      if (this.#mustDrain(sink, MAX_PENDING_LIVE_BYTES)) return;
      const live = this.#sendFrom(this.#live, sink);
      if (this.#mustDrain(sink, MAX_PENDING_ORDERED_BYTES)) return;
      if (!this.#sendFrom(this.#ordered, sink) && !live) return;
    }
    this.#turnQueued = true;
    setImmediate(() => {
      this.#turnQueued = false;
      this.wake();
    });
  }

  /** One write; false where there was nothing to write. */
  #sendFrom(lane: DeliveryLane, sink: DeliverySink): boolean {
    if (!lane.window.open) return false;
    lane.send();
    if (batch.length === 0) return false;
    sink.write(batch.take());
    return true;
  }

  /** Where it stops, the window or the batch is full. */
  #emit(lane: DeliveryLane, entry: LogEntry, first: number, late: boolean): number | undefined {
    const { window } = lane;
    const { sentBefore, unitOf } = this.#parts;
    const city = cityPackets(entry, late, unitOf);
    const duplicate = entry.id <= (entry.historical ? sentBefore.ordered : sentBefore.live);
    for (let index = first; index < city.packets.length; index += 1) {
      const packet = city.packets[index];
      const qos = packet && this.#qosFor(packet.levels, entry.id);
      if (!packet || qos === undefined) continue;
      if (!batch.fits(packet) || (qos === 1 && window.room === 0)) return index;
      if (qos === 1) batch.addQos1(city, packet, window.send(entry.id), duplicate);
      else batch.addQos0(city, packet);
      this.delivered += 1;
    }
    return undefined;
  }

  /** Overlapping subscriptions deliver once, at the highest quality of service (MQTT 3.1.1, 3.3.5). */
  #qosFor(levels: readonly [string, string, string], log: number): 0 | 1 | undefined {
    let best: 0 | 1 | undefined;
    for (const { filter, qos, since } of this.#subscriptions.values()) {
      if (log > since && matches(filter, levels) && (best === undefined || qos > best)) best = qos;
    }
    return best;
  }

  /** Live readings wait too: they could not pass what is in the socket already. */
  #mustDrain(sink: DeliverySink, maxBytes: number): boolean {
    if (sink.pendingBytes < maxBytes) return false;
    this.#awaitingDrain = true;
    sink.whenDrained(() => {
      this.#awaitingDrain = false;
      this.wake();
    });
    return true;
  }
}
