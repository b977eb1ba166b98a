import { VigieError } from '@vigie/contract';
import { Command } from 'commander';
import { createApiToken } from '../identity/api-tokens.ts';
import { ROLES, type Role } from '../store/schema.ts';
import { commonOptions, withCommonOptions, withInstallation } from './options.ts';
import { print } from './output.ts';

export function tokenCommand(): Command {
  const create = withCommonOptions(new Command('create'))
    .description('a token by which a program uses the API; it is shown once')
    .requiredOption('--name <name>', 'what it is for')
    .option('--tenant <tenant>', 'only for this tenant; for the whole installation where absent')
    .option('--role <role>', ROLES.join(', '), 'viewer')
    .action(async (_options, command: Command) => {
      const options = { ...command.opts<{ name: string; tenant?: string; role: string }>(), ...commonOptions(command) };
      const role = ROLES.find((known): known is Role => known === options.role);
      if (!role) throw new VigieError('REQUEST_INVALID', `A role is one of ${ROLES.join(', ')}`);
      await withInstallation(options, async ({ database: { db }, clock }) => {
        const order = { name: options.name, tenant: options.tenant ?? null, role };
        const { token, secret } = await createApiToken({ db, clock }, order, { name: 'cli' });
        print(options.json, { id: token.id, secret }, [secret]);
      });
    });
  return new Command('token').description('API tokens').addCommand(create);
}
