import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { StageLedger } from '@vigie/contract';

export interface MetricSources {
  ledger: () => StageLedger;
  connections: () => { gateways: number; platforms: number };
  delivered: () => number;
  logHead: () => number;
}

const NS_PER_S = 1e9;

/** The server's counters in the text format of Prometheus (version 0.0.4). */
export class Metrics {
  readonly #sources: MetricSources;
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });

  constructor(sources: MetricSources) {
    this.#sources = sources;
    this.#delay.enable();
  }

  stop(): void {
    this.#delay.disable();
  }

  text(): string {
    const { ledger, connections, delivered, logHead } = this.#sources;
    const records = ledger();
    const { gateways, platforms } = connections();
    const { rss } = process.memoryUsage();
    const lines = [
      ...family('vigie_ingest_records_total', 'counter', 'Records that came in.', [['', records.in]]),
      ...family('vigie_ingest_stored_total', 'counter', 'Records that were stored.', [['', records.out]]),
      ...family('vigie_ingest_held', 'gauge', 'Records that wait for their transaction.', [['', records.held]]),
      ...family(
        'vigie_ingest_dropped_total',
        'counter',
        'Records that were not stored, by reason.',
        Object.entries(records.dropped).map(([reason, count]) => [`{reason="${reason}"}`, count]),
      ),
      ...family('vigie_connections', 'gauge', 'MQTT connections.', [
        ['{kind="gateway"}', gateways],
        ['{kind="platform"}', platforms],
      ]),
      ...family('vigie_delivered_readings_total', 'counter', 'Readings sent to platforms.', [['', delivered()]]),
      ...family('vigie_log_head', 'counter', 'Newest id of the log.', [['', logHead()]]),
      ...family('vigie_event_loop_delay_p99_seconds', 'gauge', 'Delay of the event loop.', [
        ['', this.#delay.percentile(99) / NS_PER_S],
      ]),
      ...family('process_resident_memory_bytes', 'gauge', 'Resident memory.', [['', rss]]),
    ];
    return `${lines.join('\n')}\n`;
  }
}

function family(name: string, type: string, help: string, samples: (readonly [string, number])[]): string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(([labels, value]) => `${name}${labels} ${value}`),
  ];
}
