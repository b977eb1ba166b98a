import type { CommandState, OutboxRecord } from '@vigie/contract';
import type { PoisonRecordTable } from './schema.ts';

/** A valid record on its way into the log. */
export interface UplinkRow {
  stream: number;
  seq: number;
  tenant: string;
  gateway: string;
  kind: Exclude<OutboxRecord['kind'], 'frame'>;
  device: string | null;
  asset: string | null;
  domain: string | null;
  at: number;
  receivedAt: number;
  historical: 0 | 1;
  /**
   * What it is of: a frame of a radio session where gateways overlap, or a sample of a series at its time in epoch
   * milliseconds. A second record of it is a duplicate.
   */
  once?: { session: number; counter: number };
  /** The record as JSON. */
  body: string;
  event?: EventEffect;
  command?: CommandEffect;
}

/** What a record of kind `event` or `gap` adds to the list of events. */
export interface EventEffect {
  code: string;
  severity: 'info' | 'warning' | 'alarm';
  message: string | null;
}

/** What a record of kind `command` does to its command; it never goes back. */
export interface CommandEffect {
  id: string;
  state: CommandState;
  rank: number;
  result: string | null;
  error: string | null;
}

/** A record that breaks its schema: kept aside, and told to the gateway, so that it blocks nothing. */
export type PoisonRow = Omit<PoisonRecordTable, 'id' | 'storedAt'>;

/** What becomes durable in one transaction. */
export interface CommitGroup {
  storedAt: number;
  rows: UplinkRow[];
  poison: PoisonRow[];
  /** Outboxes of which more is accounted for now; `ranges` is JSON. */
  covered: { stream: number; ranges: string }[];
}

export interface CommitResult {
  /** One for each row of the group: its place in the log, or 0 where it was known already. */
  ids: number[];
}

/** Writes groups one after the other, so that ids rise in the order of the commits. */
export interface UplinkLog {
  commit(group: CommitGroup): Promise<CommitResult>;
}
