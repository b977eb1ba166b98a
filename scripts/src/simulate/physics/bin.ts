import type { Random } from '../random.ts';
import { between } from '../random.ts';

const HOUR_MS = 3_600_000;
const DEPTH_MM = 1_200;
const FULL_MM = 200;

/** A container that fills by day and is emptied some time after it got full. */
export class Bin {
  readonly #random: Random;
  readonly #mmPerHour: number;
  #distanceMm: number;
  #emptyAt: number | undefined;
  #at: number;

  constructor(random: Random, cityMs: number) {
    this.#random = random;
    this.#mmPerHour = between(random, 15, 60);
    this.#distanceMm = between(random, FULL_MM + 50, DEPTH_MM);
    this.#at = cityMs;
  }

  advance(cityMs: number): { distanceMm: number; full: boolean; temperature: number } {
    const hours = Math.max(0, cityMs - this.#at) / HOUR_MS;
    this.#at = cityMs;
    this.#distanceMm = Math.max(60, this.#distanceMm - this.#mmPerHour * hours * between(this.#random, 0.3, 1.7));
    const full = this.#distanceMm <= FULL_MM;
    if (full && this.#emptyAt === undefined) this.#emptyAt = cityMs + between(this.#random, 0.5, 4) * HOUR_MS;
    if (this.#emptyAt !== undefined && cityMs >= this.#emptyAt) {
      this.#distanceMm = DEPTH_MM - between(this.#random, 0, 80);
      this.#emptyAt = undefined;
    }
    return {
      distanceMm: Math.round(this.#distanceMm),
      full: this.#distanceMm <= FULL_MM,
      temperature: Math.round(airTemperature(cityMs)),
    };
  }
}

/** Degrees Celsius through the day, coldest at five. */
function airTemperature(cityMs: number): number {
  const hour = (cityMs / HOUR_MS) % 24;
  return 11 - 5 * Math.cos(((hour - 5) / 24) * 2 * Math.PI);
}
