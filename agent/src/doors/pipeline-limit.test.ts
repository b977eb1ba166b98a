import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { MAX_WAITING, withoutPipelines } from './pipeline-limit.ts';

const REQUEST = 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
const MANY = 300;

let server: Server;
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A server that answers in a later turn; each request begun is counted, and each head that was parsed. */
async function visited() {
  const refuse = vi.fn((socket: { destroy(): void }) => socket.destroy());
  let begun = 0;
  const answer = withoutPipelines((_request, response) => {
    begun += 1;
    setImmediate(() => response.end('well'));
  }, refuse);
  server = createServer(answer);
  const parsed = vi.spyOn(server, 'emit');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  const seen = () => ({
    begun,
    refused: refuse.mock.calls.length,
    parsed: parsed.mock.calls.filter(([event]) => (event as string) === 'request').length,
  });
  return { socket, seen };
}

test('requests one after the other are answered, however many', async () => {
  const { socket, seen } = await visited();
  for (let round = 0; round < 20; round++) {
    socket.write(REQUEST);
    await once(socket, 'data');
  }
  expect(seen()).toEqual({ begun: 20, refused: 0, parsed: 20 });
});

test('requests that wait for no answer end the connection, and nothing is made of those behind', async () => {
  const { socket, seen } = await visited();
  socket.write(REQUEST.repeat(MANY));
  await once(socket.resume(), 'close');
  expect(seen()).toEqual({ begun: MAX_WAITING, refused: 1, parsed: MAX_WAITING + 1 });
});
