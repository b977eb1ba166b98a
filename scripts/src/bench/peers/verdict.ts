import type { Poll } from './load.ts';

export interface Verdict {
  answered: number;
  /** Polls that the slave answered and that never arrived. */
  lost: number;
  /** Arrivals beyond the first of each poll. */
  duplicates: number;
  /** Polls that arrived although no slave answered them: a fault of the bench. */
  unknown: number;
}

/**
 * Holds what arrived against what the slaves answered from poll `from` of each slave on. `answered` are the numbers of
 * each slave; a number stands once, however often the slave was asked for it.
 */
export function verdictOf(
  answered: readonly (readonly number[])[],
  arrived: readonly Poll[],
  from: readonly number[] = [],
): Verdict {
  const open = answered.map((numbers, slave) => new Set(numbers.filter((number) => number >= (from[slave] ?? 0))));
  const verdict = {
    answered: open.reduce((sum, numbers) => sum + numbers.size, 0),
    lost: 0,
    duplicates: 0,
    unknown: 0,
  };
  const seen = answered.map(() => new Set<number>());
  for (const { slave, number } of arrived) {
    if (number < (from[slave] ?? 0)) continue;
    if (seen[slave]?.has(number)) verdict.duplicates += 1;
    else if (!open[slave]?.delete(number)) verdict.unknown += 1;
    seen[slave]?.add(number);
  }
  return { ...verdict, lost: open.reduce((sum, numbers) => sum + numbers.size, 0) };
}
