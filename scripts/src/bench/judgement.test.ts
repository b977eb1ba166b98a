import { describe, expect, it } from 'vitest';
import type { Rules } from './bench.ts';
import { BENCHES } from './benches.ts';
import { CALIBRATION_PARTS, type Calibration, calibrationOf, calibrationSpells } from './calibration.ts';
import { DECISIONS } from './decisions/decisions.ts';
import { judge, ratioOf } from './judgement.ts';
import { PeersFolder } from './peers/peers-folder.ts';

const CALIBRATION: Calibration = { crypto: 20_000, json: 80_000, commits: 5_000 };
const SLOWER: Calibration = { crypto: 10_000, json: 40_000, commits: 2_500 };

describe('a ratio to the calibration', () => {
  it('of a rate is its share of the part, of several parts their geometric mean', () => {
    expect(ratioOf(8_000, { beside: ['json'] }, CALIBRATION)).toBe(0.1);
    expect(ratioOf(8_000, { beside: ['crypto', 'json'] }, CALIBRATION)).toBeCloseTo(0.2);
  });

  it('of milliseconds and of percent of a core is the work that fits into them', () => {
    expect(ratioOf(5, { beside: ['json'], counts: 'ms' }, CALIBRATION)).toBe(400);
    expect(ratioOf(2, { beside: ['commits'], counts: 'cpuPercent' }, CALIBRATION)).toBe(100);
  });

  it('is the same on a machine that is half as fast', () => {
    const both: ['crypto', 'json'] = ['crypto', 'json'];
    expect(ratioOf(4_000, { beside: both }, SLOWER)).toBeCloseTo(ratioOf(8_000, { beside: both }, CALIBRATION));
    for (const counts of ['ms', 'cpuPercent'] as const)
      expect(ratioOf(10, { beside: both, counts }, SLOWER)).toBeCloseTo(
        ratioOf(5, { beside: both, counts }, CALIBRATION),
      );
  });
});

describe('a judgement', () => {
  const rules = {
    perSecond: { beside: ['json'], atLeast: 0.1 },
    startMs: { beside: ['json'], counts: 'ms', atMost: 400 },
    rssMb: { atMost: 90 },
    told: {},
  } satisfies Rules;
  const kept = { perSecond: 8_000, startMs: 5, rssMb: 90, told: 1 };

  it('holds ratios against the limits of ratios, and figures against their own', () => {
    expect(judge(rules, { figures: kept }, CALIBRATION)).toEqual({
      ratios: { perSecond: 0.1, startMs: 400 },
      limits: { perSecond: { ratioAtLeast: 0.1 }, startMs: { ratioAtMost: 400 }, rssMb: { atMost: 90 } },
      missed: [],
    });
  });

  it('misses each limit on its own', () => {
    const missed = (figures: Partial<typeof kept>, calibration = CALIBRATION) =>
      judge(rules, { figures: { ...kept, ...figures } }, calibration).missed;
    expect(missed({ perSecond: 7_999 })).toEqual(['perSecond']);
    expect(missed({ startMs: 5.01 })).toEqual(['startMs']);
    expect(missed({ rssMb: 90.1 })).toEqual(['rssMb']);
    expect(missed({ rssMb: Number.NaN })).toEqual(['rssMb']);
    // The same figures where the machine would do more: the rate is too low for it; twice the work fits into the time.
    expect(missed({}, { crypto: 40_000, json: 160_000, commits: 10_000 })).toEqual(['perSecond', 'startMs']);
  });

  it('refuses figures that no rule names, and rules without a figure', () => {
    const { told: _, ...without } = kept;
    expect(() => judge<string>(rules, { figures: without }, CALIBRATION)).toThrow('rules for');
    expect(() => judge<string>(rules, { figures: { ...kept, more: 1 } }, CALIBRATION)).toThrow('rules for');
  });
});

describe('the calibration', () => {
  it('is the middle of the spells of each part', () => {
    const spells = [30, 10, 20].map((crypto, index) => ({ crypto, json: 100 + index, commits: 5 }));
    expect(calibrationOf(spells)).toEqual({ crypto: 20, json: 101, commits: 5 });
    expect(calibrationOf(spells.slice(0, 2)).crypto).toBe(20);
  });

  it('gives a rate for each part', () => {
    const calibration = calibrationOf(calibrationSpells());
    for (const part of CALIBRATION_PARTS) expect(calibration[part]).toBeGreaterThan(1);
  });
});

describe('the rules of every bench', () => {
  const peers = new PeersFolder('/nowhere');
  const benches = [
    ...Object.entries(BENCHES),
    ...Object.entries(DECISIONS).map(([name, { bench }]) => [name, bench(peers)] as const),
  ];

  it.each(benches)('%s: each limit names a figure, and a figure of time or processor says how it counts', (_, {
    rules,
  }) => {
    const figures = Object.fromEntries(Object.keys(rules).map((name) => [name, 1]));
    const { limits, ratios } = judge(rules, { figures }, CALIBRATION);
    for (const name of [...Object.keys(limits), ...Object.keys(ratios)]) expect(figures).toHaveProperty(name);
    expect(Object.keys(limits)).not.toHaveLength(0);
    for (const [name, { beside, counts = 'perSecond' }] of Object.entries(rules)) {
      if (beside === undefined) continue;
      const unit = name.endsWith('Ms')
        ? 'ms'
        : name.endsWith('CpuPercent') || name === 'cpuPercent'
          ? 'cpuPercent'
          : 'perSecond';
      expect(`${name} counts ${counts}`).toBe(`${name} counts ${unit}`);
    }
  });
});
