import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainSystemError } from '@vigie/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PeersFolder } from './peers-folder.ts';

describe('installing what is measured beside Vigie', () => {
  const path = process.env.PATH;
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-peers-'));
    mkdirSync(join(folder, 'bin'));
    process.env.PATH = join(folder, 'bin');
  });
  afterEach(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  });

  const program = (name: string, script: string) => {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'bin', name), 0o755);
  };
  const install = (said: string[] = []) =>
    new PeersFolder(join(folder, 'peers')).install(['python'], (line) => said.push(line));
  const codeOf = (work: () => void) => {
    try {
      work();
    } catch (error) {
      return explainSystemError(error);
    }
    throw new Error('nothing was thrown');
  };

  it('says which package is missing where python3 is there without its venv', () => {
    program('python3', 'exit 1');
    expect(codeOf(() => install())).toMatchObject({
      code: 'PROGRAM_MISSING',
      message: expect.stringContaining('python3-venv'),
    });
  });

  it('says so where there is no python3', () => {
    expect(codeOf(() => install())).toMatchObject({
      code: 'PROGRAM_MISSING',
      message: expect.stringContaining('python3'),
    });
  });

  it('says what it installs and how much, and a second time does nothing', () => {
    // Stands for `python3 -m venv FOLDER`, whose pip notes what it is asked for.
    program(
      'python3',
      `PATH=${path}; mkdir -p "$3/bin"; printf '#!/bin/sh\\necho "$@" >> ${folder}/asked\\n' > "$3/bin/pip"; chmod +x "$3/bin/pip"`,
    );
    const said: string[] = [];
    install(said);
    expect(said).toEqual([
      expect.stringMatching(/^installing from PyPI into .*, about 95 MB: thingsboard-gateway 3\.8\.5, /),
    ]);
    expect(readFileSync(join(folder, 'asked'), 'utf8')).toContain('thingsboard-gateway==3.8.5 pymodbus==3.9.2');
    rmSync(join(folder, 'asked'));
    install(said);
    expect(said).toHaveLength(1);
    expect(existsSync(join(folder, 'asked'))).toBe(false);
  });
});
