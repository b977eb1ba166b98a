import type { Random } from '../random.ts';
import { between } from '../random.ts';

const HOUR_MS = 3_600_000;

/** Something that uses what a meter counts: a rate that wanders around a daily curve, and a total that only rises. */
export class Consumer {
  readonly #random: Random;
  readonly #typical: number;
  #total: number;
  #wander = 1;
  #at: number;

  /** `typical` is a rate per hour (W, L/h); the total is in that unit times hours. */
  constructor(random: Random, cityMs: number, typical: number, total: number) {
    this.#random = random;
    this.#typical = typical;
    this.#total = total;
    this.#at = cityMs;
  }

  advance(cityMs: number): { rate: number; total: number } {
    const hours = Math.max(0, cityMs - this.#at) / HOUR_MS;
    this.#at = cityMs;
    this.#wander = Math.min(1.6, Math.max(0.3, this.#wander + between(this.#random, -0.08, 0.08)));
    const rate = this.#typical * dailyCurve(cityMs) * this.#wander;
    this.#total += rate * hours;
    return { rate, total: this.#total };
  }
}

/** Little at night, a peak in the morning and a higher one in the evening; about 1 on average. */
function dailyCurve(cityMs: number): number {
  const hour = (cityMs / HOUR_MS) % 24;
  const peak = (at: number, width: number): number => Math.exp(-(((hour - at) / width) ** 2));
  return 0.45 + 0.9 * peak(7.5, 1.8) + 1.3 * peak(18.5, 2.6);
}
