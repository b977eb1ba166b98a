import { Command } from 'commander';
import { commonOptions, withCommonOptions, withInstallation } from './options.ts';
import { print } from './output.ts';

export function caCommand(): Command {
  return withCommonOptions(new Command('ca'))
    .description("print the server's own certificate authority (PEM), for programs and platforms that connect")
    .action(async (_options, command: Command) => {
      const options = commonOptions(command);
      await withInstallation(options, async ({ ca: { certificatePem: pem, fingerprint } }) => {
        print(options.json, { pem, fingerprint }, [pem.trim()]);
      });
    });
}
