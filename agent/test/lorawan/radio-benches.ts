import { afterEach, expect } from 'vitest';
import { RadioBench } from './radio-bench.ts';

/** Makes benches for the tests of one file; after each test they end, and their ledgers must balance. */
export function radioBenches(): (...options: ConstructorParameters<typeof RadioBench>) => RadioBench {
  const benches: RadioBench[] = [];
  afterEach(async () => {
    for (const made of benches.splice(0)) {
      await made.stop();
      // Whatever a test did: nothing vanishes unexplained.
      expect(Object.entries(made.imbalances()).filter(([, off]) => off !== 0)).toEqual([]);
    }
  });
  return (...options) => {
    const made = new RadioBench(...options);
    benches.push(made);
    return made;
  };
}
