import type { Consumer } from '../physics/consumer.ts';
import type { Sensor, Uplink } from './sensor.ts';

/** Water meter adapter: status and index in litres. */
export class TalkpoolOy1320 implements Sensor {
  readonly model = 'talkpool/oy1320';
  readonly #water: Consumer;

  constructor(water: Consumer) {
    this.#water = water;
  }

  measure(cityMs: number): Uplink {
    const litres = Math.floor(this.#water.advance(cityMs).total);
    const payload = Buffer.from([1, 0x21, 0, 0, 0, 0]);
    payload.writeUInt32BE(litres, 2);
    return { fPort: 2, payload, readings: [{ quantity: 'water.volume', value: litres }] };
  }
}
