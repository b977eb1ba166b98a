import { endWithItsReader } from '@vigie/contract';
import { Command, Option } from 'commander';
import { auditCommand } from './cli/audit.ts';
import { caCommand } from './cli/ca.ts';
import { claimCommand } from './cli/claim.ts';
import { deviceCommand } from './cli/device.ts';
import { initCommand } from './cli/init.ts';
import { openapiCommand } from './cli/openapi.ts';
import { reportFailure } from './cli/output.ts';
import { runCommand } from './cli/run.ts';
import { tokenCommand } from './cli/token.ts';
import { userCommand } from './cli/user.ts';
import { SERVER_VERSION } from './version.ts';

/** What the package makes, and where the verbs look: a folder of the working directory would be another installation. */
const DATA_FOLDER = '/var/lib/vigie-server';

// Whatever is written here is nobody else's to read.
process.umask(0o077);

const program = new Command('vigie-server')
  .description('The fleet manager of Vigie')
  .version(SERVER_VERSION)
  .addOption(new Option('--data <folder>', 'where keys and data lie').env('VIGIE_DATA').default(DATA_FOLDER))
  .addOption(new Option('--database <url>', 'postgres://… instead of SQLite in the data folder').env('VIGIE_DATABASE'))
  .addOption(
    new Option('--database-file <file>', 'a file that holds that address; - for standard input').env(
      'VIGIE_DATABASE_FILE',
    ),
  )
  .option('--json', 'print one JSON object')
  .enablePositionalOptions(false)
  .showHelpAfterError();

for (const command of [
  runCommand(),
  initCommand(),
  caCommand(),
  claimCommand(),
  deviceCommand(),
  userCommand(),
  tokenCommand(),
  auditCommand(),
  openapiCommand(),
]) {
  program.addCommand(command);
}

if (process.argv[2] !== 'run') endWithItsReader(process);
await program.parseAsync().catch(reportFailure);
