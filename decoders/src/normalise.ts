import type { ErrorCode, QualityReason, Reading } from '@vigie/contract';
import type { Decoded } from './definition.ts';
import type { Quantity } from './quantity.ts';
import { withoutFloatError } from './units.ts';
import { findQuantity } from './vocabulary.ts';

/** A reading that the vocabulary does not allow: a mistake in a definition or in a mapping, to be counted and told. */
export interface RejectedReading {
  reading: Reading;
  code: ErrorCode;
  message: string;
}

export interface Normalised {
  readings: Reading[];
  rejected: RejectedReading[];
}

/** Share of a unit by which a scaled counter may miss an integer through binary fractions. */
const FLOAT_ERROR = 1e-6;

/**
 * Checks what a device said against the vocabulary. Values out of bounds are delivered as uncertain; counters become
 * multiples of their resolution (whole steps passed, as a register shows them); NaN and infinities are absent; an unknown quantity, a word
 * that a state does not have or a value of the wrong type is rejected.
 */
export function normalise({ readings }: Pick<Decoded, 'readings'>): Normalised {
  const result: Normalised = { readings: [], rejected: [] };
  for (const reading of readings) {
    if (typeof reading.value === 'number' && !Number.isFinite(reading.value)) continue;
    const quantity = findQuantity(reading.quantity);
    if (!quantity) {
      result.rejected.push({
        reading,
        code: 'QUANTITY_UNKNOWN',
        message: `${reading.quantity} is not in the vocabulary`,
      });
      continue;
    }
    const checked = checkValue(reading, quantity);
    if ('code' in checked) result.rejected.push(checked);
    else result.readings.push(checked);
  }
  return result;
}

function checkValue(reading: Reading, quantity: Quantity): Reading | RejectedReading {
  const { value } = reading;
  const reject = (message: string): RejectedReading => ({ reading, code: 'VALUE_INVALID', message });
  if (quantity.kind === 'state') {
    if (typeof value !== 'string' || value === '') return reject(`${reading.quantity} is a state and wants a word`);
    if (quantity.states && !quantity.states.includes(value)) return reject(`${reading.quantity} has no state ${value}`);
    return reading;
  }
  if (quantity.kind === 'time') {
    return typeof value === 'string' && isUtcTime(value)
      ? reading
      : reject(`${reading.quantity} wants ISO 8601 in UTC`);
  }
  if (typeof value !== 'number') return reject(`${reading.quantity} wants a number`);
  const number = quantity.kind === 'counter' ? wholeSteps(value, quantity.resolution) : value;
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = quantity;
  const delivered = number === value ? reading : { ...reading, value: number };
  return number < minimum || number > maximum ? doubted(delivered, 'outOfBounds') : delivered;
}

/** A reading marked as uncertain for one more reason; a bad one stays bad. */
export function doubted(reading: Reading, reason: QualityReason): Reading {
  const reasons = reading.reasons ?? [];
  return {
    ...reading,
    quality: reading.quality === 'bad' ? 'bad' : 'uncertain',
    reasons: reasons.includes(reason) ? reasons : [...reasons, reason],
  };
}

function wholeSteps(value: number, resolution = 1): number {
  const steps = resolution === 1 ? value : withoutFloatError(value / resolution);
  const nearest = Math.round(steps);
  const whole = Math.abs(steps - nearest) <= FLOAT_ERROR ? nearest : Math.floor(steps);
  return resolution === 1 ? whole : withoutFloatError(whole * resolution);
}

function isUtcTime(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/.test(text) && !Number.isNaN(Date.parse(text));
}
