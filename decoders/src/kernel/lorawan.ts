import type { Reading } from '@vigie/contract';
import type { DecodeOutcome, LorawanDefinition, UplinkInput } from '../definition.ts';
import { gatherReading } from '../gather-reading.ts';
import { ByteReader, PayloadTooShort } from './byte-reader.ts';
import { fits } from './condition.ts';
import type { Condition, Gathered, Layout, LorawanSpec, ParsedPayload, ParsedValue } from './payload-layout.ts';
import { scaledValue } from './scale.ts';
import { PayloadMismatch, walkLayout } from './walk-layout.ts';

/** A definition that is made from data, and keeps it so that the catalogue can be checked. */
export interface DeclaredLorawan extends LorawanDefinition {
  spec: LorawanSpec;
}

/** Makes a definition of a device that is described as data. */
export function lorawan(spec: LorawanSpec): DeclaredLorawan {
  const { uplinks, ...said } = spec;
  const { partOf } = spec;
  return {
    protocol: 'lorawan',
    ...said,
    spec,
    decodeUplink: (input) =>
      partOf?.(input)
        ? { ok: false, code: 'DECODE_PART', message: 'the frame is a part of a message' }
        : decodeUplink(uplinks, input),
  };
}

function decodeUplink(uplinks: readonly Layout[], input: UplinkInput): DecodeOutcome {
  const { bytes, fPort } = input;
  const ofPort = uplinks.filter(({ ports }) => ports === 'any' || ports.includes(fPort));
  if (ofPort.length === 0) {
    return { ok: false, code: 'DECODE_PORT_UNKNOWN', message: `nothing is defined for FPort ${fPort}` };
  }
  const layout = ofPort.find(({ length, when }) => lengthFits(bytes.length, length) && conditionFits(bytes, when));
  if (!layout) {
    return { ok: false, code: 'DECODE_UNKNOWN', message: `no layout of FPort ${fPort} fits ${bytes.length} bytes` };
  }
  return decodeLayout(layout, input);
}

function decodeLayout(layout: Layout, input: UplinkInput): DecodeOutcome {
  const { bytes } = input;
  const cut = howItIsCut(layout, bytes);
  if (cut !== undefined) return { ok: false, code: 'DECODE_FAILED', message: cut };
  const content = layout.check ? layout.check(bytes) : bytes;
  if (!content) return { ok: false, code: 'DECODE_FAILED', message: 'the checksum of the payload is wrong' };
  try {
    return outcomeOf(gatheredOf(layout, content, input), layout);
  } catch (error) {
    if (error instanceof PayloadTooShort || error instanceof PayloadMismatch) {
      return { ok: false, code: 'DECODE_FAILED', message: error.message };
    }
    throw error;
  }
}

function gatheredOf(layout: Layout, content: Uint8Array, input: UplinkInput): Omit<Gathered, 'named'> {
  if (layout.parse) return mapped(layout, layout.parse(new ByteReader(content), input.fPort, input));
  if (layout.every === undefined || content.length === layout.every) return walkLayout(layout, content, input);
  return walkRow(layout, layout.every, content, input);
}

/** What one message of a row leaves for others holds for the whole row, also for those before it. */
function walkRow(layout: Layout, every: number, content: Uint8Array, input: UplinkInput): Omit<Gathered, 'named'> {
  if (content.length % every !== 0)
    throw new PayloadMismatch(`${content.length} bytes are no row of messages of ${every}`);
  const messages = Array.from({ length: content.length / every }, (_, index) =>
    content.subarray(index * every, (index + 1) * every),
  );
  const memory = Object.assign({}, ...messages.map((message) => walkLayout(layout, message, input).memory));
  const own = { ...input, memory: { ...input.memory, ...memory } };
  const parts = messages.map((message) => walkLayout(layout, message, own));
  const readings: Reading[] = [];
  for (const reading of parts.flatMap((part) => part.readings)) {
    gatherReading(readings, reading, { keep: 'last', most: MAX_READINGS });
  }
  const deviceAt = parts.findLast((part) => part.deviceAt !== undefined)?.deviceAt;
  return {
    readings,
    samples: parts.flatMap(({ samples }) => samples),
    memory,
    alarm: parts.some(({ alarm }) => alarm),
    warnings: parts.flatMap(({ warnings }) => warnings),
    ...(deviceAt === undefined ? {} : { deviceAt }),
  };
}

