import { Command } from 'commander';
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

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof Error && error.name === 'VigieError' && 'code' in error)) throw error;
  process.stderr.write(`${String(error.code)}: ${error.message}\n`);
  process.exitCode = 1;
}
