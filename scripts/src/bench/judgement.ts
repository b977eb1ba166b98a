import type { Bench, FigureRule, Measured } from './bench.ts';
import type { Calibration } from './calibration.ts';
import { rounded } from './process-cost.ts';

/** A bound as it is told: which of the two numbers it holds. */
export type Limit = Partial<Record<'atLeast' | 'atMost' | 'ratioAtLeast' | 'ratioAtMost', number>>;

export interface Judgement {
  /** Figures that hang on the machine, each as a ratio to the calibration of the same minutes. */
  ratios: Record<string, number>;
  limits: Record<string, Limit>;
  /** Figures that miss their limit. */
  missed: string[];
}

const RATIO_DIGITS = 4;

/** Throws if the bench gave other figures than its rules name. */
export function judge<Figure extends string>(
  rules: Bench<Figure>['rules'],
  { figures }: Pick<Measured<Figure>, 'figures'>,
  calibration: Calibration,
): Judgement {
  const [named, given] = [Object.keys(rules).sort(), Object.keys(figures).sort()];
  if (String(named) !== String(given)) throw new Error(`rules for ${named}, figures for ${given}`);
  const judgement: Judgement = { ratios: {}, limits: {}, missed: [] };
  for (const [name, value] of Object.entries<number>(figures)) {
    const rule = rules[name as Figure];
    const judged = rule.beside === undefined ? value : ratioOf(value, rule, calibration);
    if (rule.beside !== undefined) judgement.ratios[name] = significant(judged);
    const limit = limitOf(rule);
    if (Object.keys(limit).length > 0) judgement.limits[name] = limit;
    const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = rule;
    // Not a number misses its limit too.
    if (!(judged >= atLeast && judged <= atMost)) judgement.missed.push(name);
  }
  return judgement;
}

/**
 * The same on a fast machine and on a slow one: a rate as a share of the calibration's rate; milliseconds as units of the calibration
 * that fit into them; percent of a core as units of the calibration that the same processor time would do in a second.
 */
export function ratioOf(value: number, rule: FigureRule, calibration: Calibration): number {
  const { beside = [], counts } = rule;
  const product = beside.reduce((so, part) => so * calibration[part], 1);
  const perSecond = product ** (1 / beside.length);
  if (counts === 'ms') return (value / 1_000) * perSecond;
  if (counts === 'cpuPercent') return (value / 100) * perSecond;
  return value / perSecond;
}

function limitOf({ beside, atLeast, atMost }: FigureRule): Limit {
  const [least, most] =
    beside === undefined ? (['atLeast', 'atMost'] as const) : (['ratioAtLeast', 'ratioAtMost'] as const);
  return {
    ...(atLeast === undefined ? {} : { [least]: atLeast }),
    ...(atMost === undefined ? {} : { [most]: atMost }),
  };
}

function significant(value: number): number {
  return value === 0 ? 0 : rounded(value, Math.max(0, RATIO_DIGITS - 1 - Math.floor(Math.log10(Math.abs(value)))));
}
