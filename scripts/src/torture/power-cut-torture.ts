import { join } from 'node:path';
import { until } from '../demo/program.ts';
import { ImageDisk, requireRoot, unmount } from './disk.ts';
import type { Torture } from './torture.ts';

const DRAIN_EVERY = 5;
/** A cut before anything was stored would show nothing. */
const STORED_BEFORE_CUT = 5;
const STORED_LIMIT_MS = 60_000;

/**
 * The agent's data lies on a disk of its own. At a random moment the agent is frozen, what is really on the disk is
 * copied, and the agent dies; it goes on from the copy, as after a power cut that took everything unsynced with it. What
 * it had called stored before must be there.
 */
export function powerCutTorture(name: string, wrapper: readonly string[], loss: 'none' | 'some'): Torture {
  requireRoot(name);
  let disk: ImageDisk;
  return {
    name,
    cycles: 10,
    loss,
    prepare: async ({ folder }) => {
      disk = new ImageDisk(folder, join(folder, 'agent'));
      disk.mount();
    },
    cycle: async ({ district, stored, excused, pause, folder, cycles }, cycle) => {
      if (cycle === 1) {
        await district.killAgent();
        district.startAgent(wrapper);
      }
      // Without the server everything lies on the disk alone; now and then the backlog may drain.
      if (cycle % DRAIN_EVERY === 0) district.backhaul.mend();
      else district.backhaul.cut();
      const before = stored.read().length;
      await pause(300, 1_500);
      await until('the agent to store something', () => stored.read().length >= before + STORED_BEFORE_CUT, {
        limitMs: STORED_LIMIT_MS,
        everyMs: 20,
      });
      district.freezeAgent();
      const promised = stored.read().length;
      const copy = join(folder, 'cut.img');
      disk.copyTo(copy);
      await district.killAgent();
      // What was called stored while the copy began is in doubt in both directions: it is not counted.
      for (const { epoch, seq } of stored.read().slice(promised)) excused.add(`${epoch}:${seq}`);
      disk.unmount();
      disk.restoreFrom(copy);
      disk.mount();
      district.startAgent(wrapper);
      if (cycle === cycles) district.backhaul.mend();
    },
    cleanUp: async ({ folder }) => unmount(join(folder, 'agent')),
  };
}
