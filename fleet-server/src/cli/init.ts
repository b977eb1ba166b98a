import { Command } from 'commander';
import { commonOptions, withCommonOptions, withInstallation } from './options.ts';
import { print } from './output.ts';

export function initCommand(): Command {
  return withCommonOptions(new Command('init'))
    .description('make keys, database and the first administrator without starting')
    .action(async (_options, command: Command) => {
      const options = commonOptions(command);
      await withInstallation(options, async ({ ca, firstAdministrator }) => {
        print(options.json, { caFingerprint: ca.fingerprint, ...(firstAdministrator ? { firstAdministrator } : {}) }, [
          `CA fingerprint (SHA-256): ${ca.fingerprint}`,
          firstAdministrator
            ? `First administrator (shown once): user ${firstAdministrator.name}, password ${firstAdministrator.password}`
            : 'There are users already.',
        ]);
      });
    });
}
