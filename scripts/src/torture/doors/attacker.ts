import { setPriority } from 'node:os';
import { seededRandom } from '../../simulate/random.ts';
import { type DoorTargets, doorsOf } from './doors-of.ts';

/** What the torture says: first where the doors are, then one visit after the other. */
export type AttackerOrder = { targets: DoorTargets } | { visit: number; door: string; seed: number };
export interface AttackerReport {
  done: number;
}

/** Its processor is its own in life; on one machine it must not be what an honest neighbour lacks. */
const LOWEST_PRIORITY = 19;
setPriority(LOWEST_PRIORITY);

let doors = new Map<string, (random: () => number) => Promise<void>>();

process.on('message', (order: AttackerOrder) => {
  if ('targets' in order) {
    doors = new Map(doorsOf(order.targets).map((door) => [door.name, (random) => door.attack(random)]));
    return;
  }
  const visited = doors.get(order.door)?.(seededRandom(order.seed)) ?? Promise.resolve();
  const tell = () => process.send?.({ done: order.visit } satisfies AttackerReport);
  visited.then(tell, tell);
});
process.on('disconnect', () => process.exit(0));
