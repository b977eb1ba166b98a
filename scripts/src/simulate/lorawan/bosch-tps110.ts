import { between, type Random } from '../random.ts';
import type { Sensor, Uplink } from './sensor.ts';

const MINUTE_MS = 60_000;
const STATUS_PORT = 1;
const HEARTBEAT_PORT = 2;

/** Parking sensor: a byte when a car comes or goes, a heartbeat with the temperature otherwise. */
export class BoschTps110 implements Sensor {
  readonly model = 'bosch/tps110';
  readonly #random: Random;
  #occupied: boolean;
  #changeAt: number;

  constructor(random: Random, cityMs: number) {
    this.#random = random;
    this.#occupied = random() < 0.6;
    this.#changeAt = cityMs + between(random, 1, 90) * MINUTE_MS;
  }

  measure(cityMs: number): Uplink {
    const changed = cityMs >= this.#changeAt;
    if (changed) {
      this.#occupied = !this.#occupied;
      this.#changeAt = cityMs + between(this.#random, 10, 120) * MINUTE_MS;
    }
    const spot = { quantity: 'spot.state', value: this.#occupied ? 'occupied' : 'free' };
    const state = this.#occupied ? 1 : 0;
    if (changed) return { fPort: STATUS_PORT, payload: Buffer.of(state), readings: [spot] };
    const temperature = Math.round(between(this.#random, 2, 18));
    return {
      fPort: HEARTBEAT_PORT,
      payload: Buffer.of(state, temperature),
      readings: [spot, { quantity: 'dev.temp', value: temperature }],
    };
  }
}
