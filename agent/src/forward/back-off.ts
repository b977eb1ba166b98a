/** Delays in milliseconds: doubling from `firstMs` to `maxMs`, each drawn from its upper half (jitter). */
export function* backOff(firstMs: number, maxMs: number, random: () => number): Generator<number, never> {
  for (let ceilingMs = firstMs; ; ceilingMs = Math.min(maxMs, ceilingMs * 2)) {
    yield Math.round(ceilingMs * (0.5 + random() / 2));
  }
}
