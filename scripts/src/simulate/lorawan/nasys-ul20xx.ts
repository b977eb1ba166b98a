import type { Lamp } from '../physics/lamp.ts';
import type { Sensor, Uplink } from './sensor.ts';

const STATUS_PORT = 23;
const USAGE_PORT = 26;
const COMMAND_PORT = 60;
const MANUAL_DIMMING = 0x01;
const TIMED_DIMMING = 0x09;
const STATUS_REQUEST = 0x05;
const ALL_DRIVERS = 0xfe;
const CONTROLLER = 0xff;
const RESUME = 0xff;
const RELAY_CLOSED = 0x80;
const LAMP_ON = 0x04;
const REASON_MANUAL = 0x00;
const REASON_DUSK = 0x19;

/** Luminaire controller of Nordic Automation Systems, firmware 1.1: its status and usage packets in turn. */
export class NasysUl20xx implements Sensor {
  readonly model = 'nasys/ul20xx';
  readonly #lamp: Lamp;
  #manual = false;
  #usageNext = false;
  /** The last command, which the controller repeats before anything else. */
  #echo: Buffer | undefined;

  constructor(lamp: Lamp) {
    this.#lamp = lamp;
  }

  measure(cityMs: number, realMs: number): Uplink {
    const state = this.#lamp.advance(cityMs);
    const echo = this.#echo;
    if (echo) {
      this.#echo = undefined;
      const level = echo[2] ?? 0;
      const readings = level === RESUME ? [] : [{ quantity: 'lamp.dim', value: level }];
      return { fPort: COMMAND_PORT, payload: echo, readings };
    }
    this.#usageNext = !this.#usageNext;
    return this.#usageNext ? this.#status(state.level, realMs) : usage(state);
  }

  receive(fPort: number, payload: Buffer): void {
    if (fPort !== COMMAND_PORT) return;
    const [packet, address, level = 0] = payload;
    if (packet === STATUS_REQUEST) this.#usageNext = false;
    if ((packet !== MANUAL_DIMMING && packet !== TIMED_DIMMING) || address !== ALL_DRIVERS) return;
    if (level !== RESUME && level > 100) return;
    this.#manual = level !== RESUME;
    this.#lamp.dim(level === RESUME ? undefined : level);
    this.#echo = Buffer.from(payload);
  }

  #status(level: number, realMs: number): Uplink {
    const payload = Buffer.alloc(16);
    const rssi = -71;
    const snr = 8;
    const temperature = 24;
    const lit = level > 0;
    payload[0] = 0x01;
    payload.writeUInt32LE(Math.floor(realMs / 1_000), 1);
    payload[5] = lit ? RELAY_CLOSED : 0;
    payload[7] = -rssi;
    payload.writeInt8(snr, 8);
    payload.writeInt8(temperature, 9);
    // payload[10] alerts and payload[11] length of sensor data: none
    payload[12] = ALL_DRIVERS;
    payload[13] = this.#manual ? REASON_MANUAL : REASON_DUSK;
    payload[14] = level;
    payload[15] = lit ? LAMP_ON : 0;
    return {
      fPort: STATUS_PORT,
      payload,
      readings: [
        { quantity: 'dev.fault', value: 'ok' },
        { quantity: 'lamp.state', value: lit ? 'on' : 'off' },
        { quantity: 'dev.rssi', value: rssi },
        { quantity: 'dev.snr', value: snr },
        { quantity: 'dev.temp', value: temperature },
        { quantity: 'lamp.dim', value: level },
        { quantity: 'lamp.fault', value: 'ok' },
      ],
    };
  }
}

/** Flags: energy, power, power factor, voltage and hours; load-side values are left out. */
function usage(state: { powerW: number; energyWh: number; litHours: number; level: number }): Uplink {
  const payload = Buffer.alloc(15);
  const powerFactor = state.level === 0 ? 40 : 95;
  const voltage = 231;
  payload[1] = CONTROLLER;
  payload[2] = 0b1011_0011;
  payload.writeUInt32LE(state.energyWh, 3);
  payload.writeUInt16LE(state.powerW, 7);
  payload[9] = powerFactor;
  payload[10] = voltage;
  payload.writeUInt32LE(state.litHours * 3_600, 11);
  return {
    fPort: USAGE_PORT,
    payload,
    readings: [
      { quantity: 'lamp.energy', value: state.energyWh },
      { quantity: 'lamp.power', value: state.powerW },
      { quantity: 'lamp.pf', value: powerFactor / 100 },
      { quantity: 'lamp.voltage', value: voltage },
      { quantity: 'lamp.hours', value: state.litHours },
    ],
  };
}
