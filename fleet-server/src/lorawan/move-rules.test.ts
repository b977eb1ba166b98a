import { describe, expect, it } from 'vitest';
import type { LinkSample } from './link-statistics.ts';
import { marginOf } from './link-statistics.ts';
import { betterHome, heirs, MOVE_RULES } from './move-rules.ts';

const samples = (count: number, marginDb: number, from = 1_000): LinkSample[] =>
  Array.from({ length: count }, (_none, index) => [from + index, marginDb]);

describe('betterHome', () => {
  const better = (own: LinkSample[], other: LinkSample[]) =>
    betterHome(
      'a',
      [
        { gateway: 'a', samples: own },
        { gateway: 'b', samples: other },
      ],
      MOVE_RULES,
    );

  it.each([
    ['6 dB over 20 frames move it', samples(20, 4), samples(20, 10), 'b'],
    ['5.9 dB do not', samples(20, 4), samples(20, 9.9), undefined],
    ['19 frames do not', samples(19, 4), samples(19, 20), undefined],
    ['5 frames that the home heard none of move it', samples(20, 30, 0), samples(5, -3, 5_000), 'b'],
    ['4 do not', samples(20, 30, 0), samples(4, -3, 5_000), undefined],
    [
      'what the home heard before is held against nobody',
      [...samples(10, 30, 0), ...samples(10, 1)],
      samples(20, 8),
      'b',
    ],
  ])('%s', (_name, own, other, expected) => {
    expect(better(own, other)).toBe(expected);
  });

  it('takes the best of several', () => {
    const links = [
      { gateway: 'a', samples: samples(20, 0) },
      { gateway: 'b', samples: samples(20, 8) },
      { gateway: 'c', samples: samples(20, 12) },
    ];
    expect(betterHome('a', links, MOVE_RULES)).toBe('c');
  });
});

it('heirs are those who heard the device since, the best first', () => {
  const links = [
    { gateway: 'a', samples: samples(20, 30, 9_000) },
    { gateway: 'b', samples: samples(3, 5, 9_000) },
    { gateway: 'c', samples: samples(3, 7, 9_000) },
    { gateway: 'd', samples: samples(20, 20, 100) },
  ];
  expect(heirs('a', links, 8_000)).toEqual(['c', 'b']);
});

it.each([
  ['SF7BW125', -7.5, 0],
  ['SF12BW125', -7.5, 12.5],
  ['FSK50000', 2.5, 10],
])('the margin of %s at %f dB is %f dB', (dataRate, snrDb, margin) => {
  expect(marginOf({ dataRate, snrDb })).toBe(margin);
});
