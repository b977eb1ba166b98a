import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';

const PROGRAM = fileURLToPath(new URL('./simulate/main.ts', import.meta.url));
const WAIT = { timeout: 20_000, interval: 50 };
const hasSocat = (() => {
  try {
    execFileSync('socat', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function city(args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-city-'));
  folders.push(folder);
  const line = join(folder, 'line');
  const child = spawn(process.execPath, [PROGRAM, '--rtu', line, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  return { child, said, line };
}

/** Whether a `socat` holds this line. */
function isHeld(line: string): boolean {
  const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
  return processes.some((args) => args.startsWith('socat') && args.includes(line));
}

describe.skipIf(!hasSocat)('a simulated city that ends', () => {
  for (const signals of [['SIGTERM'], ['SIGTERM', 'SIGINT']] as const) {
    it(`leaves no serial line behind after ${signals.join(' and ')}`, { timeout: 60_000 }, async () => {
      const { child, said, line } = city([]);
      await vi.waitFor(() => expect(said.stdout).toContain('"ready":true'), WAIT);
      expect(isHeld(line)).toBe(true);
      const ended = once(child, 'exit');
      for (const signal of signals) child.kill(signal);
      await ended;
      await vi.waitFor(() => expect(isHeld(line)).toBe(false), WAIT);
    });
  }

  it('says in a line that its port is taken, and leaves no serial line either', { timeout: 60_000 }, async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const { child, said, line } = city(['--modbus-base-port', String(port)]);
    const [code] = (await once(child, 'exit')) as [number];
    other.close();
    expect([code, said.stderr]).toEqual([1, expect.stringMatching(/^simulate: .*EADDRINUSE.*\n$/)]);
    expect(isHeld(line)).toBe(false);
  });
});
