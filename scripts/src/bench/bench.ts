import type { CalibrationPart } from './calibration.ts';

/**
 * How a figure is judged. With `beside` it hangs on the machine, and the bounds are on its ratio to the calibration (see
 * `ratioOf`); without, on the figure itself: what a protocol or a person waits for, memory, bytes, shares of a line.
 */
export interface FigureRule {
  /** Parts of the calibration that do the same kind of work; of several, their geometric mean. */
  beside?: readonly [CalibrationPart, ...CalibrationPart[]];
  /** What the figure counts, where it stands beside the calibration: units a second, milliseconds or percent of a core. */
  counts?: 'perSecond' | 'ms' | 'cpuPercent';
  atLeast?: number;
  atMost?: number;
}

export type Rules = Readonly<Record<string, FigureRule>>;

/** What a bench measured, and under what. */
export interface Measured<Figure extends string> {
  figures: Record<Figure, number>;
  conditions: Record<string, string | number>;
}

/** One bench: the figures that it gives, how each is judged, and the measuring itself. */
export interface Bench<Figure extends string = string> {
  rules: Readonly<Record<Figure, FigureRule>>;
  measure(): Promise<Measured<Figure>>;
}
