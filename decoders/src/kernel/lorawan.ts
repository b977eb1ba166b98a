import type { Reading } from '@vigie/contract';
import type { DecodeOutcome, LorawanDefinition, UplinkInput } from '../definition.ts';
import { ByteReader, PayloadTooShort } from './byte-reader.ts';
import type { Condition, Gathered, Layout, LorawanSpec, ParsedPayload } from './payload-layout.ts';
import { scaledValue } from './scale.ts';
import { PayloadMismatch, walkLayout } from './walk-layout.ts';

/** A definition that is made from data, and keeps it so that the catalogue can be checked. */
export interface DeclaredLorawan extends LorawanDefinition {
  spec: LorawanSpec;
}

/** Makes a definition of a device that is described as data. */
export function lorawan(spec: LorawanSpec): DeclaredLorawan {
  const { id, version, vendor, title, domain, source, commands, rollsOverAt, partOf } = spec;
  return {
    protocol: 'lorawan',
    id,
    version,
    vendor,
    title,
    domain,
    source,
    ...(commands === undefined ? {} : { commands }),
    ...(rollsOverAt === undefined ? {} : { rollsOverAt }),
    ...(partOf === undefined ? {} : { partOf }),
    spec,
    decodeUplink: (input) =>
      partOf?.(input)
        ? { ok: false, code: 'DECODE_PART', message: 'the frame is a part of a message' }
        : decodeUplink(spec.uplinks, input),
  };
}

function decodeUplink(uplinks: readonly Layout[], { bytes, fPort }: UplinkInput): DecodeOutcome {
  const ofPort = uplinks.filter(({ ports }) => ports === 'any' || ports.includes(fPort));
  if (ofPort.length === 0) {
    return { ok: false, code: 'DECODE_PORT_UNKNOWN', message: `nothing is defined for FPort ${fPort}` };
  }
  const layout = ofPort.find(({ length, when }) => lengthFits(bytes.length, length) && conditionFits(bytes, when));
  if (!layout) {
    return { ok: false, code: 'DECODE_FAILED', message: `no layout of FPort ${fPort} fits ${bytes.length} bytes` };
  }
  return decodeLayout(layout, bytes, fPort);
}

function decodeLayout(layout: Layout, bytes: Uint8Array, fPort: number): DecodeOutcome {
  const content = layout.check ? layout.check(bytes) : bytes;
  if (!content) return { ok: false, code: 'DECODE_FAILED', message: 'the checksum of the payload is wrong' };
  try {
    const gathered = layout.parse
      ? mapped(layout, layout.parse(new ByteReader(content), fPort))
      : walkLayout(layout, content);
    return outcomeOf(gathered);
  } catch (error) {
    if (error instanceof PayloadTooShort || error instanceof PayloadMismatch) {
      return { ok: false, code: 'DECODE_FAILED', message: error.message };
    }
    throw error;
  }
}

function outcomeOf({ readings, deviceAt, alarm, warnings }: Omit<Gathered, 'named'>): DecodeOutcome {
  if (readings.length === 0) return { ok: false, code: 'DECODE_EMPTY', message: 'the message holds no reading' };
  return {
    ok: true,
    decoded: {
      readings,
      ...(deviceAt === undefined ? {} : { deviceAt }),
      ...(alarm ? { alarm: true } : {}),
      ...(warnings.length === 0 ? {} : { warnings }),
    },
  };
}

function mapped(layout: Layout, { values, deviceAt, alarm, warnings }: ParsedPayload): Omit<Gathered, 'named'> {
  const readings = values.flatMap(({ name, value, channel: own }) => {
    const target = layout.map?.[name];
    if (!target) return [];
    const result = typeof value === 'string' ? value : scaledValue(value, target);
    if (result === undefined) return [];
    const channel = target.channel ?? own;
    return [{ quantity: target.quantity, ...(channel === undefined ? {} : { channel }), value: result }];
  });
  return {
    readings: readings.filter((reading, index) => firstOf(readings, reading) === index),
    alarm: alarm ?? false,
    warnings: warnings ?? [],
    ...(deviceAt === undefined ? {} : { deviceAt }),
  };
}

/** Formats may tell a quantity again, in another unit or of another register: the first is the device's own. */
function firstOf(readings: readonly Reading[], { quantity, channel }: Reading): number {
  return readings.findIndex((other) => other.quantity === quantity && other.channel === channel);
}

function lengthFits(actual: number, wanted: Layout['length']): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === 'number' ? actual === wanted : actual >= wanted[0] && actual <= wanted[1];
}

function conditionFits(bytes: Uint8Array, condition: Condition | undefined): boolean {
  if (condition?.byte === undefined) return true;
  const byte = bytes[condition.byte];
  if (byte === undefined) return false;
  const { bits, equals, not } = condition;
  const value = bits ? Math.floor(byte / 2 ** bits[0]) % 2 ** bits[1] : byte;
  const fits = (wanted: number | readonly number[]) =>
    typeof wanted === 'number' ? wanted === value : wanted.includes(value);
  return (equals === undefined || fits(equals)) && (not === undefined || !fits(not));
}
