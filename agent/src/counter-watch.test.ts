import { findDefinition } from '@vigie/decoders';
import { describe, expect, it } from 'vitest';
import { CounterWatch } from './counter-watch.ts';

const definition = findDefinition('netvox/r718h');
if (!definition) throw new Error('the catalogue lost netvox/r718h');

describe('CounterWatch', () => {
  const pulses = (watch: CounterWatch, value: number) =>
    watch.watch('counter-1', definition, [{ quantity: 'pulse.count', value }])[0];

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

  it('forgets devices that are gone, so that one under the same name begins anew', () => {
    const watch = new CounterWatch();
    pulses(watch, 500);
    watch.keepOnly(new Set(['another']));
    expect(pulses(watch, 1)?.quality).toBeUndefined();
  });
});
