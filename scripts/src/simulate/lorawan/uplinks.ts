import type { CityNode } from '../city.ts';
import type { CityClock } from '../city-clock.ts';
import type { Random } from '../random.ts';
import type { Air } from './air.ts';

/** A device that got no join-accept tries again after this, and a little longer each time. */
const JOIN_RETRY_MS = 6_500;
const JOIN_RETRY_SPREAD_MS = 1_500;
const JITTER_SHARE = 0.15;
/** A class A device does not send before both its windows are over. */
const AFTER_RX1_MS = 1_300;

export interface UplinksOptions {
  nodes: readonly CityNode[];
  air: Air;
  clock: CityClock;
  random: Random;
  intervalMs: number;
}

/** When each device of the city sends: spread over the interval at first, then every interval with some jitter. */
export class Uplinks {
  readonly #options: UplinksOptions;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(options: UplinksOptions) {
    this.#options = options;
  }

  start(): void {
    const { nodes, random, intervalMs } = this.#options;
    // Who must join first does so at once; who has joined is somewhere in its interval.
    for (const node of nodes)
      this.#after(node, random() * (node.mac.joined ? intervalMs : Math.min(intervalMs, JOIN_RETRY_MS)));
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #after(node: CityNode, delayMs: number): void {
    this.#timers.set(
      node.id,
      setTimeout(() => this.#send(node), delayMs),
    );
  }

  #send(node: CityNode): void {
    const { air, clock, random, intervalMs } = this.#options;
    const realMs = Date.now();
    const joining = !node.mac.joined;
    air.send(node.id, node.mac, node.mac.transmit(clock.at(realMs), realMs));
    const pauseMs = intervalMs * (1 + JITTER_SHARE * (2 * random() - 1));
    const listenMs = node.mac.rx1DelaySeconds * 1_000 + AFTER_RX1_MS;
    this.#after(node, joining ? JOIN_RETRY_MS + random() * JOIN_RETRY_SPREAD_MS : Math.max(pauseMs, listenMs));
  }
}
