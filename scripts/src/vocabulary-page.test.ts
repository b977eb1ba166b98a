import { describe, expect, it } from 'vitest';
import { readDocs, vocabularyFiles } from './vocabulary-page.ts';

describe('what docs say of the vocabulary', () => {
  it.each(Object.keys(vocabularyFiles()))('%s is as npx node scripts/src/vocabulary-page.ts makes it', (name) => {
    expect(readDocs(name)).toBe(vocabularyFiles()[name]);
  });
});
