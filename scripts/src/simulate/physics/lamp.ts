import type { Random } from '../random.ts';
import { between } from '../random.ts';
import { LIGHTING_ELEVATION, solarElevation } from './sun.ts';

const HOUR_MS = 3_600_000;
/** Between midnight and five the city halves its light. */
const NIGHT_LEVEL = 50;

/** A LED lantern that follows the sun until someone dims it by hand. */
export class Lamp {
  readonly #latitude: number;
  readonly #longitude: number;
  readonly #ratedW: number;
  #energyWh: number;
  #litMs: number;
  #manual: number | undefined;
  #at: number;

  constructor(random: Random, latitude: number, longitude: number, cityMs: number) {
    this.#latitude = latitude;
    this.#longitude = longitude;
    this.#ratedW = Math.round(between(random, 35, 120));
    this.#litMs = Math.round(between(random, 500, 20_000)) * HOUR_MS;
    this.#energyWh = Math.round((this.#ratedW * this.#litMs * 0.7) / HOUR_MS);
    this.#at = cityMs;
  }

  /** Percent; undefined gives the lamp back to the sun. */
  dim(level: number | undefined): void {
    this.#manual = level;
  }

  advance(cityMs: number): { level: number; powerW: number; energyWh: number; litHours: number } {
    const elapsedMs = Math.max(0, cityMs - this.#at);
    this.#at = cityMs;
    const level = this.#level(cityMs);
    // LED drivers lose a little at low levels.
    const powerW = level === 0 ? 0.4 : this.#ratedW * (0.04 + 0.96 * (level / 100));
    this.#energyWh += (powerW * elapsedMs) / HOUR_MS;
    if (level > 0) this.#litMs += elapsedMs;
    return {
      level,
      powerW: Math.round(powerW),
      energyWh: Math.floor(this.#energyWh),
      litHours: Math.floor(this.#litMs / HOUR_MS),
    };
  }

  #level(cityMs: number): number {
    if (this.#manual !== undefined) return this.#manual;
    if (solarElevation(cityMs, this.#latitude, this.#longitude) >= LIGHTING_ELEVATION) return 0;
    const hour = new Date(cityMs + (this.#longitude / 15) * HOUR_MS).getUTCHours();
    return hour < 5 ? NIGHT_LEVEL : 100;
  }
}
