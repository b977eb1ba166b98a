import { createLog } from '../../../../agent/src/log.ts';
import { startAgent } from '../../../../agent/src/main.ts';
import { systemClock } from '../../../../agent/src/system-clock.ts';

export interface AgentOrder {
  dataDirectory: string;
}

export interface AgentReport {
  healthPort: number;
}

/** A whole agent that comes back at once when its server does: it is there to be killed. */
async function run({ dataDirectory }: AgentOrder): Promise<void> {
  const agent = await startAgent({
    dataDirectory,
    clock: systemClock('trusted'),
    log: createLog(process.env.VIGIE_TORTURE_LOG ?? 'silent'),
    healthPort: 0,
    linkTiming: { spreadMs: 0, firstDelayMs: 30, maxDelayMs: 150 },
  });
  process.send?.({ healthPort: agent.healthPort } satisfies AgentReport);
}

process.on('message', (order: AgentOrder) => {
  run(order).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});

// Whoever started it is gone.
process.on('disconnect', () => process.exit(1));