/** A message that says its length or its end, and has another. */
function howItIsCut({ ends, lengthAt }: Layout, bytes: Uint8Array): string | undefined {
  if (lengthAt) {
    const said = (bytes[lengthAt.at] ?? 0) + (lengthAt.plus ?? 0);
    if (said !== bytes.length) return `the payload says that it has ${said} bytes and has ${bytes.length}`;
  }
  const isWhole = ends?.every((byte, index) => bytes[bytes.length - ends.length + index] === byte) ?? true;
  return isWhole ? undefined : 'the payload does not end as one of its kind does';
}

/** A message without readings is either one that is known to have none, or one of which the definition knows nothing. */
function outcomeOf(gathered: Omit<Gathered, 'named'>, { silent }: Layout): DecodeOutcome {
  const { readings, deviceAt, samples, memory, alarm, warnings } = gathered;
  if (readings.length === 0 && samples.length === 0 && !alarm) {
    const [unknown] = warnings;
    if (silent !== undefined) return { ok: false, code: 'DECODE_EMPTY', message: silent };
    if (unknown !== undefined) return { ok: false, code: 'DECODE_UNKNOWN', message: unknown };
    return { ok: false, code: 'DECODE_EMPTY', message: 'the message holds no reading' };
  }
  return {
    ok: true,
    decoded: {
      readings,
      ...(deviceAt === undefined ? {} : { deviceAt }),
      ...(samples.length === 0 ? {} : { samples }),
      ...(Object.keys(memory).length === 0 ? {} : { memory }),
      ...(alarm ? { alarm: true } : {}),
      ...(warnings.length === 0 ? {} : { warnings }),
    },
  };
}

function mapped(layout: Layout, parsed: ParsedPayload): Omit<Gathered, 'named'> {
  const { values, deviceAt, samples = [], memory = {}, alarm = false, warnings = [] } = parsed;
  return {
    readings: readingsOf(layout, values),
    samples: samples.flatMap(({ values: own, ...time }) => {
      const readings = readingsOf(layout, own);
      return readings.length === 0 ? [] : [{ ...time, readings }];
    }),
    memory: { ...memory },
    alarm,
    warnings: [...warnings],
    ...(deviceAt === undefined ? {} : { deviceAt }),
  };
}

/** Formats may tell a quantity again, in another unit or of another register: the first is the device's own. */
function readingsOf({ map }: Layout, values: readonly ParsedValue[]): Reading[] {
  const readings: Reading[] = [];
  for (const { name, value, channel: own } of values) {
    const target = map?.[name];
    const result = typeof value === 'string' || !target ? value : scaledValue(value, target);
    if (!target || result === undefined) continue;
    const channel = target.channel ?? own;
    const reading = {
      quantity: target.quantity,
      ...(channel === undefined ? {} : { channel }),
      value: result as number,
    };
    gatherReading(readings, reading, { keep: 'first', most: MAX_READINGS });
  }
  return readings;
}

const MAX_READINGS = 256;

function lengthFits(actual: number, wanted: Layout['length']): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === 'number' ? actual === wanted : actual >= wanted[0] && actual <= wanted[1];
}

function conditionFits(bytes: Uint8Array, condition: Condition | undefined): boolean {
  if (!condition) return true;
  const { all = [], any } = condition;
  if (!all.every((one) => conditionFits(bytes, one))) return false;
  if (any && !any.some((one) => conditionFits(bytes, one))) return false;
  if (condition.byte === undefined) return true;
  return fits(bytes[condition.byte], condition);
}
