import { VigieError } from '@vigie/contract';
import { Command } from 'commander';
import { findUserByName, resetPassword } from '../identity/users.ts';
import { commonOptions, withCommonOptions, withInstallation } from './options.ts';
import { print } from './output.ts';

export function userCommand(): Command {
  const reset = withCommonOptions(new Command('reset-password'))
    .description('make up a new password for somebody; it is shown once')
    .argument('<name>', 'name of the user')
    .action(async (name: string, _options, command: Command) => {
      const options = commonOptions(command);
      await withInstallation(options, async ({ database: { db }, clock }) => {
        const user = await findUserByName(db, name);
        if (!user) throw new VigieError('NOT_FOUND');
        const password = await resetPassword({ db, clock }, { tenant: null }, user.id, { name: 'cli' });
        print(options.json, { name, password }, [`New password of ${name} (shown once): ${password}`]);
      });
    });
  return new Command('user').description('people who sign in').addCommand(reset);
}
