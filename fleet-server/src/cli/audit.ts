import { Command } from 'commander';
import { findTampering } from '../audit/audit-log.ts';
import { commonOptions, withCommonOptions, withInstallation } from './options.ts';
import { print } from './output.ts';

export function auditCommand(): Command {
  const verify = withCommonOptions(new Command('verify'))
    .description('check that no row of the audit log was altered or removed; exits with 1 where one was')
    .action(async (_options, command: Command) => {
      const options = commonOptions(command);
      await withInstallation(options, async ({ database: { db }, auditKeyedFrom }) => {
        const row = await findTampering(db, auditKeyedFrom);
        const ok = row === undefined;
        const sentence = ok
          ? 'The audit log is whole.'
          : `Row ${row} of the audit log does not follow from the one before.`;
        print(options.json, { ok, ...(ok ? {} : { row }) }, [sentence]);
        if (!ok) process.exitCode = 1;
      });
    });
  return new Command('audit').description('who changed what').addCommand(verify);
}
