import { Argument, Command } from 'commander';
import { reportFailure } from '../report-failure.ts';
import { benchAgent } from './agent.ts';
import type { BenchResult } from './bench-result.ts';
import { benchCodec } from './codec.ts';
import { benchDrain } from './drain.ts';
import { benchIdle } from './idle.ts';
import { benchIngest } from './ingest.ts';
import { benchLorawan } from './lorawan.ts';
import { benchModbus } from './modbus.ts';
import { benchWire } from './wire.ts';

const BENCHES: Readonly<Record<string, () => Promise<BenchResult>>> = {
  agent: benchAgent,
  codec: benchCodec,
  drain: benchDrain,
  idle: benchIdle,
  ingest: benchIngest,
  lorawan: benchLorawan,
  modbus: benchModbus,
  wire: benchWire,
};

await new Command('scripts/bench')
  .description('measure a part of Vigie; the last line of the output is one JSON object')
  .addArgument(new Argument('<name>').choices(Object.keys(BENCHES)))
  .option('--json', 'print nothing but the JSON object')
  .action(async (name: string, { json }: { json?: boolean }) => {
    const bench = BENCHES[name];
    if (!bench) return;
    const { figures, limits, conditions } = await bench();
    if (!json) {
      for (const [key, value] of Object.entries(figures))
        process.stdout.write(`${key.padEnd(28)} ${value}  ${verdict(value, limits[key])}\n`);
    }
    process.stdout.write(`${JSON.stringify({ bench: name, figures, limits, conditions })}\n`);
  })
  .parseAsync()
  .catch(reportFailure);

function verdict(value: number, limit: BenchResult['limits'][string] | undefined): string {
  if (!limit) return '';
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = limit;
  return value >= atLeast && value <= atMost ? 'ok' : `MISSED (${JSON.stringify(limit)})`;
}
