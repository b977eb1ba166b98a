import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { endWithItsReader, explainSystemError, VigieError } from '@vigie/contract';
import { describe, expect, it } from 'vitest';

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('explainSystemError', () => {
  it('names the file that is not there, and the folder that is no file', () => {
    expect(explainSystemError(thrownBy(() => readFileSync('/nowhere/at/all')))).toMatchObject({
      code: 'FILE_MISSING',
      message: expect.stringContaining('/nowhere/at/all'),
    });
  });

  it('says what to do about a file that is another one’s', () => {
    const denied = Object.assign(new Error('denied'), { code: 'EPERM', syscall: 'chmod', path: '/srv/data' });
    expect(explainSystemError(denied)).toMatchObject({
      code: 'FILE_FORBIDDEN',
      message: expect.stringContaining('sudo'),
    });
  });

  it('names the port that is taken', async () => {
    const first = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => first.once('listening', resolve));
    const { port } = first.address() as { port: number };
    const second = createServer().listen(port, '127.0.0.1');
    const error = await new Promise((resolve) => second.once('error', resolve));
    first.close();
    expect(explainSystemError(error)).toMatchObject({ code: 'PORT_BUSY', message: expect.stringContaining(`${port}`) });
  });

  it('names the program that is not installed', async () => {
    const error = await new Promise((resolve) => spawn('no-such-program').once('error', resolve));
    expect(explainSystemError(error)).toMatchObject({ code: 'PROGRAM_MISSING' });
  });

  it('leaves what is ours, and what nobody can mend, as it came', () => {
    const ours = new VigieError('NOT_FOUND');
    const bug = new TypeError('x is undefined');
    const refused = Object.assign(new Error('no'), { code: 'ENOENT', syscall: 'connect', path: '/run/postgresql' });
    for (const error of [ours, bug, refused, 'text']) expect(explainSystemError(error)).toBe(error);
  });
});

describe('endWithItsReader', () => {
  it('ends well where the reader has gone, and hides nothing else', () => {
    const codes: number[] = [];
    let fail: (error: { code?: string }) => void = () => undefined;
    endWithItsReader({
      stdout: { on: (_event, listener) => (fail = listener) },
      exit: (code) => codes.push(code),
    });
    fail({ code: 'EPIPE' });
    expect(codes).toEqual([0]);
    const other = Object.assign(new Error('disk'), { code: 'EIO' });
    expect(() => fail(other)).toThrow('disk');
  });
});
