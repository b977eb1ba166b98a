/** Ids after `after` and up to `through`. */
export type LogRange = readonly [after: number, through: number];

/**
 * How far a subscriber has the log: all of it up to `ordered`, and above that what came live within the ranges, which
 * rise and do not overlap. The last range is the one that the live lane goes on with.
 */
export interface DeliveryPosition {
  ordered: number;
  live: readonly LogRange[];
}

/** Each is a jump of the live lane; with more of them the oldest is forgotten, and what it covers is delivered again. */
const MAX_RANGES = 16;
/** So many records are brought up in their order before the present; with more, the present goes first. */
const MAX_IN_ORDER = 20_000;

export interface DeliveryStart {
  ordered: number;
  /** Ranges of live records that are done, below the live lane. */
  done: LogRange[];
  /** The live lane has done what is after `from` up to `cursor`, where it goes on. */
  live: { from: number; cursor: number };
}

/** Where the lanes of a session begin when its subscriber comes back. */
export function startAt({ ordered, live }: DeliveryPosition, head: number): DeliveryStart {
  const last = live.at(-1) ?? [ordered, ordered];
  const [from, cursor] = last;
  if (head - cursor <= MAX_IN_ORDER) return { ordered, done: live.slice(0, -1), live: { from, cursor } };
  const done = live.slice(-(MAX_RANGES - 1));
  return { ordered, done, live: { from: head, cursor: head } };
}

/** What is to be remembered of both lanes; `live` as far as it was acknowledged. */
export function positionOf(ordered: number, done: readonly LogRange[], live: LogRange): DeliveryPosition {
  const position = Math.min(ordered, live[1]);
  return { ordered: position, live: [...done, live].filter(([, through]) => through > position) };
}

/** What the ordered lane has to send next after its cursor: everything, or within a range only what came late. */
export function nextStretch(cursor: number, ranges: readonly LogRange[]): { until: number; only?: 'late' } | undefined {
  for (const [after, through] of ranges) {
    if (cursor < after) return { until: after };
    if (cursor < through) return { until: through, only: 'late' };
  }
  return undefined;
}
