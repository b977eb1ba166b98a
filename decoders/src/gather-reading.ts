import type { Reading } from '@vigie/contract';
import { doubted } from './normalise.ts';

/** By so much two numbers may differ that a device tells of one thing, since it rounds them differently. */
const ROUNDING = 0.02;

/**
 * Adds a reading to those of a message. Of two of one quantity and channel one is kept: the later (states are given in
 * rising priority) or the first (the device's own, before what it repeats in another unit). Numbers that contradict each
 * other make it uncertain. False where there is no room for another.
 */
export function gatherReading(
  readings: Reading[],
  reading: Reading,
  { keep, most }: { keep: 'first' | 'last'; most: number },
): boolean {
  const at = placeOf(readings, reading);
  const known = readings[at];
  if (!known) {
    if (readings.length >= most) return false;
    readings.push(reading);
    return true;
  }
  const kept = keep === 'last' ? reading : known;
  readings[at] = contradict(known.value, reading.value) ? doubted(kept, 'contradicted') : kept;
  return true;
}

/** Behind the last where there is none of the same quantity and channel. */
function placeOf(readings: readonly Reading[], { quantity, channel }: Reading): number {
  let at = 0;
  for (const other of readings) {
    if (other.quantity === quantity && other.channel === channel) return at;
    at += 1;
  }
  return at;
}

function contradict(one: number | string, other: number | string): boolean {
  if (typeof one !== 'number' || typeof other !== 'number') return false;
  return Math.abs(one - other) > ROUNDING * Math.max(Math.abs(one), Math.abs(other));
}
