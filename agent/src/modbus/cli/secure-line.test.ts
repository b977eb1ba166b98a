import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TestAuthority } from '../../../test/certificates.ts';
import { startSecureSlave } from '../../../test/modbus-tls-slave.ts';
import { modbusCommand } from './modbus-commands.ts';

let folder: string;
let authority: TestAuthority;
let slave: { port: number; close(): void };
let printed = '';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vigie-tls-'));
  authority = await TestAuthority.create();
  slave = await startSecureSlave(authority, {});
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
  slave.close();
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, pem: string): string {
  const path = join(folder, name);
  writeFileSync(path, pem);
  return path;
}

function read(...access: string[]): Promise<unknown> {
  const line = ['--tls', `127.0.0.1:${slave.port}`, '--unit', '1', '--json'];
  return modbusCommand()
    .exitOverride()
    .parseAsync(['read', 'holding', '0', '1', ...line, ...access], { from: 'user' });
}

it('reads over TLS with the authority of the slave and a certificate of its own', async () => {
  const { certificate, key } = await authority.issue('technician', []);
  const own = ['--cert', file('own.pem', certificate), '--key', file('own.key', key)];
  await read('--ca', file('ca.pem', authority.pem), ...own);
  expect(JSON.parse(printed).words).toEqual([42]);
});

it('says what is missing: the authority, the other half of the certificate, a file', async () => {
  const ca = file('ca.pem', authority.pem);
  await expect(read()).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining('--ca') });
  await expect(read('--ca', ca, '--cert', ca)).rejects.toMatchObject({ message: expect.stringContaining('--key') });
  const absent = join(folder, 'absent.pem');
  await expect(read('--ca', absent)).rejects.toMatchObject({ message: expect.stringContaining(absent) });
});
