import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { parseForeignJson } from '../foreign-json.ts';
import type { UplinkEnvelope } from '../uplink.ts';
import { MAX_BATCH_BYTES, UplinkEnvelope as UplinkEnvelopeSchema } from '../uplink.ts';
import { describeViolations, validate } from '../validate.ts';
import { decodeColumns, encodeColumns, type NumberedRecord } from './columns.ts';
import { DICTIONARY } from './dictionary.ts';

/**
 * An uplink batch on the wire. The first byte says how it is written: `{` is plain JSON, for people with a protocol
 * analyser; 1 is zstd (RFC 8878) over columns with dictionary 1. A dictionary never changes: a new one takes a new number.
 */
export type BatchFormat = 'json' | 'columns';

const JSON_OPENS = 0x7b;
const COLUMNS_1 = 1;

export interface BatchHead {
  v: number;
  epoch: string;
  lane: UplinkEnvelope['lane'];
  batch: number;
  sentAt: number;
}

export function encodeBatch(head: BatchHead, records: readonly NumberedRecord[], format: BatchFormat): Uint8Array {
  if (format === 'json') {
    return Buffer.from(JSON.stringify({ ...head, records: records.map(({ seq, record }) => ({ seq, record })) }));
  }
  const text = Buffer.from(JSON.stringify(head));
  const body = Buffer.concat([Buffer.from([text.length]), text, encodeColumns(records)]);
  return Buffer.concat([Buffer.from([COLUMNS_1]), compressed(body)]);
}

/** Told how much comes, zstd takes memory for that and not for megabytes. */
function compressed(body: Uint8Array): Uint8Array {
  return zstdCompressSync(body, { dictionary: DICTIONARY, pledgedSrcSize: body.length });
}

export type DecodedBatch = { ok: true; batch: UplinkEnvelope } | { ok: false; message: string };

/** Reads what a gateway of this or an earlier release sent; every limit is checked before memory is given. */
export function decodeBatch(payload: Uint8Array): DecodedBatch {
  if (payload.length > MAX_BATCH_BYTES) return { ok: false, message: `the batch has ${payload.length} bytes` };
  try {
    const checked = validate(UplinkEnvelopeSchema, parse(payload));
    return checked.ok
      ? { ok: true, batch: checked.value }
      : { ok: false, message: describeViolations(checked.violations) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

function parse(payload: Uint8Array): unknown {
  if (payload[0] === JSON_OPENS) return bounded(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  if (payload[0] !== COLUMNS_1) throw new RangeError(`format ${payload[0]} is not known`);
  const body = zstdDecompressSync(payload.subarray(1), {
    dictionary: DICTIONARY,
    maxOutputLength: 4 * MAX_BATCH_BYTES,
  });
  const headLength = body[0] ?? 0;
  const head = bounded(body.subarray(1, 1 + headLength).toString('utf8'));
  return { ...(head as object), records: decodeColumns(body.subarray(1 + headLength)) };
}

function bounded(text: string): unknown {
  const json = parseForeignJson(text, { maxBytes: MAX_BATCH_BYTES, maxDepth: MAX_DEPTH });
  if (!json.ok) throw new RangeError(`its JSON is ${json.reason}`);
  return json.value;
}

/** A record in its batch, its readings and their reasons, with room for what a later release adds. */
const MAX_DEPTH = 16;
