import { LIGHTING_ELEVATION, solarElevation } from '../physics/sun.ts';
import { PHASES, type ThreePhaseLoad } from '../physics/three-phase-load.ts';
import type { TrueReading } from '../truth.ts';
import type { Point, SlaveModel, Table } from './slave.ts';
import { int32, uint16, uint64 } from './words.ts';

const CIRCUITS = ['C1', 'C2', 'C3', 'C4'] as const;
const REMOTE_MODE = 4;

/** Street-lighting cabinet: four contactors that follow the sun until someone switches them from afar. */
export class LightingCabinet implements SlaveModel {
  readonly model = 'vigie/lighting-cabinet';
  readonly maxRegisters = 125;
  readonly lastAddress = { coil: 4, discreteInput: 5, inputRegister: 26 };
  readonly #load: ThreePhaseLoad;
  readonly #position: { latitude: number; longitude: number };
  readonly #switched: (number | undefined)[] = CIRCUITS.map(() => undefined);
  #remote = 0;

  constructor(load: ThreePhaseLoad, position: { latitude: number; longitude: number }) {
    this.#load = load;
    this.#position = position;
  }

  points(cityMs: number): Point[] {
    const state = this.#load.advance(cityMs);
    const contactors = CIRCUITS.map((_, index) => this.#contactor(index, cityMs));
    const bit = (table: Table, address: number, value: number, reading: TrueReading): Point => ({
      table,
      address,
      words: [value],
      reading,
    });
    return [
      ...CIRCUITS.flatMap((channel, index) => [
        bit('coil', index, contactors[index] ?? 0, {
          quantity: 'cab.contactor',
          channel,
          value: contactors[index] ? 'on' : 'off',
        }),
        bit('discreteInput', 1 + index, 0, { quantity: 'cab.protection', channel, value: 'ok' }),
      ]),
      bit('coil', REMOTE_MODE, this.#remote, { quantity: 'cab.mode', value: this.#remote ? 'remote' : 'automatic' }),
      bit('discreteInput', 0, 0, { quantity: 'cab.door', value: 'closed' }),
      bit('discreteInput', 5, 0, { quantity: 'cab.protection', channel: 'surge', value: 'ok' }),
      ...state.phases.flatMap(({ voltage, current, powerW }, index) => {
        const channel = PHASES[index] ?? 'N';
        return [
          point(index, uint16(Math.round(voltage * 10)), { quantity: 'cab.voltage', channel, value: voltage }),
          point(3 + index, uint16(Math.round(current * 100)), { quantity: 'cab.current', channel, value: current }),
          point(8 + index * 2, int32(powerW), { quantity: 'cab.power', channel, value: powerW }),
        ];
      }),
      point(6, int32(state.powerW), { quantity: 'cab.power', value: state.powerW }),
      point(14, uint16(Math.round(state.powerFactor * 1_000)), { quantity: 'cab.pf', value: state.powerFactor }),
      point(15, uint16(Math.round(state.frequencyHz * 100)), { quantity: 'cab.freq', value: state.frequencyHz }),
      point(16, uint64(state.importWh), { quantity: 'cab.energy', value: state.importWh }),
      point(20, uint64(state.reactiveVarh), { quantity: 'cab.reactiveEnergy', value: state.reactiveVarh }),
      point(24, uint16(215), { quantity: 'cab.temp', value: 21.5 }),
      point(25, int32(state.reactiveVar), { quantity: 'cab.reactive', value: state.reactiveVar }),
    ];
  }

  write(table: Table, address: number, values: readonly number[]): boolean {
    if (table !== 'coil' || address + values.length - 1 > REMOTE_MODE) return false;
    values.forEach((value, offset) => {
      if (address + offset === REMOTE_MODE) {
        this.#remote = value;
        if (!value) this.#switched.fill(undefined);
      } else {
        this.#switched[address + offset] = value;
      }
    });
    return true;
  }

  #contactor(index: number, cityMs: number): number {
    const { latitude, longitude } = this.#position;
    const dark = solarElevation(cityMs, latitude, longitude) < LIGHTING_ELEVATION;
    return this.#switched[index] ?? (dark ? 1 : 0);
  }
}

function point(address: number, words: number[], reading: TrueReading): Point {
  return { table: 'inputRegister', address, words, reading };
}
