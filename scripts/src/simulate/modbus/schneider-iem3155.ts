import { PHASES, type ThreePhaseLoad } from '../physics/three-phase-load.ts';
import type { TrueReading } from '../truth.ts';
import type { Point, SlaveModel } from './slave.ts';
import { float32, uint64 } from './words.ts';

/** iEM3000 register list (DOCA0005): power as floats in kW, energy as 64-bit integers in Wh. */
export class SchneiderIem3155 implements SlaveModel {
  readonly model = 'schneider/iem3155';
  readonly maxRegisters = 125;
  readonly lastAddress = { holdingRegister: 0xb0b0 };
  readonly #load: ThreePhaseLoad;

  constructor(load: ThreePhaseLoad) {
    this.#load = load;
  }

  points(cityMs: number): Point[] {
    const state = this.#load.advance(cityMs);
    return [
      ...state.phases.flatMap(({ voltage, current, powerW }, index) => {
        const channel = PHASES[index] ?? 'N';
        const energyWh = Math.floor(state.importWh / 3);
        return [
          point(0x0bb7 + index * 2, float32(current), { quantity: 'elec.current', channel, value: current }),
          point(0x0bd3 + index * 2, float32(voltage), { quantity: 'elec.voltage', channel, value: voltage }),
          point(0x0bed + index * 2, float32(powerW / 1_000), { quantity: 'elec.power', channel, value: powerW }),
          point(0x0dbd + index * 4, uint64(energyWh), { quantity: 'elec.import', channel, value: energyWh }),
        ];
      }),
      point(0x0bf3, float32(state.powerW / 1_000), { quantity: 'elec.power', value: state.powerW }),
      point(0x0bfb, float32(state.reactiveVar / 1_000), { quantity: 'elec.reactive', value: state.reactiveVar }),
      point(0x0c03, float32(state.apparentVa / 1_000), { quantity: 'elec.apparent', value: state.apparentVa }),
      point(0x0c25, float32(state.frequencyHz), { quantity: 'elec.freq', value: state.frequencyHz }),
      point(0x0c83, uint64(state.importWh), { quantity: 'elec.import', value: state.importWh }),
      point(0x0c87, uint64(0), { quantity: 'elec.export', value: 0 }),
      point(0x0c93, uint64(state.reactiveVarh), { quantity: 'elec.reactive.import', value: state.reactiveVarh }),
      point(0x0c97, uint64(0), { quantity: 'elec.reactive.export', value: 0 }),
    ];
  }
}

function point(address: number, words: number[], reading: TrueReading): Point {
  return { table: 'holdingRegister', address, words, reading };
}
