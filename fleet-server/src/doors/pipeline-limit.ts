import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Refusals } from './refusals.ts';

/** What Node's HTTP server keeps at a socket: asked at each head of a request, before anything is made of it. */
interface Parsed extends Duplex {
  parser?: { onIncoming: () => number } | null;
}

/**
 * Requests of one connection that wait for their answers (RFC 9112 section 9.3.2). Browsers and client libraries send the
 * next one when the last is answered; a few are borne for those who do not.
 */
export const MAX_WAITING = 8;
/** For the parser: what follows is no HTTP any more. */
const STOP = 2;

/**
 * Cuts whoever sends request after request and waits for no answer: all that come with one read are begun at once, so that
 * sixteen kilobytes cost everybody else the time of three hundred requests. The parser is stopped too: to end the socket
 * alone leaves the rest of what was read to be parsed, and each request of it to be made and torn down (20 ms instead of 2).
 */
export function limitPipelines(server: Server, refusals: Refusals): void {
  const waiting = new WeakMap<Duplex, number>();
  const inner = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    if (socket.destroyed) return;
    const before = waiting.get(socket) ?? 0;
    if (before >= MAX_WAITING) {
      refusals.note('https', 'pipelined', { address: socket.remoteAddress });
      const { parser } = socket as Parsed;
      if (parser) parser.onIncoming = () => STOP;
      socket.destroy();
      return;
    }
    waiting.set(socket, before + 1);
    response.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
    for (const begin of inner) begin.call(server, request, response);
  });
}
