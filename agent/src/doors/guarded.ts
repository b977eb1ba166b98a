import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { BoundedLog } from '../bounded-log.ts';

/**
 * Wraps what is done with something that came from outside: whatever it throws, at once or later, is told at a bounded
 * rate with its cause, counted, and ends in `close`; the process and its other guests go on.
 */
export function guarded<A extends unknown[]>(
  door: string,
  log: BoundedLog,
  handle: (...args: A) => unknown,
  close: (...args: A) => void,
): (...args: A) => void {
  return (...args) => {
    const failed = (cause: unknown): void => {
      log.warn('INTERNAL', { door, err: cause });
      close(...args);
    };
    try {
      const done = handle(...args);
      if (done instanceof Promise) done.catch(failed);
    } catch (cause) {
      failed(cause);
    }
  };
}

/** The same for HTTP: whoever asked learns that it was our fault, where the answer has not begun yet. */
export function guardedRequests(
  door: string,
  log: BoundedLog,
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
): RequestListener {
  return guarded(door, log, answer, (_request, response) => {
    if (response.headersSent) response.destroy();
    else response.writeHead(500, { connection: 'close' }).end();
  });
}
