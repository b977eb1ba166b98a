import { readdirSync, readFileSync } from 'node:fs';

/** The process id of the child of that name; throws where there is none. */
export function childOf(parent: number, name: string): number {
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const [, found, , ppid] = /^\d+ \((.*)\) (\S) (\d+) /s.exec(statOf(pid)) ?? [];
    if (found === name && Number(ppid) === parent) return Number(pid);
  }
  throw new Error(`no ${name} runs under ${parent}`);
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // It ended while the others were looked at.
    return '';
  }
}
