import { endWithItsReader } from '@vigie/contract';
import { Command } from 'commander';
import { reportFailure } from '../report-failure.ts';
import { addIndex } from './index-definitions.ts';

const program = new Command('scripts/codec').description(
  'Decode payloads into the vocabulary, run vendor codecs, import them, and check the catalogue of devices.',
);
// `index` mends an index that names files which are gone: it must work while nothing else can be loaded
if (process.argv[2] !== 'index') {
  const { addVerbs } = await import('./verbs.ts');
  addVerbs(program);
}
addIndex(program);

endWithItsReader(process);
await program.parseAsync().catch(reportFailure);
