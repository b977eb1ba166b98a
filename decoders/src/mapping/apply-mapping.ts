import type { Reading } from '@vigie/contract';
import type { DecodeOutcome, TimedSample } from '../definition.ts';
import { gatherReading } from '../gather-reading.ts';
import type { CodecOutput } from '../sandbox/codec-call.ts';
import { convert, withoutFloatError } from '../units.ts';
import { findQuantity } from '../vocabulary.ts';
import type { CodecMapping, MappedReading, MappingCondition } from './codec-mapping.ts';
import { timeAt } from './codec-time.ts';
import { numberInWords } from './number-in-words.ts';
import { find } from './value-path.ts';

const MAX_READINGS = 256;
const MAX_SAMPLE_READINGS = 64;
const MAX_SAMPLES = 512;
const MESSAGE_LENGTH = 256;

/** Turns what a codec returned for an uplink into readings, as the mapping says. Errors of the codec are an outcome. */
export function applyMapping(mapping: CodecMapping, output: CodecOutput): DecodeOutcome {
  const { errors, data } = output;
  if (Array.isArray(errors) && errors.length > 0) {
    return { ok: false, code: 'DECODE_FAILED', message: errors.map(String).join('; ').slice(0, MESSAGE_LENGTH) };
  }
  if (data === undefined || data === null)
    return { ok: false, code: 'DECODE_UNKNOWN', message: 'the codec says nothing of this frame' };
  const readings = mappedIn(data, mapping.readings, MAX_READINGS);
  const samples = samplesIn(data, mapping);
  const alarm = mapping.alarm?.some((condition) => holds(condition, data)) ?? false;
  if (readings.length === 0 && samples.length === 0 && !alarm)
    return { ok: false, code: 'DECODE_EMPTY', message: 'the mapping finds nothing in this message' };
  const deviceAt = mapping.deviceAt && timeAt(data, mapping.deviceAt);
  const warnings = Array.isArray(output.warnings)
    ? output.warnings.map((one) => String(one).slice(0, MESSAGE_LENGTH))
    : [];
  return {
    ok: true,
    decoded: {
      readings,
      ...(deviceAt === undefined ? {} : { deviceAt }),
      ...(samples.length === 0 ? {} : { samples }),
      ...(alarm ? { alarm } : {}),
      ...(warnings.length === 0 ? {} : { warnings }),
    },
  };
}

/** Rules that give no reading of what the codec returned: a name that changed, or a message of another kind. */
export function idleRules({ readings }: CodecMapping, data: unknown): MappedReading[] {
  return readings.filter((rule) => mappedIn(data, [rule], 1).length === 0);
}

function mappedIn(data: unknown, rules: readonly MappedReading[], most: number): Reading[] {
  const readings: Reading[] = [];
  for (const rule of rules) {
    const found = holdAll(rule.when, data) ? readingsOf(rule, data) : [];
    for (const reading of found) gatherReading(readings, reading, { keep: 'last', most });
  }
  return readings;
}

/** A sample without a time is left out: it is not of now. */
function samplesIn(data: unknown, { samples = [] }: CodecMapping): TimedSample[] {
  return samples
    .flatMap(({ path, at: time, readings: rules }) =>
      find(data, path).flatMap(({ value: item }) => {
        const at = timeAt(item, time);
        const readings = mappedIn(item, rules, MAX_SAMPLE_READINGS);
        return at === undefined || readings.length === 0 ? [] : [{ at, readings }];
      }),
    )
    .slice(0, MAX_SAMPLES);
}

function readingsOf(rule: MappedReading, data: unknown): Reading[] {
  return find(data, rule.path).flatMap(({ value: raw, index }) => {
    const value = valueOfRule(raw, rule);
    if (value === undefined) return [];
    const channel = channelOf(rule.channel, data, index);
    return [{ quantity: rule.quantity, ...(channel === undefined ? {} : { channel }), value }];
  });
}

function valueOfRule(raw: unknown, rule: MappedReading): string | number | undefined {
  const { absent, states, text, scale = 1, offset = 0, unit } = rule;
  if (raw === undefined || raw === null || absent?.some((one) => one === raw)) return undefined;
  if (states) return Object.hasOwn(states, String(raw)) ? states[String(raw)] : undefined;
  // A text that is no number stays one, and is refused as such.
  const value = text === 'number' && typeof raw === 'string' ? (numberInWords(raw, rule.decimalMark) ?? raw) : raw;
  if (typeof value === 'string') return value;
  if (typeof value !== 'number' || Number.isNaN(value)) return undefined;
  const scaled = scale === 1 && offset === 0 ? value : withoutFloatError(value * scale + offset);
  return unit === undefined ? scaled : inOurUnit(scaled, unit, rule.quantity);
}

function inOurUnit(value: number, unit: string, quantity: string): number | undefined {
  const conversion = convert(value, unit, findQuantity(quantity)?.unit ?? unit);
  return conversion.ok ? conversion.value : undefined;
}

function channelOf(channel: MappedReading['channel'], data: unknown, index: number): string | undefined {
  if (channel === undefined || typeof channel === 'string') return channel;
  const { prefix = '' } = channel;
  if ('index' in channel) return `${prefix}${index + 1}`;
  const path = channel.path.replace('[*]', `[${index}]`);
  const [found] = find(data, path);
  if (found === undefined || found.value === undefined || found.value === null) return undefined;
  const word = String(found.value);
  const ours = channel.map && Object.hasOwn(channel.map, word) ? channel.map[word] : word;
  return `${prefix}${ours}`.replaceAll(/[^A-Za-z0-9_+-]/g, '-').slice(0, 32);
}

function holdAll(conditions: readonly MappingCondition[] | undefined, data: unknown): boolean {
  return conditions?.every((condition) => holds(condition, data)) ?? true;
}

function holds({ path, equals, not }: MappingCondition, data: unknown): boolean {
  const [found] = find(data, path);
  if (found?.value === undefined) return false;
  return (equals === undefined || found.value === equals) && (not === undefined || found.value !== not);
}
