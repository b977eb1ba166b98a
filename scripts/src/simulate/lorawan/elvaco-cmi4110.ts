import type { Consumer } from '../physics/consumer.ts';
import type { Sensor, Uplink } from './sensor.ts';

const STANDARD_FORMAT = 0x00;
/** Specific heat of water: 1.163 Wh per litre and kelvin. */
const WH_PER_L_K = 1.163;

/** Heat meter module: the standard telegram, M-Bus records in BCD after a byte that names the format. */
export class ElvacoCmi4110 implements Sensor {
  readonly model = 'elvaco/cmi4110';
  readonly #heat: Consumer;
  readonly #serial: number;

  constructor(heat: Consumer, serial: number) {
    this.#heat = heat;
    this.#serial = serial;
  }

  measure(cityMs: number): Uplink {
    const { rate, total } = this.#heat.advance(cityMs);
    const energyKWh = Math.floor(total / 1_000);
    const hectowatts = Math.round(rate / 100);
    const flowDeci = 650 + (hectowatts % 80);
    const returnDeci = 420 + (hectowatts % 50);
    const flowLh = Math.round((hectowatts * 100) / (WH_PER_L_K * ((flowDeci - returnDeci) / 10)));
    const decalitres = Math.floor(total / (WH_PER_L_K * 23) / 10);
    const payload = Buffer.concat([
      Buffer.of(STANDARD_FORMAT),
      record([0x0c, 0x06], bcd(energyKWh, 4)),
      record([0x0c, 0x14], bcd(decalitres, 4)),
      record([0x0b, 0x2d], bcd(hectowatts, 3)),
      record([0x0b, 0x3b], bcd(flowLh, 3)),
      record([0x0a, 0x5a], bcd(flowDeci, 2)),
      record([0x0a, 0x5e], bcd(returnDeci, 2)),
      record([0x0c, 0x78], bcd(this.#serial, 4)),
      record([0x02, 0xfd, 0x17], Buffer.of(0, 0)),
    ]);
    return {
      fPort: 2,
      payload,
      readings: [
        { quantity: 'heat.energy', value: energyKWh },
        { quantity: 'heat.volume', value: decalitres * 10 },
        { quantity: 'heat.power', value: hectowatts * 100 },
        { quantity: 'heat.flow', value: flowLh },
        { quantity: 'heat.flowTemp', value: flowDeci / 10 },
        { quantity: 'heat.returnTemp', value: returnDeci / 10 },
        { quantity: 'dev.fault', value: 'ok' },
      ],
    };
  }
}

function record(head: readonly number[], value: Buffer): Buffer {
  return Buffer.concat([Buffer.from(head), value]);
}

/** EN 13757-3 type A: decimal digits, least significant byte first. */
function bcd(value: number, bytes: number): Buffer {
  const digits = String(value)
    .padStart(bytes * 2, '0')
    .slice(-bytes * 2);
  return Buffer.from(digits, 'hex').reverse();
}
