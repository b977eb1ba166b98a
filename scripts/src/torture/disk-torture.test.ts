import { userInfo } from 'node:os';
import { describe, it } from 'vitest';
import { hasProgram } from '../../../agent/test/has-program.ts';
import { expectContent } from './quick-round.ts';

/** Loop devices and mounts. */
const AS_ROOT: readonly (readonly [name: string, cycles: number])[] = [
  ['powercut', 3],
  ['disk-full', 1],
  ['eio', 1],
];
const isRoot = userInfo().uid === 0;

describe.skipIf(!hasProgram('socat'))('a quick round of each torture of disks', () => {
  it('corruption', () => expectContent('corruption', 2), 120_000);
  it.skipIf(!hasProgram('eatmydata') || !isRoot)('no-fsync', () => expectContent('no-fsync', 3), 120_000);
  it.skipIf(!isRoot).each(AS_ROOT)('%s', expectContent, 180_000);
});
