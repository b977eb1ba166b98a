import type { Consumer } from '../physics/consumer.ts';
import type { Sensor, Uplink } from './sensor.ts';

const IMPORT_T1 = 0x03;
const POWER = 0x0b;
const VOLTAGE_L1 = 0x14;
const FREQUENCY = 0x1a;

/** Three-phase meter: time, then pairs of a number and a value, then a CRC-8. */
export class EmuProfIi implements Sensor {
  readonly model = 'emu/emu-prof-ii';
  readonly #load: Consumer;

  constructor(load: Consumer) {
    this.#load = load;
  }

  measure(cityMs: number, realMs: number): Uplink {
    const { rate, total } = this.#load.advance(cityMs);
    const energyWh = Math.floor(total);
    const powerW = Math.round(rate);
    const decivolts = 2_300 + (powerW % 60) - 30;
    const content = Buffer.alloc(22);
    content.writeUInt32LE(Math.floor(realMs / 1_000), 0);
    content[4] = IMPORT_T1;
    content.writeUInt32LE(energyWh, 5);
    content[9] = POWER;
    content.writeInt32LE(powerW, 10);
    content[14] = VOLTAGE_L1;
    content.writeInt32LE(decivolts, 15);
    content[19] = FREQUENCY;
    content.writeInt16LE(500, 20);
    return {
      fPort: 1,
      payload: Buffer.concat([content, Buffer.of(crc8(content))]),
      readings: [
        { quantity: 'elec.import', channel: 'T1', value: energyWh },
        { quantity: 'elec.power', value: powerW },
        { quantity: 'elec.voltage', channel: 'L1', value: decivolts / 10 },
        { quantity: 'elec.freq', value: 50 },
      ],
    };
  }
}

function crc8(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      const carry = (crc >> 7) ^ ((byte >> bit) & 1);
      crc = ((crc << 1) & 0xff) ^ (carry ? 0x07 : 0);
    }
  }
  return crc;
}
