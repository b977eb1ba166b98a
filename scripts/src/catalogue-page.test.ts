import { expect, it } from 'vitest';
import { cataloguePage, readCataloguePage } from './catalogue-page.ts';

it('docs/catalogue.md is what the definitions say (npx node scripts/src/catalogue-page.ts)', () => {
  expect(readCataloguePage()).toBe(cataloguePage());
});
