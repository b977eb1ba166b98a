import type { Reading } from '@vigie/contract';
import { gatherReading } from '../gather-reading.ts';
import type { Gathered, MappedValue, ParsedPayload, ParsedValue } from './payload-layout.ts';
import { type Scaler, scalerOf } from './scale.ts';
import { MAX_READINGS } from './walk.ts';

interface Target {
  quantity: string;
  channel: string | undefined;
  scale: Scaler;
}

/** Makes ready how what a `parse` has read becomes readings. Names without a meaning are left out. */
export function mappingOf(
  map: Readonly<Record<string, MappedValue>> = {},
): (parsed: ParsedPayload) => Omit<Gathered, 'named'> {
  const targets = new Map<string, Target>(
    Object.entries(map).map(([name, target]) => [
      name,
      { quantity: target.quantity, channel: target.channel, scale: scalerOf(target) },
    ]),
  );
  return ({ values, deviceAt, samples = [], memory = {}, alarm = false, warnings = [] }) => ({
    readings: readingsOf(targets, values),
    samples: samples.flatMap(({ values: own, ...time }) => {
      const readings = readingsOf(targets, own);
      return readings.length === 0 ? [] : [{ ...time, readings }];
    }),
    memory: { ...memory },
    alarm,
    warnings: [...warnings],
    ...(deviceAt === undefined ? {} : { deviceAt }),
  });
}

/** Formats may tell a quantity again, in another unit or of another register: the first is the device's own. */
function readingsOf(targets: ReadonlyMap<string, Target>, values: readonly ParsedValue[]): Reading[] {
  const readings: Reading[] = [];
  for (const { name, value, channel: own } of values) {
    const target = targets.get(name);
    const result = typeof value === 'string' ? value : target?.scale(value);
    if (!target || result === undefined) continue;
    const { quantity, channel = own } = target;
    const reading = channel === undefined ? { quantity, value: result } : { quantity, channel, value: result };
    gatherReading(readings, reading, { keep: 'first', most: MAX_READINGS });
  }
  return readings;
}
