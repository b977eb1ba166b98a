import type { Clock } from '../clock.ts';

interface Failures {
  count: number;
  since: number;
}

const MAX_KEYS = 50_000;

/** Counts failures by key (an address, an account) and locks it for a while when there are too many. */
export class AttemptLimit {
  readonly #failures = new Map<string, Failures>();
  readonly #clock: Clock;
  readonly #max: number;
  readonly #windowMs: number;

  constructor(clock: Clock, limits: { max: number; windowMs: number }) {
    this.#clock = clock;
    this.#max = limits.max;
    this.#windowMs = limits.windowMs;
  }

  locked(key: string): boolean {
    return (this.#current(key)?.count ?? 0) >= this.#max;
  }

  fail(key: string): void {
    const failures = this.#current(key) ?? { count: 0, since: this.#clock.now() };
    failures.count += 1;
    // Reaching the limit starts the full waiting time.
    if (failures.count === this.#max) failures.since = this.#clock.now();
    this.#failures.delete(key);
    this.#failures.set(key, failures);
    if (this.#failures.size > MAX_KEYS) this.#failures.delete(this.#failures.keys().next().value ?? '');
  }

  succeed(key: string): void {
    this.#failures.delete(key);
  }

  #current(key: string): Failures | undefined {
    const failures = this.#failures.get(key);
    if (failures && this.#clock.now() - failures.since < this.#windowMs) return failures;
    this.#failures.delete(key);
    return undefined;
  }
}

/** Who is behind an address: an IPv6 customer holds a whole /64. */
export function addressKey(address: string): string {
  if (!address.includes(':')) return address;
  if (address.startsWith('::ffff:')) return address.slice('::ffff:'.length);
  const [head = '', tail = ''] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const full = address.includes('::')
    ? [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0'), ...right]
    : left;
  return full.slice(0, 4).join(':');
}
