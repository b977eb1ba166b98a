#!/usr/bin/env node
import { ERRORS, endWithItsReader, explainSystemError, VigieError } from '@vigie/contract';
import { Command } from 'commander';
import { configCommand } from './cli/config.ts';
import { doctorCommand } from './cli/doctor.ts';
import { enrolCommand } from './cli/enrol.ts';
import { runCommand } from './cli/run.ts';
import { lorawanCommand } from './lorawan/cli/lorawan-commands.ts';
import { modbusCommand } from './modbus/cli/modbus-commands.ts';
import { StorageError } from './storage/storage.ts';
import { AGENT_VERSION } from './version.ts';

const program = new Command('vigie-agent')
  .description('The gateway of Vigie: hears devices, keeps their readings and forwards them to the fleet server.')
  .version(AGENT_VERSION)
  .showHelpAfterError('(vigie-agent --help shows what there is)')
  .addCommand(runCommand())
  .addCommand(enrolCommand())
  .addCommand(doctorCommand())
  .addCommand(configCommand())
  .addCommand(modbusCommand())
  .addCommand(lorawanCommand());

const isService = process.argv[2] === 'run';
if (!isService) endWithItsReader(process);

try {
  await program.parseAsync();
} catch (thrown) {
  const error =
    thrown instanceof StorageError ? new VigieError('STATE_FAILED', thrown.message) : explainSystemError(thrown);
  if (!(error instanceof VigieError)) throw error;
  const asJson = process.argv.includes('--json');
  if (asJson) process.stdout.write(`${JSON.stringify({ ok: false, code: error.code, message: error.message })}\n`);
  else process.stderr.write(`${error.code}: ${error.message === '' ? ERRORS[error.code] : error.message}\n`);
  process.exitCode = 1;
  // What was begun before the failure would keep a service alive that does nothing.
  if (isService) process.stdout.write('', () => process.exit());
}
