import { between, type Random } from '../random.ts';
import type { TrueReading } from '../truth.ts';
import type { Point, SlaveModel, Table } from './slave.ts';
import { int32, uint16, uint64 } from './words.ts';

const HOUR_MS = 3_600_000;
const PUMPS = ['P1', 'P2'] as const;
const MANUAL_MODE = 2;
const START_LEVEL = 0;
const STOP_LEVEL = 1;
const PUMP_M3_PER_HOUR = 40;
const SUMP_M2 = 6;
const PUMP_W = 5_500;

/** Waste water runs into a sump; a pump starts at one level and stops at another, the two taking turns. */
export class PumpingStation implements SlaveModel {
  readonly model = 'vigie/pumping-station';
  readonly maxRegisters = 125;
  readonly lastAddress = { coil: 2, discreteInput: 5, holdingRegister: 1, inputRegister: 22 };
  readonly #random: Random;
  readonly #levels = [1_800, 600];
  readonly #manual = [0, 0];
  readonly #runMs = [0, 0];
  readonly #starts = [0, 0];
  #mode = 0;
  #levelMm: number;
  #running = -1;
  #next = 0;
  #volumeL: number;
  #energyWh: number;
  #at: number;

  constructor(random: Random, cityMs: number) {
    this.#random = random;
    this.#levelMm = between(random, 700, 1_700);
    this.#volumeL = Math.round(between(random, 1e6, 9e7));
    this.#energyWh = Math.round(between(random, 1e5, 9e6));
    this.#runMs.fill(Math.round(between(random, 500, 9_000)) * HOUR_MS);
    this.#starts.fill(Math.round(between(random, 1_000, 30_000)));
    this.#at = cityMs;
  }

  points(cityMs: number): Point[] {
    this.#advance(cityMs);
    const running = PUMPS.map((_, index) => this.#runs(index));
    const count = running.filter(Boolean).length;
    const level = Math.round(this.#levelMm);
    const flow = count * PUMP_M3_PER_HOUR * 1_000;
    const bit = (table: Table, address: number, value: number, reading?: TrueReading): Point => ({
      table,
      address,
      words: [value],
      ...(reading ? { reading } : {}),
    });
    return [
      ...PUMPS.flatMap((channel, index) => [
        bit('discreteInput', index, running[index] ? 1 : 0, {
          quantity: 'pump.state',
          channel,
          value: running[index] ? 'on' : 'off',
        }),
        bit('discreteInput', 2 + index, 0),
        point(1 + index, uint16(running[index] ? 108 : 0), {
          quantity: 'pump.current',
          channel,
          value: running[index] ? 10.8 : 0,
        }),
        whole(3 + index * 2, Math.floor((this.#runMs[index] ?? 0) / HOUR_MS), 'pump.hours', channel),
        whole(7 + index * 2, this.#starts[index] ?? 0, 'pump.starts', channel),
      ]),
      bit('discreteInput', 4, 0, { quantity: 'pump.overflow', value: 'no' }),
      bit('discreteInput', 5, 0, { quantity: 'door.state', value: 'closed' }),
      bit('coil', MANUAL_MODE, this.#mode, { quantity: 'pump.mode', value: this.#mode ? 'manual' : 'automatic' }),
      ...this.#levels.map((value, address): Point => ({ table: 'holdingRegister', address, words: [value] })),
      point(0, uint16(level), { quantity: 'water.level', value: level / 1_000 }),
      whole(11, flow, 'pump.flow'),
      point(13, uint64(Math.floor(this.#volumeL)), { quantity: 'pump.volume', value: Math.floor(this.#volumeL) }),
      whole(17, count * PUMP_W, 'elec.power'),
      point(19, uint64(Math.floor(this.#energyWh)), { quantity: 'elec.import', value: Math.floor(this.#energyWh) }),
    ];
  }

  write(table: Table, address: number, values: readonly number[]): boolean {
    if (table === 'holdingRegister' && address + values.length - 1 <= STOP_LEVEL) {
      values.forEach((value, offset) => {
        this.#levels[address + offset] = value;
      });
      return true;
    }
    if (table !== 'coil' || address + values.length - 1 > MANUAL_MODE) return false;
    values.forEach((value, offset) => {
      if (address + offset === MANUAL_MODE) this.#mode = value;
      else this.#manual[address + offset] = value;
    });
    return true;
  }

  #runs(index: number): boolean {
    return this.#mode ? this.#manual[index] === 1 : this.#running === index;
  }

  #advance(cityMs: number): void {
    const hours = Math.min(0.05, Math.max(0, cityMs - this.#at) / HOUR_MS);
    this.#at = cityMs;
    const pumping = PUMPS.filter((_, index) => this.#runs(index)).length * PUMP_M3_PER_HOUR;
    const inflow = between(this.#random, 8, 22);
    this.#levelMm = Math.min(3_000, Math.max(300, this.#levelMm + ((inflow - pumping) * hours * 1_000) / SUMP_M2));
    this.#volumeL += pumping * hours * 1_000;
    this.#energyWh += (pumping / PUMP_M3_PER_HOUR) * PUMP_W * hours;
    PUMPS.forEach((_, index) => {
      if (this.#runs(index)) this.#runMs[index] = (this.#runMs[index] ?? 0) + hours * HOUR_MS;
    });
    if (this.#running < 0 && this.#levelMm >= (this.#levels[START_LEVEL] ?? 0)) {
      this.#running = this.#next;
      this.#starts[this.#next] = (this.#starts[this.#next] ?? 0) + 1;
      this.#next = 1 - this.#next;
    } else if (this.#running >= 0 && this.#levelMm <= (this.#levels[STOP_LEVEL] ?? 0)) {
      this.#running = -1;
    }
  }
}

function point(address: number, words: number[], reading: TrueReading): Point {
  return { table: 'inputRegister', address, words, reading };
}

/** A 32-bit number, most significant word first. */
function whole(address: number, value: number, quantity: string, channel?: string): Point {
  return point(address, int32(value), channel === undefined ? { quantity, value } : { quantity, channel, value });
}
