import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { watchDistrict } from './live.ts';
import { runOnce } from './once.ts';

interface DemoOptions {
  once: boolean;
  seed: string;
  folder: string;
}

const { once, seed, folder } = new Command('scripts/demo')
  .description('A city district comes alive: fleet server, gateway, LoRaWAN devices and Modbus slaves. Ctrl-C ends it.')
  .option('--once', 'without a person: emit, cut the backhaul, kill the server, compare with the truth, end', false)
  .option('--seed <n>', 'the same seed gives the same city', '1')
  .option('--folder <dir>', 'where everything is written; emptied first', join('.vigie', 'demo'))
  .parse()
  .opts<DemoOptions>();

const options = { seed, folder: resolve(folder) };
rmSync(options.folder, { recursive: true, force: true });
process.exitCode = await (once ? runOnce(options) : watchDistrict(options));
// A socket that lingers must not hold a program whose work is done.
process.exit();
