import { describe, it } from 'vitest';
import { hasProgram } from '../../../agent/test/has-program.ts';
import { expectContent } from './quick-round.ts';

const QUICK: readonly (readonly [name: string, cycles: number])[] = [
  ['kill', 4],
  ['server-kill', 2],
  ['link-cut', 6],
  ['outage', 1],
  ['reconnect', 2],
  ['bad-config', 2],
  ['soak', 2],
];

describe('a quick round of the torture of overlapping gateways', () => {
  it('lorawan', () => expectContent('lorawan', 8), 120_000);
});

describe('a quick round of the torture of replaced gateways', () => {
  it('swap', () => expectContent('swap', 3), 240_000);
});

describe.skipIf(!hasProgram('socat'))('a quick round of each torture of programs and lines', () => {
  it.each(QUICK)('%s', expectContent, 120_000);
  it.skipIf(!hasProgram('faketime'))('clock', () => expectContent('clock', 2), 120_000);
});
