import { parseForeignJson } from '@vigie/contract';
import type { RawData } from 'ws';
import { parseBigJson } from './big-json.ts';

/** Above all that a station says; its messages nest three deep (lorabasics/basicstation src/s2e.c). */
const BOUNDS = { maxBytes: 65_536, maxDepth: 8 };

/** A station's message as JSON whose large integers are BigInt; undefined where it is none, or larger than any. */
export function foreignMessage(data: RawData | string): unknown {
  const json = parseForeignJson(String(data), BOUNDS, parseBigJson);
  return json.ok ? json.value : undefined;
}
