import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../src/vigie-agent.ts', import.meta.url));
const LIMIT = { timeout: 60_000 };
const isRoot = userInfo().uid === 0;
/** `nobody`, who owns nothing. */
const NOBODY = 65_534;

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'vigie-verbs-'));
  folders.push(made);
  return made;
}

async function run(args: readonly string[], { uid }: { uid?: number } = {}) {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LANG: 'C', LC_ALL: 'C' },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

describe('vigie-agent, where a person can mend what is wrong', () => {
  it.skipIf(!isRoot)('says whose the folder is, instead of a trace', LIMIT, async () => {
    const data = await folder();
    const { code, stderr } = await run(['doctor', '--data', data], { uid: NOBODY });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^FILE_FORBIDDEN: /);
    expect(stderr).toContain('sudo');
    expect(stderr).not.toContain('    at ');
  });

  it('names the file that is not there', LIMIT, async () => {
    const { code, stderr } = await run(['config', 'check', '/nowhere/document.json']);
    expect([code, stderr.split(':')[0]]).toEqual([1, 'FILE_MISSING']);
    expect(stderr).toContain('/nowhere/document.json');
    expect(stderr).not.toContain('    at ');
  });

  it('names a folder that stands where a file is wanted', LIMIT, async () => {
    const data = await folder();
    const { code, stderr } = await run(['config', 'check', data]);
    expect([code, stderr.split(':')[0]]).toEqual([1, 'FILE_MISSING']);
  });

  it('says that a damaged state cannot be opened', LIMIT, async () => {
    const data = await folder();
    await writeFile(join(data, 'state.sqlite'), Buffer.alloc(8_192, 'no database '));
    const { code, stderr } = await run(['doctor', '--data', data]);
    expect([code, stderr.split(':')[0]]).toEqual([1, 'STATE_FAILED']);
    expect(stderr).not.toContain('    at ');
  });

  it('ends without a word where its reader has gone', LIMIT, async () => {
    const command = `"${process.execPath}" "${PROGRAM}" modbus scan --help; echo "exit $?" >&2`;
    const shell = spawn('bash', ['-c', `( ${command} ) | true`], { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    shell.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await once(shell, 'close');
    expect(stderr).toBe('exit 0\n');
  });

  it('does not call an agent bad that waits for its claim', LIMIT, async () => {
    const { stdout } = await run(['doctor', '--json', '--data', await folder()]);
    expect(JSON.parse(stdout).findings).toMatchObject([
      { check: 'identity', verdict: 'bad', code: 'NOT_ENROLLED' },
      { check: 'running', verdict: 'warning', reason: 'waitsForClaim' },
    ]);
    const french = await run(['doctor', '--lang', 'fr', '--data', await folder()]);
    expect(french.stdout).toMatch(/^MAUVAIS +identité +NOT_ENROLLED — cette passerelle/);
  });

  it('shows the units of a scan as a range, not one by one', LIMIT, async () => {
    const { stdout } = await run(['modbus', 'scan', '--help']);
    expect(stdout).toContain('(default: 1-247)');
    expect(stdout).not.toContain('246,247');
  });
});
