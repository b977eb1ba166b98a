import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursors } from './cursors.ts';

const SEED = 47;
const cursors = new Cursors(Buffer.alloc(32, 7));

describe('Cursors', () => {
  it('give back the number to whom they were given', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (id) => {
        expect(cursors.open('readings', 'ville', cursors.seal('readings', 'ville', id))).toBe(id);
      }),
      { seed: SEED },
    );
  });

  it('are nothing to another tenant, in another list, with another key, or altered', () => {
    const cursor = cursors.seal('readings', 'ville', 1_000);
    const altered = `${cursor.startsWith('A') ? 'B' : 'A'}${cursor.slice(1)}`;
    expect(() => cursors.open('readings', 'bourg', cursor)).toThrow('cursor');
    expect(() => cursors.open('events', 'ville', cursor)).toThrow('cursor');
    expect(() => new Cursors(Buffer.alloc(32)).open('readings', 'ville', cursor)).toThrow('cursor');
    for (const text of [altered, '', '1000', '9'.repeat(400), '__proto__']) {
      expect(() => cursors.open('readings', 'ville', text)).toThrow('cursor');
    }
  });

  it('do not show how far two of them lie apart', () => {
    const [one, two] = [cursors.seal('readings', 'ville', 1), cursors.seal('readings', 'ville', 2)];
    expect(one).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(one.slice(0, 8)).not.toBe(two.slice(0, 8));
  });
});
