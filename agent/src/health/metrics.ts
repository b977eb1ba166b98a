import type { GatewayStatus } from '@vigie/contract';

/** The status in the Prometheus text format (version 0.0.4). */
export function metricsOf(status: GatewayStatus, linkUp: boolean, problems: Record<string, number>): string {
  const lines: string[] = [];
  const metric = (
    name: string,
    type: 'counter' | 'gauge',
    help: string,
    samples: [labels: string, value: number][],
  ) => {
    lines.push(`# HELP vigie_agent_${name} ${help}`, `# TYPE vigie_agent_${name} ${type}`);
    for (const [labels, value] of samples) lines.push(`vigie_agent_${name}${labels} ${value}`);
  };
  const stages = Object.entries(status.ledger);
  metric('up', 'gauge', 'Whether the MQTT session with the fleet server stands.', [['', linkUp ? 1 : 0]]);
  metric('uptime_seconds', 'gauge', 'Time since the start.', [['', status.uptimeSeconds]]);
  metric('resident_memory_bytes', 'gauge', 'Resident set size.', [['', status.rssBytes]]);
  metric('config_revision', 'gauge', 'Revision of the configuration in force.', [['', status.config.applied]]);
  metric('buffer_records', 'gauge', 'Records that wait for an acknowledgement.', [['', status.outbox.records]]);
  metric('buffer_bytes', 'gauge', 'Bytes of the buffer on the disk.', [['', status.outbox.bytes]]);
  metric(
    'stage_in_total',
    'counter',
    'What came into a stage.',
    stages.map(([stage, l]) => [`{stage="${stage}"}`, l.in]),
  );
  metric(
    'stage_out_total',
    'counter',
    'What left a stage.',
    stages.map(([stage, l]) => [`{stage="${stage}"}`, l.out]),
  );
  metric(
    'stage_held',
    'gauge',
    'What a stage holds.',
    stages.map(([stage, l]) => [`{stage="${stage}"}`, l.held]),
  );
  metric(
    'stage_dropped_total',
    'counter',
    'What a stage dropped, by reason.',
    stages.flatMap(([stage, { dropped }]) =>
      Object.entries(dropped).map(([reason, count]): [string, number] => [
        `{stage="${stage}",reason="${reason}"}`,
        count,
      ]),
    ),
  );
  metric(
    'problems_total',
    'counter',
    'How often each problem was met, those included that the log leaves out.',
    Object.entries(problems).map(([code, count]) => [`{code="${code}"}`, count]),
  );
  return `${lines.join('\n')}\n`;
}
