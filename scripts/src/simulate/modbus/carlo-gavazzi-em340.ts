import { PHASES, type ThreePhaseLoad } from '../physics/three-phase-load.ts';
import type { TrueReading } from '../truth.ts';
import type { Point, SlaveModel } from './slave.ts';
import { int32Swapped, uint16 } from './words.ts';

const LINE_TO_LINE = ['L12', 'L23', 'L31'] as const;

/** EM340 communication protocol: 32-bit integers with the least significant word first; energy in 0.1 kWh. */
export class CarloGavazziEm340 implements SlaveModel {
  readonly model = 'carlo-gavazzi/em340';
  readonly maxRegisters = 50;
  readonly lastAddress = { inputRegister: 0x0051 };
  readonly #load: ThreePhaseLoad;

  constructor(load: ThreePhaseLoad) {
    this.#load = load;
  }

  points(cityMs: number): Point[] {
    const state = this.#load.advance(cityMs);
    const hundreds = (wattHours: number): number => Math.floor(wattHours / 100);
    const varh = hundreds(state.reactiveVarh);
    const millis = Math.round(state.powerFactor * 1_000);
    return [
      ...state.phases.flatMap(({ voltage, current, powerW }, index) => {
        const channel = PHASES[index] ?? 'N';
        const between = LINE_TO_LINE[index] ?? 'L12';
        const lineToLine = Math.round(voltage * Math.sqrt(3) * 10);
        const energy = hundreds(state.importWh / 3);
        return [
          wide(0x00 + index * 2, voltage * 10, { quantity: 'elec.voltage', channel, value: voltage }),
          wide(0x06 + index * 2, lineToLine, { quantity: 'elec.voltageLL', channel: between, value: lineToLine / 10 }),
          wide(0x0c + index * 2, current * 1_000, { quantity: 'elec.current', channel, value: current }),
          wide(0x12 + index * 2, powerW * 10, { quantity: 'elec.power', channel, value: powerW }),
          narrow(0x2e + index, millis, { quantity: 'elec.pf', channel, value: state.powerFactor }),
          wide(0x40 + index * 2, energy, { quantity: 'elec.import', channel, value: energy * 100 }),
        ];
      }),
      wide(0x28, state.powerW * 10, { quantity: 'elec.power', value: state.powerW }),
      wide(0x2a, state.apparentVa * 10, { quantity: 'elec.apparent', value: state.apparentVa }),
      wide(0x2c, state.reactiveVar * 10, { quantity: 'elec.reactive', value: state.reactiveVar }),
      narrow(0x31, millis, { quantity: 'elec.pf', value: state.powerFactor }),
      narrow(0x33, 500, { quantity: 'elec.freq', value: 50 }),
      wide(0x34, hundreds(state.importWh), { quantity: 'elec.import', value: hundreds(state.importWh) * 100 }),
      wide(0x36, varh, { quantity: 'elec.reactive.import', value: varh * 100 }),
      wide(0x4e, 0, { quantity: 'elec.export', value: 0 }),
      wide(0x50, 0, { quantity: 'elec.reactive.export', value: 0 }),
    ];
  }
}

function wide(address: number, raw: number, reading: TrueReading): Point {
  return { table: 'inputRegister', address, words: int32Swapped(Math.round(raw)), reading };
}

function narrow(address: number, raw: number, reading: TrueReading): Point {
  return { table: 'inputRegister', address, words: uint16(raw), reading };
}
