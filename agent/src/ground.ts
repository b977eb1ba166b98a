import { type BatchFormat, VigieError } from '@vigie/contract';
import type { Logger } from 'pino';
import { BoundedLog } from './bounded-log.ts';
import { tellOfGap } from './buffer/gap-report.ts';
import { Outbox } from './buffer/outbox.ts';
import type { Clock } from './clock.ts';
import { openDataDirectory } from './data-directory.ts';
import { type Identity, loadIdentity } from './enrol/identity.ts';
import type { ForwarderLimits } from './forward/forwarder.ts';
import type { LinkTiming } from './forward/mqtt-link.ts';
import { Ledger } from './ledger.ts';
import type { StateStore } from './state-store.ts';
import { outboxStorage } from './storage/outbox-storage.ts';
import { Storage } from './storage/storage.ts';

export interface AgentOptions {
  dataDirectory: string;
  clock: Clock;
  log: Logger;
  /** Loopback port of health and metrics; 0 for any. */
  healthPort: number;
  linkTiming?: Partial<LinkTiming>;
  /** How batches are written on the wire; columns where absent. */
  batchFormat?: BatchFormat;
  forwarderLimits?: Partial<ForwarderLimits>;
}

const MAX_SEGMENT_RECORDS = 16_384;

/** What every part of the gateway stands on. */
export interface Ground extends AgentOptions {
  ledger: Ledger;
  storage: Storage;
  state: StateStore;
  identity: Identity;
  outbox: Outbox;
  boundedLog: BoundedLog;
  /** Frame counters that the outbox holds. */
  marks: ReadonlyMap<string, number>;
  startedAt: number;
}

/** State first, since without an identity there is nothing to do; then the buffer, with what an earlier process left. */
export async function layGround(options: AgentOptions): Promise<Ground> {
  const { clock, log } = options;
  const paths = openDataDirectory(options.dataDirectory);
  const storage = new Storage();
  await storage.call('openState', paths.state, paths.stateKey).catch(async (error: unknown) => {
    await storage.close();
    throw error;
  });
  const state = storage.stateStore();
  const identity = await loadIdentity(state);
  if (!identity) {
    await storage.close();
    throw new VigieError('NOT_ENROLLED');
  }
  const ledger = new Ledger();
  const boundedLog = new BoundedLog(log, clock);
  const opened = await storage.call('openOutbox', paths.outbox, MAX_SEGMENT_RECORDS);
  const outbox = new Outbox(outboxStorage(storage), opened, ledger.stage('buffer'));
  for (const file of opened.quarantined) {
    log.error({ code: 'BUFFER_CORRUPT', file }, 'a file of the buffer was damaged and set aside');
    outbox
      .append({ kind: 'event', code: 'BUFFER_CORRUPT', severity: 'alarm', at: clock.now(), message: file })
      .catch(boundedLog.bug('outbox'));
  }
  for (const eviction of opened.evictions) tellOfGap({ outbox, clock, log }, eviction, 'BUFFER_FULL');
  return {
    ...options,
    ledger,
    storage,
    state,
    identity,
    outbox,
    boundedLog,
    marks: opened.marks,
    startedAt: clock.now(),
  };
}
