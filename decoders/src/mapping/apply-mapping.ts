import type { Reading } from '@vigie/contract';
import type { DecodeOutcome } from '../definition.ts';
import type { CodecOutput } from '../sandbox/codec-call.ts';
import { convert, withoutFloatError } from '../units.ts';
import { findQuantity } from '../vocabulary.ts';
import type { CodecMapping, MappedReading, MappingCondition } from './codec-mapping.ts';

/** A value in the codec's output and the item that the last `[*]` on the way to it stands at. */
interface Found {
  value: unknown;
  index: number;
}

const MAX_READINGS = 256;
const MESSAGE_LENGTH = 256;

/** Turns what a codec returned for an uplink into readings, as the mapping says. Errors of the codec are an outcome. */
export function applyMapping(mapping: CodecMapping, output: CodecOutput): DecodeOutcome {
  const { errors, data } = output;
  if (Array.isArray(errors) && errors.length > 0) {
    return { ok: false, code: 'DECODE_FAILED', message: errors.map(String).join('; ').slice(0, MESSAGE_LENGTH) };
  }
  const readings = mapping.readings
    .flatMap((rule) => (holdAll(rule.when, data) ? readingsOf(rule, data) : []))
    .slice(0, MAX_READINGS);
  if (readings.length === 0)
    return { ok: false, code: 'DECODE_EMPTY', message: 'the mapping finds nothing in this message' };
  const deviceAt = timeOf(mapping, data);
  const alarm = mapping.alarm?.some((condition) => holds(condition, data)) ?? false;
  const warnings = Array.isArray(output.warnings)
    ? output.warnings.map((one) => String(one).slice(0, MESSAGE_LENGTH))
    : [];
  return {
    ok: true,
    decoded: {
      readings,
      ...(deviceAt === undefined ? {} : { deviceAt }),
      ...(alarm ? { alarm } : {}),
      ...(warnings.length === 0 ? {} : { warnings }),
    },
  };
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
  const value = text === 'number' && typeof raw === 'string' ? Number.parseFloat(raw) : raw;
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

function timeOf({ deviceAt }: CodecMapping, data: unknown): number | undefined {
  const [found] = deviceAt ? find(data, deviceAt.path) : [];
  if (!deviceAt || !found) return undefined;
  const { value } = found;
  const at =
    typeof value === 'number' ? value * (deviceAt.format === 'seconds' ? 1_000 : 1) : Date.parse(String(value));
  return Number.isFinite(at) ? Math.round(at) : undefined;
}

function holdAll(conditions: readonly MappingCondition[] | undefined, data: unknown): boolean {
  return conditions?.every((condition) => holds(condition, data)) ?? true;
}

function holds({ path, equals, not }: MappingCondition, data: unknown): boolean {
  const [found] = find(data, path);
  if (found?.value === undefined) return false;
  return (equals === undefined || found.value === equals) && (not === undefined || found.value !== not);
}

/** All values at a path; own properties only. */
function find(data: unknown, path: string): Found[] {
  const steps = path.match(/[^.[\]]+|\*/g) ?? [];
  let found: Found[] = [{ value: data, index: 0 }];
  for (const step of steps) {
    found = found.flatMap(({ value, index }) => {
      if (step === '*')
        return Array.isArray(value) ? value.map((item: unknown, at) => ({ value: item, index: at })) : [];
      if (value === null || typeof value !== 'object' || !Object.hasOwn(value, step)) return [];
      return [{ value: (value as Record<string, unknown>)[step], index }];
    });
  }
  return found;
}
