import { type ChildProcess, fork } from 'node:child_process';
import type { AttackerOrder, AttackerReport } from './attacker.ts';
import type { Door } from './door.ts';
import { type DoorTargets, doorsOf } from './doors-of.ts';

/** What an honest neighbour of a door saw. */
export interface Neighbourhood {
  door: string;
  restP99Ms: number;
  siegeP99Ms: number;
  starved: boolean;
}

const REST_SAMPLES = 100;
const VISITS_AT_ONCE = 8;
/** Slower than a program may ask the API. */
const SAMPLE_EVERY_MS = 120;
/** Below this nobody waits: a p99 that more than doubles within it is the noise of a machine with two processors. */
const UNNOTICED_MS = 25;

/** Visits doors by an attacker in a process of its own, and measures what their honest neighbours need meanwhile. */
export class Siege {
  readonly #doors: Door[];
  readonly #attacker: ChildProcess;
  readonly #visits = new Map<number, () => void>();
  readonly #rest = new Map<string, number[]>();
  readonly #siege = new Map<string, number[]>();
  #next = 0;
  #measured: string | undefined;
  #measuring: Promise<void> = Promise.resolve();

  /** `only` names the doors to visit; all where absent. */
  constructor(targets: DoorTargets, only?: readonly string[]) {
    this.#doors = doorsOf(targets).filter(({ name }) => !only || only.includes(name));
    this.#attacker = fork(new URL('./attacker.ts', import.meta.url));
    this.#attacker.on('message', ({ done }: AttackerReport) => this.#visits.get(done)?.());
    this.#say({ targets });
  }

  /** Those that are visited. */
  get doors(): readonly string[] {
    return this.#doors.map(({ name }) => name);
  }

  /** What neighbours need while nobody attacks. */
  async rest(): Promise<void> {
    for (const door of this.#doors) {
      const samples: number[] = [];
      for (let sample = 0; sample < REST_SAMPLES; sample++) {
        samples.push(await needed(door));
        await new Promise((resolve) => setTimeout(resolve, SAMPLE_EVERY_MS));
      }
      this.#rest.set(door.name, samples);
    }
  }

  /** Begins one visit; resolves as soon as there is room for the next. */
  async visit(door: string, seed: number): Promise<void> {
    this.#measure(door);
    const visit = this.#next++;
    const over = new Promise<void>((resolve) => this.#visits.set(visit, resolve)).then(() =>
      this.#visits.delete(visit),
    );
    this.#say({ visit, door, seed });
    if (this.#visits.size >= VISITS_AT_ONCE) await Promise.race([over, this.#anyOver()]);
  }

  /** Ends it, and says how the neighbours fared. */
  async end(): Promise<Neighbourhood[]> {
    while (this.#visits.size > 0) await this.#anyOver();
    this.#measured = undefined;
    await this.#measuring;
    this.#attacker.disconnect();
    const besieged = this.#doors.filter(({ name }) => this.#siege.has(name));
    return besieged.map(({ name }) => {
      const restP99Ms = p99(this.#rest.get(name) ?? []);
      const siegeP99Ms = p99(this.#siege.get(name) ?? []);
      return { door: name, restP99Ms, siegeP99Ms, starved: siegeP99Ms > Math.max(2 * restP99Ms, UNNOTICED_MS) };
    });
  }

  #anyOver(): Promise<void> {
    const size = this.#visits.size;
    return new Promise((resolve) => {
      const look = setInterval(() => {
        if (this.#visits.size >= size && size > 0) return;
        clearInterval(look);
        resolve();
      }, 5);
    });
  }

  #say(order: AttackerOrder): void {
    this.#attacker.send(order);
  }

  #measure(door: string): void {
    if (this.#measured === door) return;
    this.#measured = door;
    const found = this.#doors.find(({ name }) => name === door);
    if (!found) throw new Error(`there is no door ${door}`);
    this.#measuring = this.#measuring.then(() => this.#sampleWhileMeasured(found));
  }

  async #sampleWhileMeasured(door: Door): Promise<void> {
    const samples = this.#siege.get(door.name) ?? [];
    this.#siege.set(door.name, samples);
    while (this.#measured === door.name) {
      // A visitor that is gone besieges nobody: what the torture itself does meanwhile is not measured.
      if (this.#visits.size > 0) samples.push(await needed(door));
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_EVERY_MS));
    }
  }
}

/** Infinite where the neighbour was not served at all. */
function needed(door: Door): Promise<number> {
  return door.neighbourMs().catch(() => Number.POSITIVE_INFINITY);
}

function p99(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.POSITIVE_INFINITY;
}
