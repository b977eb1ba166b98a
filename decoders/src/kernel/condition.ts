import { bitsOf } from './byte-reader.ts';
import type { Condition } from './payload-layout.ts';

/** What a condition can look at: the payload, how much of it is left, and what was read before by its name. */
export interface Sight {
  bytes: Uint8Array;
  remaining: number;
  named: ReadonlyMap<string, number>;
}

export type Check = (sight: Sight) => boolean;

/** Reads a condition once, for all payloads that come later. */
export function checkOf(condition: Condition): Check {
  const { name, byte, remaining = 0 } = condition;
  const all = condition.all?.map(checkOf);
  const any = condition.any?.map(checkOf);
  const fits = fitOf(condition);
  return (sight) => {
    if (sight.remaining < remaining) return false;
    if (all && !all.every((check) => check(sight))) return false;
    if (any && !any.some((check) => check(sight))) return false;
    if (name !== undefined) return fits(sight.named.get(name));
    return byte === undefined || fits(sight.bytes[byte]);
  };
}

/** Whether a number is what a condition asks for; none never is. */
function fitOf({ bits, equals, not, atLeast, below }: Condition): (whole: number | undefined) => boolean {
  return (whole) => {
    if (whole === undefined) return false;
    const value = bits ? bitsOf(whole, bits) : whole;
    if (equals !== undefined && !among(value, equals)) return false;
    if (atLeast !== undefined && value < atLeast) return false;
    if (below !== undefined && value >= below) return false;
    return not === undefined || !among(value, not);
  };
}

function among(value: number, wanted: number | readonly number[]): boolean {
  return typeof wanted === 'number' ? value === wanted : wanted.includes(value);
}
