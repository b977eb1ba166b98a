import { readFileSync, writeFileSync } from 'node:fs';
import { readingSchema, vocabularyPage } from '@vigie/decoders';

const DOCS = new URL('../../docs/', import.meta.url);

/** Files in docs that are made from the vocabulary, by name. */
export function vocabularyFiles(): Record<string, string> {
  return {
    'vocabulary.md': vocabularyPage(),
    'vocabulary.schema.json': `${JSON.stringify(readingSchema(), null, 2)}\n`,
  };
}

export function readDocs(name: string): string {
  return readFileSync(new URL(name, DOCS), 'utf8');
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(vocabularyFiles())) writeFileSync(new URL(name, DOCS), text);
}
