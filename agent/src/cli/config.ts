import { readFileSync } from 'node:fs';
import { VigieError } from '@vigie/contract';
import { findDefinition } from '@vigie/decoders';
import { Command } from 'commander';
import { checkConfig } from '../config/config-manager.ts';

export function configCommand(): Command {
  const check = new Command('check')
    .description('Says whether a gateway could take this document, and if not, what is wrong where.')
    .argument('<file>', 'configuration document (JSON); - reads standard input')
    .option('--json', 'print the result as one JSON object', false)
    .action(run);
  return new Command('config').description('The configuration document.').addCommand(check);
}

function run(file: string, { json }: { json: boolean }): void {
  const outcome = checkConfig(parse(file), findDefinition);
  if (!outcome.ok) throw new VigieError(outcome.code, outcome.message);
  const { revision, devices } = outcome.config;
  if (json) process.stdout.write(`${JSON.stringify({ ok: true, revision, devices: devices.length })}\n`);
  else process.stdout.write(`Good: revision ${revision}, ${devices.length} devices.\n`);
}

function parse(file: string): unknown {
  const text = readFileSync(file === '-' ? 0 : file, 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new VigieError('JSON_INVALID', `${file}: ${reason}`);
  }
}
