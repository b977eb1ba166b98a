import type { ErrorCode } from '@vigie/contract';

/** Entry points of a codec: LoRaWAN Payload Codec API (TS013), and `normalizeUplink` of The Things Stack. */
export const CODEC_FUNCTIONS = ['decodeUplink', 'encodeDownlink', 'decodeDownlink', 'normalizeUplink'] as const;
export type CodecFunction = (typeof CODEC_FUNCTIONS)[number];

/** Any JSON object; `recvTime` (epoch milliseconds or ISO 8601) reaches the codec as a Date. */
export type CodecInput = Readonly<Record<string, unknown>>;

/** What a codec returned, as plain JSON. */
export type CodecOutput = Record<string, unknown>;

export type CodecErrorCode = Extract<
  ErrorCode,
  'CODEC_SYNTAX' | 'CODEC_EXCEPTION' | 'CODEC_TIMEOUT' | 'CODEC_MEMORY' | 'CODEC_RESULT' | 'CODEC_FUNCTION_MISSING'
>;

export type CodecOutcome =
  /** `signature` is that of the codec's own function, which may be of an interface before TS013. */
  | { ok: true; output: CodecOutput; signature: string; cpuMs: number }
  | { ok: false; code: CodecErrorCode; message: string; cpuMs: number };

export interface CodecLimits {
  /** Thread CPU time of one call; loading a cold codec has as much again. */
  cpuMs: number;
  /** Heap of a codec while it runs. */
  memoryBytes: number;
  /** Memory of all warm codecs together; the one that was not used for longest goes first. */
  warmBytes: number;
  /** Source of a codec, and a result as JSON. */
  sourceBytes: number;
  resultBytes: number;
}

export const DEFAULT_CODEC_LIMITS: CodecLimits = {
  cpuMs: 1_000,
  memoryBytes: 16 * 1_024 * 1_024,
  warmBytes: 32 * 1_024 * 1_024,
  sourceBytes: 2 * 1_024 * 1_024,
  resultBytes: 1_024 * 1_024,
};
