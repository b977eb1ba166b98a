import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { hasProgram } from '../../../agent/test/has-program.ts';

const QUICK: readonly (readonly [name: string, cycles: number])[] = [
  ['kill', 4],
  ['server-kill', 2],
  ['link-cut', 6],
  ['reconnect', 2],
  ['bad-config', 2],
  ['corruption', 2],
  ['soak', 2],
];
/** Loop devices and mounts. */
const AS_ROOT: readonly (readonly [name: string, cycles: number])[] = [
  ['powercut', 3],
  ['disk-full', 1],
  ['eio', 1],
];

function torture(
  name: string,
  cycles: number,
): { status: number | null; figures: { lost: number; duplicates: number } } {
  const { status, stdout, stderr } = spawnSync('scripts/torture', [name, '--cycles', String(cycles), '--json'], {
    encoding: 'utf8',
  });
  const last = stdout.trim().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`${name} printed no figures: ${stderr.slice(-2_000)}`);
  return { status, figures: JSON.parse(last) };
}

describe.skipIf(!hasProgram('socat'))('a quick round of each torture on the data path', () => {
  it.each(QUICK)(
    '%s',
    (name, cycles) => {
      const { status, figures } = torture(name, cycles);
      expect(`${name} ${status} ${JSON.stringify(figures)}`).toContain(`${name} 0 `);
      expect(figures.duplicates).toBe(0);
    },
    120_000,
  );

  it.skipIf(!hasProgram('faketime'))('clock', () => expect(torture('clock', 2)).toMatchObject({ status: 0 }), 120_000);

  it.skipIf(!hasProgram('eatmydata') || userInfo().uid !== 0)(
    'no-fsync',
    () => {
      expect(torture('no-fsync', 3)).toMatchObject({ status: 0 });
    },
    120_000,
  );

  it.skipIf(userInfo().uid !== 0).each(AS_ROOT)(
    '%s',
    (name, cycles) => {
      const { status, figures } = torture(name, cycles);
      expect(`${name} ${status} ${JSON.stringify(figures)}`).toContain(`${name} 0 `);
      expect(figures.duplicates).toBe(0);
    },
    180_000,
  );
});
