import type { Bench, Measured } from './bench.ts';
import { type Calibration, calibrationOf, calibrationSpells } from './calibration.ts';
import { type Judgement, judge } from './judgement.ts';
import { machine, rounded } from './process-cost.ts';

export interface BenchReport extends Omit<Judgement, 'missed'> {
  bench: string;
  figures: Record<string, number>;
  calibration: Calibration;
  conditions: Measured<string>['conditions'];
}

/** Runs a bench between two calibrations and judges what came out. */
export async function runCalibrated(name: string, bench: Bench): Promise<{ report: BenchReport; missed: string[] }> {
  const before = calibrationSpells();
  const measured = await bench.measure();
  const calibration = calibrationOf([...before, ...calibrationSpells()]);
  const { missed, ...judged } = judge(bench.rules, measured, calibration);
  const { figures, conditions } = measured;
  const told = {
    crypto: Math.round(calibration.crypto),
    json: Math.round(calibration.json),
    commits: Math.round(calibration.commits),
  };
  return {
    report: { bench: name, figures, ...judged, calibration: told, conditions: { ...machine(), ...conditions } },
    missed,
  };
}

/** A line for each figure: its value, its ratio where it has one, and whether its limit is kept. */
export function linesOf({ figures, ratios, limits }: BenchReport, missed: readonly string[]): string {
  const lines = Object.entries(figures).map(([name, value]) => {
    const ratio = ratios[name] === undefined ? '' : `ratio ${ratios[name]}`;
    const verdict = missed.includes(name) ? 'MISSED' : 'ok';
    const limit = limits[name] === undefined ? '' : `${verdict} ${JSON.stringify(limits[name])}`;
    return `${name.padEnd(30)} ${String(rounded(value, 3)).padStart(12)}  ${ratio.padEnd(16)} ${limit}`.trimEnd();
  });
  return `${lines.join('\n')}\n`;
}
