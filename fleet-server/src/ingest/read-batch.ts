import {
  describeViolations,
  type ErrorCode,
  MAX_BATCH_BYTES,
  SUPPORTED_PROTOCOL_VERSIONS,
  UplinkEnvelope,
  validate,
} from '@vigie/contract';

export type BatchOutcome = { ok: true; batch: UplinkEnvelope } | { ok: false; code: ErrorCode; message: string };

/** Reads the envelope of a batch; its records are examined one by one later. */
export function readBatch(payload: Uint8Array): BatchOutcome {
  if (payload.length > MAX_BATCH_BYTES) return refused(`${payload.length} bytes are more than ${MAX_BATCH_BYTES}`);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('utf8'));
  } catch {
    return refused('not JSON');
  }
  const envelope = validate(UplinkEnvelope, value);
  if (!envelope.ok) return refused(describeViolations(envelope.violations));
  if (!SUPPORTED_PROTOCOL_VERSIONS.includes(envelope.value.v)) {
    return { ok: false, code: 'PROTOCOL_UNSUPPORTED', message: `version ${envelope.value.v} is not spoken here` };
  }
  return { ok: true, batch: envelope.value };
}

function refused(message: string): BatchOutcome {
  return { ok: false, code: 'BATCH_INVALID', message };
}
