import { VOCABULARY } from '@vigie/decoders';
import { expect, it } from 'vitest';
import { STATES } from '../console/src/i18n/states.ts';

it('the console has words for every state of the vocabulary, in both languages', () => {
  const states = Object.values(VOCABULARY).flatMap((quantity) => ('states' in quantity ? (quantity.states ?? []) : []));
  expect(states.length).toBeGreaterThan(50);
  const missing = states.filter((state) => STATES[state]?.some((word) => word === '') ?? true);
  expect(missing).toEqual([]);
  const names = new Set([...Object.keys(VOCABULARY), undefined]);
  const astray = Object.keys(STATES).filter((key) => key.includes(':') && !names.has(key.split(':')[0]));
  expect(astray).toEqual([]);
});
