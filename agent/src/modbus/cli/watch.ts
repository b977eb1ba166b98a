import { Command } from 'commander';
import type { Exchange } from '../link.ts';
import { describeException, MAX_READ_BITS } from '../pdu.ts';
import { type BusOptions, integer, lineOf, onLine, unitNumber, withBusOptions } from './bus-options.ts';
import { checkCount, tableArgument, tableOf } from './read.ts';
import { hintAt } from './register-address.ts';

interface WatchOptions extends BusOptions {
  unit: number;
  intervalMs: number;
  times?: number;
}

export function watchCommand(): Command {
  const command = new Command('watch')
    .description('Reads registers again and again and prints a line when something changes.')
    .addArgument(tableArgument())
    .argument('<address>', 'as on the wire, from 0', integer(0, 65_535))
    .argument('[count]', 'registers (at most 125) or coils (at most 2000)', integer(1, MAX_READ_BITS), 4)
    .requiredOption('--unit <n>', 'unit identifier', unitNumber)
    .option('--interval-ms <n>', 'time between two reads', integer(10, 3_600_000), 500)
    .option('--times <n>', 'end after so many reads', integer(1, 1_000_000));
  return withBusOptions(command).action(run);
}

async function run(name: string, address: number, registers: number, options: WatchOptions): Promise<void> {
  const table = tableOf(name);
  checkCount(table, registers);
  hintAt(table, address);
  await onLine(lineOf(options), async (link) => {
    let before = '';
    for (let reads = 0; reads < (options.times ?? Number.POSITIVE_INFINITY); reads += 1) {
      const exchange = await link.exchange(options.unit, { kind: 'read', table, address, count: registers });
      const now = describe(exchange);
      if (now !== before) {
        const at = new Date().toISOString();
        process.stdout.write(options.json ? `${JSON.stringify({ at, said: now })}\n` : `${at}  ${now}\n`);
      }
      before = now;
      await new Promise((resolve) => setTimeout(resolve, options.intervalMs));
    }
  });
}

function describe(exchange: Exchange): string {
  if (!exchange.ok) return `${exchange.code}: ${exchange.detail}`;
  if (exchange.reply.kind === 'exception') return describeException(exchange.reply.exception);
  return exchange.reply.kind === 'values' ? exchange.reply.values.join(' ') : '';
}
