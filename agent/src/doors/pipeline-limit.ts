import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** What Node's HTTP server keeps at a socket: asked at each head of a request, before anything is made of it. */
interface Parsed extends Duplex {
  parser?: { onIncoming: () => number } | null;
}

/** Requests of one connection that wait for their answers (RFC 9112 section 9.3.2); nobody who belongs here sends a second. */
export const MAX_WAITING = 2;
/** For the parser: what follows is no HTTP any more. */
const STOP = 2;

/**
 * Answers requests whose sender waits for the answers, and refuses who does not: all that come with one read are begun at
 * once, and hundreds fit in. The parser is stopped too, else each of them is made and torn down with the connection.
 */
export function withoutPipelines(answer: RequestListener, refuse: (socket: Socket) => void): RequestListener {
  const waiting = new WeakMap<Duplex, number>();
  return (request, response) => {
    const { socket } = request;
    if (socket.destroyed) return;
    const before = waiting.get(socket) ?? 0;
    if (before >= MAX_WAITING) {
      const { parser } = socket as Parsed;
      if (parser) parser.onIncoming = () => STOP;
      refuse(socket);
      return;
    }
    waiting.set(socket, before + 1);
    response.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
    answer(request, response);
  };
}
