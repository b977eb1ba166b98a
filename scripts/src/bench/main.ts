import { resolve } from 'node:path';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { reportFailure } from '../report-failure.ts';
import { BENCHES } from './benches.ts';
import { type BenchReport, linesOf, runCalibrated } from './calibrated-bench.ts';
import { DECISIONS } from './decisions/decisions.ts';
import { QUICK, WHOLE } from './peers/load.ts';
import { benchPeers, PEER_NAMES, peersTable } from './peers/peers-bench.ts';
import { defaultPeersFolder, PeersFolder } from './peers/peers-folder.ts';

interface PeersOptions {
  json?: boolean;
  peer: string[];
  peersDir: string;
  minutes: number;
  quick?: boolean;
}

const JSON_OPTION = ['--json', 'print nothing but the JSON object'] as const;
const PEERS_DIR = ['--peers-dir <folder>', 'where the others are installed', defaultPeersFolder()] as const;

const program = new Command('scripts/bench').description(
  'measure a part of Vigie; the last line of the output is one JSON object',
);

for (const [name, bench] of Object.entries(BENCHES)) {
  program
    .command(name)
    .description(Object.keys(bench.rules).join(', '))
    .option(...JSON_OPTION)
    .action(async ({ json }: { json?: boolean }) => {
      const { report, missed } = await runCalibrated(name, bench);
      if (!json) process.stdout.write(linesOf(report, missed));
      process.stdout.write(`${JSON.stringify(report)}\n`);
    });
}

program
  .command('peers')
  .description('the same Modbus load and the same outage for Vigie and for others, which are installed into a folder')
  .option(...JSON_OPTION)
  .addOption(new Option('--peer <name...>', 'only these').choices(PEER_NAMES).default(PEER_NAMES))
  .option(...PEERS_DIR)
  .option('--minutes <number>', 'how long each is measured while nothing is amiss', positive, 1)
  .option('--quick', 'a short run: it shows that all of it works, its figures are worth little')
  .action(async ({ json, peer, peersDir, minutes, quick }: PeersOptions) => {
    const plan = quick ? QUICK : { ...WHOLE, steady: minutes * 60 };
    const report = await benchPeers(peer, { folder: resolve(peersDir), plan, say });
    if (!json) process.stdout.write(peersTable(report));
    process.stdout.write(`${JSON.stringify(report)}\n`);
  });

program
  .command('decisions')
  .description('what docs/en/decisions are measured against; packages that are not ours are installed into a folder')
  .addArgument(new Argument('[name...]', 'only these').choices(Object.keys(DECISIONS)))
  .option(...JSON_OPTION)
  .option(...PEERS_DIR)
  .action(async (names: string[], { json, peersDir }: { json?: boolean; peersDir: string }) => {
    const peers = new PeersFolder(resolve(peersDir));
    const decisions: Record<string, BenchReport> = {};
    for (const [name, { installs, bench }] of Object.entries(DECISIONS)) {
      if (names.length > 0 && !names.includes(name)) continue;
      if (installs) peers.install(['node'], say);
      const { report, missed } = await runCalibrated(name, bench(peers));
      decisions[name] = report;
      if (!json) process.stdout.write(`${name}\n${linesOf(report, missed)}`);
    }
    process.stdout.write(`${JSON.stringify({ bench: 'decisions', decisions })}\n`);
  });

await program.parseAsync().catch(reportFailure);

function say(line: string): void {
  process.stderr.write(`· ${line}\n`);
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('a number above 0 is wanted');
  return value;
}
