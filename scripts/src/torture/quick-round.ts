import { spawnSync } from 'node:child_process';

/** Runs one torture as a person would; throws unless it was content and nothing was stored twice. */
export function expectContent(name: string, cycles: number): void {
  const { status, stdout, stderr } = spawnSync('scripts/torture', [name, '--cycles', String(cycles), '--json'], {
    encoding: 'utf8',
  });
  const last = stdout.trim().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`${name} printed no figures: ${stderr.slice(-2_000)}`);
  if (status !== 0 || (JSON.parse(last).duplicates ?? 0) !== 0)
    throw new Error(`${name} ended with ${status}: ${last}\n${stderr.slice(-2_000)}`);
}
