import { readdirSync, readFileSync } from 'node:fs';
import { cpuSecondsOf, memoryOf } from '../process-cost.ts';

/** Field of /proc/PID/stat after the name in brackets: process group. */
const PROCESS_GROUP = 2;

/** Processor seconds so far and resident memory (2^20 bytes) of all living processes of a group. */
export function costOfGroup(group: number): { cpuSeconds: number; rssMb: number; processes: number } {
  const cost = { cpuSeconds: 0, rssMb: 0, processes: 0 };
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[PROCESS_GROUP]) !== group) continue;
      cost.cpuSeconds += cpuSecondsOf(Number(name));
      cost.rssMb += memoryOf(Number(name)).rssMb;
      cost.processes += 1;
    } catch {
      // It ended while it was looked at.
    }
  }
  return cost;
}
