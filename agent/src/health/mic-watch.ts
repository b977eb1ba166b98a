import type { EventRecord } from '@vigie/contract';

interface FrameLine {
  number: number;
  at: number;
  device?: string;
  code?: string;
}

/** Less may be a neighbour's device that has the same address by chance. */
const FAILURES = 3;
const WINDOW_MS = 3_600_000;
/** The same device is told of once in this time. */
const QUIET_MS = 6 * 3_600_000;
const MAX_DEVICES = 1_000;

/** Devices of which frame after frame fails its check: a wrong key, or somebody who forges. */
export class MicWatch {
  #seen = 0;
  readonly #failures = new Map<string, { since: number; count: number }>();
  readonly #toldAt = new Map<string, number>();

  /** Takes the lines of the frame log that are new, and answers what is to be told. */
  look(lines: readonly FrameLine[]): EventRecord[] {
    const fresh = lines.filter(({ number }) => number > this.#seen);
    this.#seen = fresh.at(-1)?.number ?? this.#seen;
    return fresh.flatMap(({ device, code, at }) =>
      device !== undefined && code === 'LORAWAN_MIC_INVALID' ? this.#failed(device, at) : [],
    );
  }

  #failed(device: string, at: number): EventRecord[] {
    const known = this.#failures.get(device);
    const within = known && at - known.since < WINDOW_MS ? known : { since: at, count: 0 };
    within.count += 1;
    keep(this.#failures, device, within);
    if (within.count < FAILURES || at - (this.#toldAt.get(device) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return [];
    keep(this.#toldAt, device, at);
    const message = `${within.count} frames in ${Math.max(1, Math.round((at - within.since) / 60_000))} min`;
    return [{ kind: 'event', code: 'LORAWAN_MIC_FAILING', severity: 'warning', device, message, at }];
  }
}

function keep<T>(map: Map<string, T>, device: string, value: T): void {
  map.delete(device);
  map.set(device, value);
  if (map.size > MAX_DEVICES) map.delete(map.keys().next().value ?? '');
}
