import type { Bin } from '../physics/bin.ts';
import type { Sensor, Uplink } from './sensor.ts';

/** Ultrasonic bin sensor: the 17 bytes of its heartbeat without GPS. */
export class DingtekDf702 implements Sensor {
  readonly model = 'dingtek/df702';
  readonly #bin: Bin;

  constructor(bin: Bin) {
    this.#bin = bin;
  }

  measure(cityMs: number): Uplink {
    const { distanceMm, full, temperature } = this.#bin.advance(cityMs);
    const payload = Buffer.from([0x80, 0, 1, full ? 2 : 1, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x81]);
    payload.writeUInt16BE(distanceMm, 5);
    payload.writeInt8(temperature, 8);
    payload[11] = full ? 0x10 : 0;
    return {
      fPort: 3,
      payload,
      readings: [
        { quantity: 'bin.distance', value: distanceMm / 10 },
        { quantity: 'bin.temp', value: temperature },
        { quantity: 'bin.full', value: full ? 'yes' : 'no' },
        { quantity: 'bin.status', value: 'ok' },
        { quantity: 'dev.batteryState', value: 'ok' },
        { quantity: 'bin.tilt', value: 0 },
      ],
    };
  }
}
