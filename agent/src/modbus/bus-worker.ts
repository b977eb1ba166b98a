import type { Stage } from '../ledger.ts';
import type { DevicePoller, Polled, PollFailure } from './device-poller.ts';
import type { Link } from './link.ts';

export interface BusWorkerOptions {
  link: Link;
  /** A port of the machine, to be opened again as soon as it is back; a network is connected to when it is needed. */
  isPort: boolean;
  /** The connection is given free whenever nothing is to be asked. */
  closeAfterPoll?: boolean;
  polls: Stage;
  monotonicMs: () => number;
  /** Resolves when the pipeline is done with the image. */
  deliver: (poller: DevicePoller, polled: Polled) => Promise<void>;
  failed: (poller: DevicePoller, code: PollFailure, detail: string) => void;
}

/** Images that the pipeline has not finished with; beyond it polling waits rather than fill the memory. */
const MAX_UNDELIVERED = 64;
const LONGEST_SLEEP_MS = 1_000;

/**
 * The one user of a link. Tasks (writes) go before the next request of any poll; of the polls the one with the nearest
 * deadline goes first, request by request, so that a fast alarm input is not held up by a long meter.
 */
export class BusWorker {
  readonly link: Link;
  readonly #options: BusWorkerOptions;
  readonly #tasks: (() => Promise<void>)[] = [];
  #pollers: DevicePoller[] = [];
  readonly #undelivered = new Set<Promise<void>>();
  #wake: (() => void) | undefined;
  #stopped = false;
  #running: Promise<void> | undefined;

  constructor(options: BusWorkerOptions) {
    this.#options = options;
    this.link = options.link;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    await this.link.close();
    await this.#running;
    await Promise.all(this.#undelivered);
  }

  /** Polls that were begun and are neither handed over nor failed. */
  get held(): number {
    return this.#undelivered.size + this.#pollers.filter((poller) => poller.polling).length;
  }

  get pollers(): readonly DevicePoller[] {
    return this.#pollers;
  }

  use(pollers: DevicePoller[]): void {
    const gone = this.#pollers.filter((poller) => !pollers.includes(poller));
    this.#pollers = pollers;
    this.#cancel(gone);
    this.#wake?.();
  }

  /** Uses the link before any further poll, as soon as the request under way has ended. */
  first<T>(use: (link: Link) => Promise<T>): Promise<T> {
    // A stopped link refuses by itself.
    if (this.#stopped) return use(this.link);
    return new Promise((resolve, reject) => {
      this.#tasks.push(() => use(this.link).then(resolve, reject));
      this.#wake?.();
    });
  }

  /** Something is due earlier than it was. */
  wake(): void {
    this.#wake?.();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const task = this.#tasks.shift();
      if (task) {
        await task();
        continue;
      }
      const poller = this.#undelivered.size < MAX_UNDELIVERED ? this.#mostUrgent() : undefined;
      if (poller) await this.#step(poller);
      else if (this.#options.isPort && this.#reopenInMs() <= 0) await this.#reopen();
      else {
        if (this.#options.closeAfterPoll) await this.link.release();
        await this.#sleep();
      }
    }
    for (const task of this.#tasks.splice(0)) await task();
    this.#cancel(this.#pollers);
  }

  #cancel(pollers: readonly DevicePoller[]): void {
    for (const poller of pollers) {
      if (!poller.polling) continue;
      this.#options.polls.drop('MODBUS_CANCELLED');
      poller.abandon();
    }
  }

  #mostUrgent(): DevicePoller | undefined {
    const now = this.#options.monotonicMs();
    let best: DevicePoller | undefined;
    for (const poller of this.#pollers) {
      if (!poller.polling && poller.dueAt > now) continue;
      if (!best || poller.deadline < best.deadline) best = poller;
    }
    return best;
  }

  /** How long until a lost port may be tried again. */
  #reopenInMs(): number {
    return this.link.connected ? Number.POSITIVE_INFINITY : this.link.retryAt - this.#options.monotonicMs();
  }

  async #reopen(): Promise<void> {
    await this.link.open();
    if (this.link.connected) for (const poller of this.#pollers) poller.connected();
  }

  async #step(poller: DevicePoller): Promise<void> {
    if (!poller.polling) {
      this.#options.polls.in();
      poller.begin();
    }
    const wasConnected = this.link.connected;
    const result = await poller.step(this.link, this.#othersAreWell(poller));
    // A poller that a new configuration took away meanwhile was counted as cancelled then.
    if (!this.#pollers.includes(poller)) return;
    if (!wasConnected && this.link.connected) for (const other of this.#pollers) other.connected();
    if (result.kind === 'failed') {
      this.#options.polls.drop(result.code);
      this.#options.failed(poller, result.code, result.detail);
    } else if (result.kind === 'image') {
      if (result.failure) this.#options.failed(poller, result.failure.code, result.failure.detail);
      this.#deliver(poller, result);
    }
  }

  /** A silent slave takes time from those that answer, and only from them. */
  #othersAreWell(poller: DevicePoller): boolean {
    return this.#pollers.some((other) => other !== poller && other.statistics.isWell);
  }

  #deliver(poller: DevicePoller, polled: Polled): void {
    const delivery = this.#options
      .deliver(poller, polled)
      .then(
        () => this.#options.polls.out(),
        () => this.#options.polls.drop('INTERNAL'),
      )
      .finally(() => {
        this.#undelivered.delete(delivery);
        this.#wake?.();
      });
    this.#undelivered.add(delivery);
  }

  #sleep(): Promise<void> {
    const now = this.#options.monotonicMs();
    const full = this.#undelivered.size >= MAX_UNDELIVERED;
    const pollInMs = full ? LONGEST_SLEEP_MS : Math.min(...this.#pollers.map((poller) => poller.dueAt - now));
    const dueInMs = this.#options.isPort ? Math.min(pollInMs, this.#reopenInMs()) : pollInMs;
    return new Promise((resolve) => {
      const awake = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(awake, Math.max(1, Math.min(LONGEST_SLEEP_MS, Math.ceil(dueInMs))));
      this.#wake = awake;
    });
  }
}
