import { decodeBatch, type ErrorCode, SUPPORTED_PROTOCOL_VERSIONS, type UplinkEnvelope } from '@vigie/contract';

export type BatchOutcome = { ok: true; batch: UplinkEnvelope } | { ok: false; code: ErrorCode; message: string };

/** Reads the envelope of a batch in any of the wire's formats; its records are examined one by one later. */
export function readBatch(payload: Uint8Array): BatchOutcome {
  const decoded = decodeBatch(payload);
  if (!decoded.ok) return { ok: false, code: 'BATCH_INVALID', message: decoded.message };
  const { v } = decoded.batch;
  if (SUPPORTED_PROTOCOL_VERSIONS.includes(v)) return { ok: true, batch: decoded.batch };
  return { ok: false, code: 'PROTOCOL_UNSUPPORTED', message: `version ${v} is not spoken here` };
}
