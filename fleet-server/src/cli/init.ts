import { Command } from 'commander';
import type { FirstAdministrator, Installation } from '../installation.ts';
import { commonOptions, readSecret, withCommonOptions, withInstallation } from './options.ts';
import { print } from './output.ts';

export function initCommand(): Command {
  return withCommonOptions(new Command('init'))
    .description('make keys, database and the first administrator without starting')
    .option('--first-password-file <file>', "holds the first administrator's password; - for standard input")
    .action(async (_options, command: Command) => {
      const options = commonOptions(command);
      const { firstPasswordFile: file } = command.opts<{ firstPasswordFile?: string }>();
      const making = { create: true, ...(file === undefined ? {} : { firstPassword: readSecret(file) }) };
      const work = async ({ ca, firstAdministrator }: Installation) => {
        print(options.json, { caFingerprint: ca.fingerprint, ...(firstAdministrator ? { firstAdministrator } : {}) }, [
          `CA fingerprint (SHA-256): ${ca.fingerprint}`,
          firstAdministrator ? firstLogin(firstAdministrator) : 'There are users already.',
        ]);
      };
      await withInstallation(options, work, making);
    });
}

function firstLogin({ name, password, file }: FirstAdministrator): string {
  if (file === undefined) return `First administrator: user ${name}, with the password that was given.`;
  return `First administrator: user ${name}, password ${password}, to be changed at the first sign-in.`;
}
