import type { Socket } from 'node:net';
import type { ListenerLimits } from './listener-limits.ts';

type QueueLimits = Pick<
  ListenerLimits,
  'handshakes' | 'handshakesPerAddress' | 'handshakesPerSecond' | 'handshakeBurst'
>;

interface Waiting {
  raw: Socket;
  begin: () => void;
}

interface Source {
  running: number;
  waiting: Waiting[];
  /** Handshakes that may begin at once. */
  tokens: number;
  filledAtMs: number;
}

const REFILL_MS = 100;
/** A handshake takes the event loop a millisecond or two, and whoever is connected waits for as many as begin at once. */
const BEGINS_A_TURN = 2;
const MS_PER_S = 1_000;

/**
 * Places for TLS handshakes, whose arithmetic is the dearest that a stranger can ask for. They go round by address, so that
 * many that come from one wait for each other and not in front of everybody else. In each turn of the event loop a few begin,
 * so that those who are connected have their turns between them.
 */
export class HandshakeQueue {
  readonly #limits: QueueLimits;
  readonly #monotonicMs: () => number;
  readonly #sources = new Map<string, Source>();
  /** Addresses of which somebody waits; who was served goes to the end. */
  readonly #inLine = new Set<string>();
  /** Whose place each running handshake holds. */
  readonly #running = new Map<Socket, string>();
  readonly #timer: NodeJS.Timeout;
  #begun = 0;
  #nextTurn: NodeJS.Immediate | undefined;

  constructor(limits: QueueLimits, monotonicMs: () => number) {
    this.#limits = limits;
    this.#monotonicMs = monotonicMs;
    this.#timer = setInterval(() => this.#refill(), REFILL_MS);
    this.#timer.unref();
  }

  enter(raw: Socket, address: string, begin: () => void): void {
    const fresh = { running: 0, waiting: [], tokens: this.#limits.handshakeBurst, filledAtMs: this.#monotonicMs() };
    const source = this.#sources.get(address) ?? fresh;
    this.#sources.set(address, source);
    source.waiting.push({ raw, begin });
    this.#inLine.add(address);
    this.#proceed();
  }

  /** The handshake is over, one way or the other, or its socket went while it waited. */
  left(raw: Socket): void {
    const address = this.#running.get(raw);
    if (address === undefined) return;
    this.#running.delete(raw);
    const source = this.#sources.get(address);
    if (source) source.running -= 1;
    this.#proceed();
  }

  stop(): void {
    clearInterval(this.#timer);
    clearImmediate(this.#nextTurn);
  }

  #proceed(): void {
    for (const address of [...this.#inLine]) {
      if (this.#running.size >= this.#limits.handshakes) return;
      if (this.#begun >= BEGINS_A_TURN) break;
      this.#beginOf(address);
    }
    if (this.#begun > 0) this.#nextTurn ??= setImmediate(() => this.#turned());
  }

  #turned(): void {
    this.#nextTurn = undefined;
    this.#begun = 0;
    this.#proceed();
  }

  #beginOf(address: string): void {
    const source = this.#sources.get(address);
    this.#inLine.delete(address);
    if (!source) return;
    const { handshakes, handshakesPerAddress } = this.#limits;
    while (source.waiting.length > 0 && source.running < handshakesPerAddress && source.tokens >= 1) {
      if (this.#running.size >= handshakes || this.#begun >= BEGINS_A_TURN) break;
      const next = source.waiting.shift();
      if (!next || next.raw.destroyed) continue;
      this.#begun += 1;
      source.running += 1;
      source.tokens -= 1;
      this.#running.set(next.raw, address);
      next.begin();
    }
    if (source.waiting.length > 0) this.#inLine.add(address);
  }

  #refill(): void {
    const now = this.#monotonicMs();
    const { handshakesPerSecond, handshakeBurst } = this.#limits;
    for (const [address, source] of this.#sources) {
      const gained = ((now - source.filledAtMs) / MS_PER_S) * handshakesPerSecond;
      source.tokens = Math.min(handshakeBurst, source.tokens + gained);
      source.filledAtMs = now;
      source.waiting = source.waiting.filter(({ raw }) => !raw.destroyed);
      const idle = source.waiting.length === 0 && source.running === 0;
      if (idle && source.tokens >= handshakeBurst) this.#sources.delete(address);
    }
    this.#proceed();
  }
}
