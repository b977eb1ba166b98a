import type { StageLedger } from '@vigie/contract';
import type { RefusalCount } from './doors/refusals.ts';
import { type Bucket, EventLoopDelay, threadCpuMs } from './event-loop-delay.ts';

export interface MetricSources {
  ledger: () => StageLedger;
  /** Radio frames that neighbours passed on. */
  passedFrames: () => StageLedger;
  gate: () => { inside: number; waitingBytes: number };
  connections: () => { gateways: number; platforms: number };
  delivered: () => number;
  logHead: () => number;
  refusals: () => readonly RefusalCount[];
}

const MS_PER_S = 1e3;

/** The server's counters in the text format of Prometheus (version 0.0.4). */
export class Metrics {
  readonly #sources: MetricSources;
  readonly #delay = new EventLoopDelay(() => performance.now(), threadCpuMs);

  constructor(sources: MetricSources) {
    this.#sources = sources;
  }

  stop(): void {
    this.#delay.stop();
  }

  text(): string {
    const { passedFrames, ledger, gate, connections, delivered, logHead, refusals } = this.#sources;
    const records = ledger();
    const passed = passedFrames();
    const { gateways, platforms } = connections();
    const { rss } = process.memoryUsage();
    const lines = [
      ...family('vigie_ingest_records_total', 'counter', 'Records that came in.', [['', records.in]]),
      ...family('vigie_ingest_stored_total', 'counter', 'Records that were stored.', [['', records.out]]),
      ...family('vigie_ingest_held', 'gauge', 'Records that wait for their transaction.', [['', records.held]]),
      ...family('vigie_ingest_batches', 'gauge', 'Batches that are being stored.', [['', gate().inside]]),
      ...family('vigie_ingest_waiting_bytes', 'gauge', 'Bytes of batches that wait for others.', [
        ['', gate().waitingBytes],
      ]),
      ...family(
        'vigie_ingest_dropped_total',
        'counter',
        'Records that were not stored, by reason.',
        Object.entries(records.dropped).map(([reason, count]) => [`{reason="${reason}"}`, count]),
      ),
      ...family('vigie_passed_frames_total', 'counter', 'Radio frames that gateways passed on.', [['', passed.in]]),
      ...family('vigie_passed_frames_accepted_total', 'counter', 'Passed frames that were news to their home.', [
        ['', passed.out],
      ]),
      ...family('vigie_passed_frames_held', 'gauge', 'Passed frames that wait for their home.', [['', passed.held]]),
      ...family(
        'vigie_passed_frames_dropped_total',
        'counter',
        'Passed frames that were known, refused or given up, by reason.',
        Object.entries(passed.dropped).map(([reason, count]) => [`{reason="${reason}"}`, count]),
      ),
      ...family('vigie_connections', 'gauge', 'MQTT connections.', [
        ['{kind="gateway"}', gateways],
        ['{kind="platform"}', platforms],
      ]),
      ...family('vigie_delivered_readings_total', 'counter', 'Readings sent to platforms.', [['', delivered()]]),
      ...family('vigie_log_head', 'counter', 'Newest id of the log.', [['', logHead()]]),
      ...family(
        'vigie_refused_total',
        'counter',
        'What the doors turned away, by door and reason.',
        refusals().map(({ door, reason, count }) => [`{door="${door}",reason="${reason}"}`, count]),
      ),
      ...family(
        'vigie_event_loop_delay_seconds',
        'histogram',
        'How late a timer comes, ten milliseconds apart.',
        samplesOf(this.#delay.delay),
      ),
      ...family(
        'vigie_event_loop_work_seconds',
        'histogram',
        'How much of that the work of this thread accounts for.',
        samplesOf(this.#delay.work),
      ),
      ...family('process_resident_memory_bytes', 'gauge', 'Resident memory.', [['', rss]]),
    ];
    return `${lines.join('\n')}\n`;
  }
}

function samplesOf(histogram: { sumMs: number; buckets(): Bucket[] }): (readonly [string, number])[] {
  const buckets = histogram.buckets();
  return [
    ...buckets.map(({ upToMs, count }) => {
      const bound = upToMs === null ? '+Inf' : upToMs / MS_PER_S;
      return [`_bucket{le="${bound}"}`, count] as const;
    }),
    ['_sum', histogram.sumMs / MS_PER_S],
    ['_count', buckets.at(-1)?.count ?? 0],
  ];
}

function family(name: string, type: string, help: string, samples: (readonly [string, number])[]): string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(([labels, value]) => `${name}${labels} ${value}`),
  ];
}
