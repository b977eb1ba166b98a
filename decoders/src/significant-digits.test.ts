import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toDigits } from './significant-digits.ts';

const DIGITS = fc.integer({ min: 1, max: 12 });

function saysWhatTheTextSays(values: fc.Arbitrary<number>): void {
  fc.assert(
    fc.property(values, DIGITS, (value, digits) => {
      expect(toDigits(value, digits)).toBe(Number(value.toPrecision(digits)));
    }),
    { numRuns: 5_000, seed: 1 },
  );
}

test('any number is rounded as its text would be', () => saysWhatTheTextSays(fc.double()));

test('so is what a register and a scale make', () => {
  const scales = fc.constantFrom(0.1, 0.01, 0.25, 1e-3, 1 / 3, 1e-9);
  saysWhatTheTextSays(fc.tuple(fc.integer(), scales).map(([raw, scale]) => raw * scale));
});

test('and what lies in the middle between two decimals', () => {
  const places = fc.integer({ min: 0, max: 20 });
  saysWhatTheTextSays(fc.tuple(fc.maxSafeNat(), places).map(([whole, power]) => (whole + 0.5) / 10 ** power));
});
