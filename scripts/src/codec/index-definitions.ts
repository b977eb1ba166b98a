import type { Command } from 'commander';
import { definitionFiles, writeDefinitionsFile } from './definitions-file.ts';

export function addIndex(program: Command): void {
  program
    .command('index')
    .description('write decoders/src/definition-files.ts anew from the files of definitions')
    .action(() => {
      writeDefinitionsFile();
      process.stdout.write(`${definitionFiles().length} definitions\n`);
    });
}
