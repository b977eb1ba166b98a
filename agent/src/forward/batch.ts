import { type Lane, PROTOCOL_VERSION } from '@vigie/contract';
import type { Range } from '../range-set.ts';

export interface BatchRecord {
  seq: number;
  /** The record as JSON. */
  body: string;
}

/** An uplink batch as it goes over the wire; the records are JSON already and are not parsed again. */
export function encodeBatch(
  epoch: string,
  lane: Lane,
  batch: number,
  sentAt: number,
  records: readonly BatchRecord[],
): string {
  const items = records.map(({ seq, body }) => `{"seq":${seq},"record":${body}}`).join(',');
  return `{"v":${PROTOCOL_VERSION},"epoch":"${epoch}","lane":"${lane}","batch":${batch},"sentAt":${sentAt},"records":[${items}]}`;
}

export function rangesOf(records: readonly BatchRecord[]): Range[] {
  const ranges: Range[] = [];
  for (const { seq } of records) {
    const last = ranges.at(-1);
    if (last && last.to === seq - 1) last.to = seq;
    else ranges.push({ from: seq, to: seq });
  }
  return ranges;
}
