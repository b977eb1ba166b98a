import { findDefinition } from '@vigie/decoders';
import { describe, expect, it } from 'vitest';
import { CounterWatch } from './counter-watch.ts';

const definition = findDefinition('netvox/r718h');
if (!definition) throw new Error('the catalogue lost netvox/r718h');

describe('CounterWatch', () => {
  const pulses = (watch: CounterWatch, value: number, at = 0, isSample = false) =>
    watch.watch('counter-1', definition, [{ quantity: 'pulse.count', value }], at, isSample)[0];

  it('knows a counter of 16 bits that rolls over from one that was reset', () => {
    const watch = new CounterWatch();
    for (const value of [65_000, 65_530, 12, 400])
      expect(pulses(watch, value)).toEqual({ quantity: 'pulse.count', value });
    expect(pulses(watch, 3)).toEqual({
      quantity: 'pulse.count',
      value: 3,
      quality: 'uncertain',
      reasons: ['counterReset'],
    });
    expect(pulses(watch, 4)?.quality).toBeUndefined();
  });

  it('takes no sample of an earlier moment for a reset, and none after it either', () => {
    const watch = new CounterWatch();
    const quality = (value: number, at: number, isSample: boolean) => pulses(watch, value, at, isSample)?.quality;
    expect(quality(500, 10, false)).toBeUndefined();
    expect([3, 4, 5].map((at) => quality(100 * at - 200, at, true))).toEqual([undefined, undefined, undefined]);
    expect(quality(510, 11, false)).toBeUndefined();
    // A sample of a later moment is judged.
    expect(quality(7, 12, true)).toBe('uncertain');
  });

  it('forgets devices that are gone, so that one under the same name begins anew', () => {
    const watch = new CounterWatch();
    pulses(watch, 500);
    watch.keepOnly(new Set(['another']));
    expect(pulses(watch, 1)?.quality).toBeUndefined();
  });
});
