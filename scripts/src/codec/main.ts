import { VigieError } from '@vigie/contract';
import { Command } from 'commander';
import { addBatch } from './batch.ts';

const program = new Command('scripts/codec').description(
  'Decode payloads into the vocabulary, run vendor codecs, import them, and check the catalogue of devices.',
);
addBatch(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof VigieError)) throw error;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 1;
}
