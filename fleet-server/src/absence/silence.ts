/** Arrival times that are kept of a device, the newest last. */
export const TIMES_KEPT = 20;

/**
 * Frames in a row that must be missing: with independent loss p, k in a row are missing with probability p^k; for p = 10 % and
 * one false alarm in 10,000 checks k = ⌈ln 10⁻⁴ / ln 0.1⌉ = 4. Losses come in bursts, so that this is the least.
 */
const MISSED_IN_A_ROW = 4;
/** Fewer gaps than this say nothing of a device's habits. */
const LEAST_GAPS = 5;
/** What reports on change has no interval: it is given twice the pause that it seldom exceeds. */
const QUANTILE = 0.95;
const PAUSES = 2;
/** A device that speaks every few seconds is not called silent for a short loss of its radio. */
const LEAST_LIMIT_MS = 5 * 60_000;
/** Frames that come closer together than this are one message: repetitions, or a message in several parts. */
const ONE_MESSAGE_MS = 2_000;

/** The device's times with these added, in order, the newest only. */
export function addTimes(known: readonly number[], heard: readonly number[]): number[] {
  const times: number[] = [];
  for (const time of [...known, ...heard].sort((a, b) => a - b)) {
    const last = times.at(-1);
    if (last === undefined || time - last > ONE_MESSAGE_MS) times.push(time);
    else times[times.length - 1] = time;
  }
  return times.slice(-TIMES_KEPT);
}

/** How long a device may be unheard before it counts as silent, by its own past; undefined where that says too little. */
export function silenceLimitMs(times: readonly number[]): number | undefined {
  const gaps = times
    .slice(1)
    .map((time, index) => time - (times[index] ?? time))
    .sort((a, b) => a - b);
  if (gaps.length < LEAST_GAPS) return undefined;
  const interval = gaps[Math.floor((gaps.length - 1) / 2)] ?? 0;
  const seldomExceeded = gaps[Math.ceil(gaps.length * QUANTILE) - 1] ?? interval;
  return Math.max(LEAST_LIMIT_MS, MISSED_IN_A_ROW * interval, PAUSES * seldomExceeded);
}
