import type { CommitGroup, CommitResult } from '../uplink-log.ts';

export interface WorkerSettings {
  path: string;
  readOnly: boolean;
  busyTimeoutMs: number;
}

export type WorkerOrder =
  | { id: number; op: 'query'; sql: string; parameters: readonly unknown[] }
  | { id: number; op: 'commit'; group: CommitGroup }
  | { id: number; op: 'close' };

export type WorkerAnswer =
  | { id: number; rows: unknown[]; changes: number }
  | { id: number; committed: CommitResult }
  | { id: number; error: { message: string; errcode: number } };
