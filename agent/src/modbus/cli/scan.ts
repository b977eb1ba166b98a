import type { RegisterTable } from '@vigie/decoders';
import { Command, Option } from 'commander';
import { COMMON_BAUD_RATES, type FoundSlave, PARITIES, SCANNED_TABLES, scanBus } from '../survey/scan.ts';
import { type BusOptions, lineOf, print, withBusOptions } from './bus-options.ts';
import { tableOf } from './read.ts';

interface ScanOptions extends BusOptions {
  units: number[];
  tables: readonly RegisterTable[];
  allSpeeds: boolean;
}

const SCAN_TIMEOUT_MS = 150;
const ALL_UNITS = '1-247';

export function scanCommand(): Command {
  const command = new Command('scan')
    .description('Looks for slaves on a line: every unit, and with --all-speeds every usual speed and parity.')
    .addOption(
      new Option('--units <list>', 'such as 1-32 or 1,5,9')
        .argParser(parseUnits)
        .default(parseUnits(ALL_UNITS), ALL_UNITS),
    )
    .addOption(
      new Option('--tables <list>', 'what is asked for, in this order: holding, input, coil, discrete')
        .argParser(parseTables)
        .default(SCANNED_TABLES, 'holding,input,coil'),
    )
    .option('--all-speeds', 'try the usual speeds and parities, not only the given ones', false);
  return withBusOptions(command, SCAN_TIMEOUT_MS).action(run);
}

async function run(options: ScanOptions): Promise<void> {
  const { bus, access } = lineOf(options);
  const baudRates = options.allSpeeds ? COMMON_BAUD_RATES : [options.baud];
  const parities = options.allSpeeds ? PARITIES : [options.parity];
  const { units, tables } = options;
  const plan = { bus, units, tables, baudRates, parities };
  const found: FoundSlave[] = [];
  const showProgress = process.stderr.isTTY && !options.json;
  for await (const event of scanBus(plan, access, () => performance.now())) {
    if (event.kind === 'unreachable') {
      print(options, { ok: false, reason: event.reason }, () => `The line cannot be opened: ${event.reason}`);
      process.exitCode = 1;
      return;
    }
    if (event.kind === 'found') {
      found.push(event.slave);
      if (!options.json) process.stdout.write(`${clear(showProgress)}${describe(event.slave)}\n`);
    } else if (showProgress) {
      const seconds = Math.ceil(event.remainingMs / 1_000);
      process.stderr.write(`${clear(true)}${event.done} of ${event.total}, ${seconds} s left: ${event.at}`);
    }
  }
  if (showProgress) process.stderr.write(clear(true));
  print(options, { ok: true, found }, () => (found.length === 0 ? 'No slave answered.' : `${found.length} found.`));
  process.exitCode = found.length === 0 ? 1 : 0;
}

function describe({ unit, baudRate, parity, latencyMs, answer, table }: FoundSlave): string {
  const setting = baudRate === undefined ? '' : ` at ${baudRate} baud, ${parity} parity`;
  return `unit ${unit}${setting}: ${answer} (${table}) after ${latencyMs} ms`;
}

function clear(wanted: boolean): string {
  return wanted ? '\r\u001b[K' : '';
}

function parseTables(text: string): RegisterTable[] {
  return text.split(',').map((name) => tableOf(name.trim()));
}

function parseUnits(text: string): number[] {
  const units = text.split(',').flatMap((part) => {
    const [from = Number.NaN, to = from] = part.split('-').map(Number);
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
  });
  return units.filter((unit) => unit >= 1 && unit <= 255);
}
