import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateFile } from './state-file.ts';
import { Storage } from './storage.ts';

const CANARIES = ['2b7e151628aed2a6abf7158809cf4f3c', '-----BEGIN PRIVATE KEY-----', 'mosquitto-password'];
const DOCUMENTS = [
  { collection: 'lorawan.sessions', key: '0102030405060708', value: { active: { nwkSKey: CANARIES[0] } } },
  { collection: 'identity', key: 'current', value: { key: `${CANARIES[1]}\nMIGH` } },
  { collection: 'config', key: 'current', value: { lorawan: { sources: [{ password: CANARIES[2] }] } } },
];

describe('the state file', () => {
  let directory: string;
  let path: string;
  let file: string;
  const opened: StateFile[] = [];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'vigie-seal-'));
    [path, file] = [join(directory, 'state.sqlite'), join(directory, 'state.key')];
  });
  afterEach(() => {
    for (const state of opened.splice(0)) state.close();
    rmSync(directory, { recursive: true });
  });

  function open(candidates = [file]): StateFile {
    const state = new StateFile(path, { candidates, file });
    opened.push(state);
    return state;
  }

  function closeAll(): void {
    for (const state of opened.splice(0)) state.close();
  }

  /** Database and write-ahead log as they lie on the disk now. */
  function onDisk(): string {
    const names = readdirSync(directory).filter((name) => name.startsWith('state.sqlite'));
    return names.map((name) => readFileSync(join(directory, name), 'latin1')).join('');
  }

  it('holds no key that could be read, and gives every document back', () => {
    const state = open();
    state.write(DOCUMENTS);
    for (const canary of CANARIES) expect(onDisk()).not.toContain(canary);
    closeAll();
    for (const canary of CANARIES) expect(onDisk()).not.toContain(canary);
    for (const { collection, key, value } of DOCUMENTS) expect(open().all(collection)).toEqual([[key, value]]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('seals what an earlier release left in the clear, and leaves no trace of it', () => {
    const plain = new DatabaseSync(path);
    plain.exec('PRAGMA journal_mode = WAL');
    plain.exec(`CREATE TABLE document (
      collection TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (collection, key)) WITHOUT ROWID`);
    const put = plain.prepare('INSERT OR REPLACE INTO document VALUES (?, ?, ?)');
    for (const { collection, key, value } of DOCUMENTS) put.run(collection, key, JSON.stringify(value));
    plain.exec("DELETE FROM document WHERE collection = 'identity'");
    plain.close();
    expect(onDisk()).toContain(CANARIES[0]);

    const [session] = DOCUMENTS;
    expect(open().all('lorawan.sessions')).toEqual([[session?.key, session?.value]]);
    for (const canary of CANARIES) expect(onDisk()).not.toContain(canary);
  });

  it('opens with the credential of the service before the file', () => {
    const credential = join(directory, 'credential');
    writeFileSync(credential, 'ab'.repeat(32));
    open([credential, file]).write(DOCUMENTS);
    closeAll();
    expect(readdirSync(directory)).not.toContain('state.key');
    expect(open([credential]).all('identity')).toHaveLength(1);
  });

  it('says which code when the key is another, is no key, or is gone, and makes no new one then', () => {
    open().write(DOCUMENTS);
    closeAll();
    writeFileSync(file, 'cd'.repeat(32));
    expect(() => open()).toThrow(expect.objectContaining({ code: 'STATE_KEY_WRONG' }));
    writeFileSync(file, 'no key');
    expect(() => open()).toThrow(expect.objectContaining({ code: 'STATE_KEY_WRONG' }));
    rmSync(file);
    expect(() => open()).toThrow(expect.objectContaining({ code: 'STATE_KEY_MISSING' }));
    expect(readdirSync(directory)).not.toContain('state.key');
  });

  it('does not open a document that was moved to another place', () => {
    open().write(DOCUMENTS);
    closeAll();
    const raw = new DatabaseSync(path);
    raw.exec("UPDATE document SET key = 'ffffffffffffffff' WHERE collection = 'lorawan.sessions'");
    raw.close();
    expect(() => open().all('lorawan.sessions')).toThrow(expect.objectContaining({ code: 'STATE_KEY_WRONG' }));
  });

  it('carries the code out of the storage thread', async () => {
    open().write(DOCUMENTS);
    closeAll();
    rmSync(file);
    const storage = new Storage();
    await expect(storage.call('openState', path, { candidates: [file], file })).rejects.toMatchObject({
      code: 'STATE_KEY_MISSING',
      message: expect.stringContaining(file),
    });
    await storage.close();
  });
});
