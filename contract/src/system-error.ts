import { type ErrorCode, VigieError } from './errors.ts';

/** What Node says of a call to the operating system that failed. */
interface SystemError {
  code?: string;
  syscall?: string;
  path?: string;
  address?: string;
  port?: number;
}

const PORTS = new Set(['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL']);
const FILES: Readonly<Record<string, ErrorCode>> = {
  EPERM: 'FILE_FORBIDDEN',
  EACCES: 'FILE_FORBIDDEN',
  EROFS: 'FILE_FORBIDDEN',
  ENOENT: 'FILE_MISSING',
  ENOTDIR: 'FILE_MISSING',
  EISDIR: 'FILE_MISSING',
  EEXIST: 'FILE_MISSING',
};
const DISK_FULL = new Set(['ENOSPC', 'EDQUOT']);

/** The coded error for a call to the operating system that failed for a reason that a person can mend; any other as it came. */
export function explainSystemError(error: unknown): unknown {
  if (error instanceof VigieError || !(error instanceof Error)) return error;
  const { code = '', syscall = '', path, address, port } = error as SystemError;
  if (syscall === 'listen' && PORTS.has(code)) {
    return new VigieError('PORT_BUSY', `${address ?? path ?? ''} port ${port ?? ''}: ${code}`, { cause: error });
  }
  if (DISK_FULL.has(code)) return new VigieError('STORAGE_FULL', path ?? code, { cause: error });
  if (syscall.startsWith('spawn') && code === 'ENOENT') {
    return new VigieError('PROGRAM_MISSING', path ?? syscall.slice('spawn '.length), { cause: error });
  }
  const known = FILES[code];
  // A socket's path is the business of whoever connects to it; a folder that is read as a file has lost its path.
  if (known === undefined || syscall === 'connect' || (path === undefined && code !== 'EISDIR')) return error;
  return new VigieError(known, `${path ?? 'It is a folder'}: ${code}`, { cause: error });
}

/** A reader such as `head` has had enough: the program ends without a word. A service goes on without a reader. */
export function endWithItsReader(program: {
  stdout: { on(event: 'error', listener: (error: SystemError) => void): unknown };
  exit(code: number): void;
}): void {
  program.stdout.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
    program.exit(0);
  });
}
