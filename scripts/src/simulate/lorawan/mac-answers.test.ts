import { expect, it } from 'vitest';
import { type MacState, obey } from './mac-answers.ts';

const state = (): MacState => ({ dataRate: 0, rx1DelaySeconds: 1, rx2: { frequencyHz: 869_525_000, dataRate: 0 } });
/** LinkADRReq twice: DR3, power 2. */
const BLOCK = Buffer.from('0332020071033200ff00', 'hex');

it('a device takes a block of LinkADRReqs as one, and answers each', () => {
  const taken = state();
  expect(obey(BLOCK, taken).once).toEqual(Buffer.from('03070307', 'hex'));
  expect(taken.dataRate).toBe(3);
});

it('a device refuses powers and channels that it does not know, and stays as it is', () => {
  for (const [limits, answer] of [
    [{ txPowers: [3, 5] }, '03030303'],
    [{ channels: true }, '03060306'],
    [{ answers: true }, ''],
  ] as const) {
    const kept = state();
    expect(obey(BLOCK, kept, limits).once.toString('hex')).toBe(answer);
    expect(kept.dataRate).toBe('answers' in limits ? 3 : 0);
  }
});
