/** Two connections that throw each other out. */
export interface Takeover {
  from: string;
  to: string;
}

interface History {
  /** When one connection replaced another that was still open, with the addresses of both. */
  takeovers: { atMs: number; from: string; to: string }[];
}

const WINDOW_MS = 5 * 60_000;
/** A gateway that changes its uplink moves to and fro a few times; two that hold one identity never stop. */
const TURNS_OF_TWO_ADDRESSES = 4;
/** From behind one address a bad line looks the same, but slower. */
const TURNS_OF_ONE_ADDRESS = 12;
const MAX_GATEWAYS = 20_000;

/** Notices that one identity is used in two places: two connections that take turns, each throwing the other out. */
export class CloneWatch {
  readonly #monotonicMs: () => number;
  readonly #histories = new Map<string, History>();

  constructor(monotonicMs: () => number = () => performance.now()) {
    this.#monotonicMs = monotonicMs;
  }

  /** Both addresses where it looks like a clone, and undefined where it may be the gateway itself. */
  takenOver(gateway: string, { from, to }: Takeover): Takeover | undefined {
    const now = this.#monotonicMs();
    const before = this.#histories.get(gateway)?.takeovers.filter(({ atMs }) => now - atMs < WINDOW_MS) ?? [];
    const takeovers = [...before.slice(-TURNS_OF_ONE_ADDRESS), { atMs: now, from, to }];
    this.#histories.delete(gateway);
    this.#histories.set(gateway, { takeovers });
    if (this.#histories.size > MAX_GATEWAYS) this.#histories.delete(this.#histories.keys().next().value ?? '');
    const between = takeovers.filter((takeover) => takeover.from !== takeover.to);
    const last = between.at(-1);
    if (last && between.length >= TURNS_OF_TWO_ADDRESSES) return { from: last.from, to: last.to };
    return takeovers.length >= TURNS_OF_ONE_ADDRESS ? { from, to } : undefined;
  }
}
