import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { limitPipelines, MAX_WAITING } from './pipeline-limit.ts';
import { Refusals } from './refusals.ts';

const REQUEST = 'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
const MANY = 300;

let server: Server;
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A server that answers in a later turn, and what became of `requests` that were sent to it in one write. */
async function visit(requests: number) {
  const refusals = new Refusals(pino({ level: 'silent' }));
  let begun = 0;
  server = createServer((_request, response) => {
    begun += 1;
    setImmediate(() => response.end('well'));
  });
  limitPipelines(server, refusals);
  const emitted = vi.spyOn(server, 'emit');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  let heard = '';
  let ended = false;
  const answered = () => heard.split('HTTP/1.1 200').length - 1;
  const over = new Promise<void>((resolve) => {
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1');
      if (answered() >= requests) resolve();
    });
    socket.once('close', () => {
      ended = true;
      resolve();
    });
  });
  socket.write(REQUEST.repeat(requests));
  await over;
  const parsed = emitted.mock.calls.filter(([event]) => (event as string) === 'request').length;
  return { answered: answered(), ended, begun, parsed, counts: refusals.counts() };
}

describe('requests that do not wait for the answer before', () => {
  it('are answered where they are few', async () => {
    const outcome = await visit(MAX_WAITING);
    expect(outcome).toMatchObject({ answered: MAX_WAITING, ended: false, counts: [] });
  });

  it('end the connection where they are many: one refusal, and nothing is made of those behind', async () => {
    const outcome = await visit(MANY);
    const counts = [{ door: 'https', reason: 'pipelined', count: 1 }];
    expect(outcome).toMatchObject({ ended: true, begun: MAX_WAITING, parsed: MAX_WAITING + 1, counts });
  });
});
