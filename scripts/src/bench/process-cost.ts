import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import type { Program } from '../demo/program.ts';

/** Of Linux's /proc: clock ticks of a second, the same on every machine that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Processor seconds that a process has used so far, all threads, user and system. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold spaces; `utime` and `stime` are fields 14 and 15, and the third follows the bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory in MB (2^20 bytes): now, and the most that it ever was. */
export function memoryOf(pid: number): { rssMb: number; peakRssMb: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1_024;
  return { rssMb: megabytes('VmRSS'), peakRssMb: megabytes('VmHWM') };
}

/** What each program, and the bench itself, uses from now on until it is asked. */
export class CostMeter {
  readonly #programs: { name: string; pid: number; before: number }[];
  readonly #beganMs = performance.now();

  constructor(programs: readonly Pick<Program, 'name' | 'pid'>[]) {
    const all = [...programs.map(({ name, pid }) => ({ name, pid })), { name: 'bench', pid: process.pid }];
    this.#programs = all.map(({ name, pid }) => ({ name, pid, before: cpuSecondsOf(pid) }));
  }

  get seconds(): number {
    return (performance.now() - this.#beganMs) / 1_000;
  }

  cpuSeconds(name: string): number {
    const program = this.#programs.find((candidate) => candidate.name === name);
    return program ? cpuSecondsOf(program.pid) - program.before : Number.NaN;
  }

  /** For the conditions of a bench: processor seconds and peak memory of each process. */
  conditions(): Record<string, string> {
    const seconds = this.seconds.toFixed(1);
    return Object.fromEntries(
      this.#programs.map(({ name, pid, before }) => {
        const used = (cpuSecondsOf(pid) - before).toFixed(2);
        return [
          `process ${name}`,
          `${used} s of processor in ${seconds} s, at most ${memoryOf(pid).peakRssMb.toFixed(0)} MB`,
        ];
      }),
    );
  }
}

/** The machine, and how busy it was with other things: a bench is worth little on a machine that others use. */
export function machine(): Record<string, string> {
  const [first] = cpus();
  const load = loadavg()[0]?.toFixed(1);
  return { cpu: `${cpus().length} × ${first?.model ?? 'unknown'}`, loadAverageAtEnd: String(load) };
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}

export function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
