import { PHASES, type ThreePhaseLoad } from '../physics/three-phase-load.ts';
import type { TrueReading } from '../truth.ts';
import type { Point, SlaveModel } from './slave.ts';
import { float32 } from './words.ts';

const BETWEEN = ['L12', 'L23', 'L31'];

/** SDM630 Modbus protocol V1.8: floats in input registers; energy in kWh and kvarh. */
export class EastronSdm630 implements SlaveModel {
  readonly model = 'eastron/sdm630';
  readonly maxRegisters = 80;
  readonly lastAddress = { inputRegister: 0x017d };
  readonly #load: ThreePhaseLoad;

  constructor(load: ThreePhaseLoad) {
    this.#load = load;
  }

  points(cityMs: number): Point[] {
    const state = this.#load.advance(cityMs);
    const whole = (address: number, value: number, quantity: string): Point =>
      point(address, value, { quantity, value });
    const energy = (address: number, wattHours: number, quantity: string, channel?: string): Point => {
      // Ten watt-hours are what a float of this size holds exactly.
      const kilo = Math.floor(wattHours / 10) / 100;
      const value = Math.floor(wattHours / 10) * 10;
      return point(address, kilo, channel === undefined ? { quantity, value } : { quantity, channel, value });
    };
    const between = (address: number, value: number, channel: string): Point =>
      point(address, value, { quantity: 'elec.voltageLL', channel, value });
    return [
      ...state.phases.flatMap(({ voltage, current, powerW }, index) => {
        const channel = PHASES[index] ?? 'N';
        const row = (address: number, quantity: string, value: number): Point =>
          point(address + index * 2, value, { quantity, channel, value });
        return [
          row(0x0000, 'elec.voltage', voltage),
          row(0x0006, 'elec.current', current),
          row(0x000c, 'elec.power', powerW),
          row(0x0012, 'elec.apparent', Math.round(voltage * current)),
          row(0x0018, 'elec.reactive', Math.round(powerW * 0.36)),
          row(0x001e, 'elec.pf', state.powerFactor),
          between(0x00c8 + index * 2, Math.round(voltage * Math.sqrt(3)), BETWEEN[index] ?? ''),
          row(0x00ea, 'elec.thd', 2.5 + index / 2),
          row(0x00f0, 'elec.thdCurrent', 8 + index / 2),
          energy(0x015a + index * 2, Math.floor(state.importWh / 3), 'elec.import', channel),
          energy(0x0160 + index * 2, 0, 'elec.export', channel),
        ];
      }),
      whole(0x0034, state.powerW, 'elec.power'),
      whole(0x0038, state.apparentVa, 'elec.apparent'),
      whole(0x003c, state.reactiveVar, 'elec.reactive'),
      whole(0x003e, state.powerFactor, 'elec.pf'),
      whole(0x0046, state.frequencyHz, 'elec.freq'),
      energy(0x0048, state.importWh, 'elec.import'),
      energy(0x004a, 0, 'elec.export'),
      energy(0x004c, state.reactiveVarh, 'elec.reactive.import'),
      energy(0x004e, 0, 'elec.reactive.export'),
      whole(0x0054, state.powerW, 'elec.demand'),
      point(0x00e0, 0, { quantity: 'elec.current', channel: 'N', value: 0 }),
    ];
  }
}

function point(address: number, value: number, reading: TrueReading): Point {
  return { table: 'inputRegister', address, words: float32(value), reading };
}
