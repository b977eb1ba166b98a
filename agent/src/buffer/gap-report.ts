import type { OutboxRecord } from '@vigie/contract';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { DropReason, Outbox } from './outbox.ts';
import type { Eviction } from './segment-store.ts';

export interface GapReporting {
  outbox: Outbox;
  clock: Clock;
  log: Logger;
}

const GAP_RETRY_MS = 2_000;

/** What was dropped is told upstream, device by device, so that a hole is never silent. */
export function tellOfGap({ outbox, clock, log }: GapReporting, eviction: Eviction, reason: DropReason): void {
  const { stream, epoch, range, byDevice } = eviction;
  for (const [device, records] of byDevice) {
    log.error({ code: reason, stream, device, records }, 'records were dropped');
    const which = { epoch, fromSeq: range.from, toSeq: range.to };
    const gap = { kind: 'gap' as const, at: clock.now(), reason, records, ...which };
    storeInTheEnd(outbox, device === '' ? gap : { ...gap, device }).catch((cause: unknown) =>
      log.error({ code: 'INTERNAL', err: cause }, 'a gap could not be reported'),
    );
  }
}

/** A report of a hole must not fall into the hole: the disk may be full for a while yet. */
async function storeInTheEnd(outbox: Outbox, record: OutboxRecord): Promise<void> {
  for (;;) {
    const outcome = await outbox.append(record);
    if (outcome.ok) return;
    await new Promise((resolve) => setTimeout(resolve, GAP_RETRY_MS).unref());
  }
}
