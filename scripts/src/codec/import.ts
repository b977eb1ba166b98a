import { resolve } from 'node:path';
import { VigieError } from '@vigie/contract';
import type { Command } from 'commander';
import { listDeviceRepository } from './device-repository.ts';
import { defaultRegistryPath, registerDevices } from './registry.ts';

interface ImportOptions {
  device: string[];
  all?: boolean;
  mapping?: string;
  registry: string;
  json?: boolean;
}

export function addImport(program: Command): void {
  program
    .command('import')
    .description(
      "register devices of a repository on this disk (The Things Network's or ChirpStack's layout); codecs are used in place",
    )
    .argument('<dir>', 'folder of the repository')
    .option('--device <vendor/model...>', 'devices to register; without it they are only listed', [])
    .option('--all', 'register all of them')
    .option('--mapping <file>', 'mapping file of the one device that is registered')
    .option('--registry <file>', 'where devices are registered', defaultRegistryPath())
    .option('--json', 'print one JSON object')
    .action(importDevices);
}

function importDevices(folder: string, options: ImportOptions): void {
  const listing = listDeviceRepository(folder);
  if (!listing) throw new VigieError('NOT_FOUND', `${folder} has neither a folder "vendor" nor "vendors"`);
  const { layout, devices, problems } = listing;
  const chosen = options.all ? devices : devices.filter(({ id }) => options.device.includes(id));
  const missing = options.device.filter((id) => !devices.some((device) => device.id === id));
  if (missing.length > 0)
    throw new VigieError('MODEL_UNKNOWN', `the repository has no codec for ${missing.join(', ')}`);
  if (options.mapping !== undefined && chosen.length !== 1) {
    throw new VigieError('REQUEST_INVALID', '--mapping goes with exactly one --device');
  }
  const mapping = options.mapping === undefined ? {} : { mapping: resolve(options.mapping) };
  if (chosen.length > 0)
    registerDevices(
      options.registry,
      chosen.map((device) => ({ ...device, ...mapping })),
    );
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ layout, devices, problems, registered: chosen.map(({ id }) => id) })}\n`);
    return;
  }
  for (const problem of problems) process.stderr.write(`left out: ${problem}\n`);
  for (const { id, title } of chosen.length > 0 ? chosen : devices) process.stdout.write(`${id}  ${title}\n`);
  process.stderr.write(
    chosen.length > 0
      ? `${chosen.length} registered in ${options.registry}\n`
      : `${devices.length} devices with a codec; choose with --device or --all\n`,
  );
}
