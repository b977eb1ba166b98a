import type { Reading } from '@vigie/contract';
import type { DecodeOutcome, LorawanDefinition, UplinkInput } from '../definition.ts';
import { gatherReading } from '../gather-reading.ts';
import { ByteReader, PayloadTooShort } from './byte-reader.ts';
import { compileLayout, type ReadPayload } from './compile-steps.ts';
import { checkOf, type Sight } from './condition.ts';
import { mappingOf } from './map-values.ts';
import type { Gathered, Layout, LorawanSpec } from './payload-layout.ts';
import { PayloadMismatch } from './payload-mismatch.ts';
import { MAX_READINGS } from './walk.ts';

/** A definition that is made from data, and keeps it so that the catalogue can be checked. */
export interface DeclaredLorawan extends LorawanDefinition {
  spec: LorawanSpec;
}

/** Makes a definition of a device that is described as data. */
export function lorawan(spec: LorawanSpec): DeclaredLorawan {
  const { uplinks, ...said } = spec;
  const { partOf } = spec;
  const kinds = uplinks.map(readyLayout);
  return {
    protocol: 'lorawan',
    ...said,
    spec,
    decodeUplink: (input) =>
      partOf?.(input)
        ? { ok: false, code: 'DECODE_PART', message: 'the frame is a part of a message' }
        : decodeUplink(kinds, input),
  };
}

/** A layout that is ready to read payloads. */
interface ReadyLayout {
  layout: Layout;
  fits: (bytes: Uint8Array) => boolean;
  read: (content: Uint8Array, input: UplinkInput) => Omit<Gathered, 'named'>;
}

/** Most of a catalogue is never met by a gateway: a layout is compiled when its first payload comes. */
function readyLayout(layout: Layout): ReadyLayout {
  let read: ReadyLayout['read'] | undefined;
  return {
    layout,
    fits: fitOf(layout),
    read: (content, input) => {
      read ??= readerOf(layout);
      return read(content, input);
    },
  };
}

function fitOf({ length, when }: Layout): ReadyLayout['fits'] {
  const [least, most] = typeof length === 'number' ? [length, length] : (length ?? [0, Number.POSITIVE_INFINITY]);
  if (!when) return ({ length: actual }) => actual >= least && actual <= most;
  const holds = checkOf(when);
  return (bytes) => bytes.length >= least && bytes.length <= most && holds(sightOf(bytes));
}

const NOTHING_READ: ReadonlyMap<string, number> = new Map();

function sightOf(bytes: Uint8Array): Sight {
  return { bytes, remaining: bytes.length, named: NOTHING_READ };
}

function readerOf(layout: Layout): ReadyLayout['read'] {
  const { parse, map, every } = layout;
  if (parse) {
    const mapped = mappingOf(map);
    return (content, input) => mapped(parse(new ByteReader(content), input.fPort, input));
  }
  const read = compileLayout(layout);
  if (every === undefined) return read;
  return (content, input) => (content.length === every ? read(content, input) : readRow(read, every, content, input));
}

function decodeUplink(kinds: readonly ReadyLayout[], input: UplinkInput): DecodeOutcome {
  const { bytes, fPort } = input;
  let isKnownPort = false;
  for (const kind of kinds) {
    const { ports } = kind.layout;
    if (ports !== 'any' && !ports.includes(fPort)) continue;
    isKnownPort = true;
    if (kind.fits(bytes)) return decodeLayout(kind, input);
  }
  return isKnownPort
    ? { ok: false, code: 'DECODE_UNKNOWN', message: `no layout of FPort ${fPort} fits ${bytes.length} bytes` }
    : { ok: false, code: 'DECODE_PORT_UNKNOWN', message: `nothing is defined for FPort ${fPort}` };
}

function decodeLayout({ layout, read }: ReadyLayout, input: UplinkInput): DecodeOutcome {
  const { bytes } = input;
  const cut = howItIsCut(layout, bytes);
  if (cut !== undefined) return { ok: false, code: 'DECODE_FAILED', message: cut };
  const content = layout.check ? layout.check(bytes) : bytes;
  if (!content) return { ok: false, code: 'DECODE_FAILED', message: 'the checksum of the payload is wrong' };
  try {
    return outcomeOf(read(content, input), layout);
  } catch (error) {
    if (error instanceof PayloadTooShort || error instanceof PayloadMismatch) {
      return { ok: false, code: 'DECODE_FAILED', message: error.message };
    }
    throw error;
  }
}

/** What one message of a row leaves for others holds for the whole row, also for those before it. */
function readRow(read: ReadPayload, every: number, content: Uint8Array, input: UplinkInput): Omit<Gathered, 'named'> {
  if (content.length % every !== 0)
    throw new PayloadMismatch(`${content.length} bytes are no row of messages of ${every}`);
  const messages = Array.from({ length: content.length / every }, (_, index) =>
    content.subarray(index * every, (index + 1) * every),
  );
  const memory = Object.assign({}, ...messages.map((message) => read(message, input).memory));
  const own = { ...input, memory: { ...input.memory, ...memory } };
  const parts = messages.map((message) => read(message, own));
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
