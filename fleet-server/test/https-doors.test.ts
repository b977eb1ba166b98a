import { once } from 'node:events';
import { connect } from 'node:tls';
import { expect, it } from 'vitest';
import { TestServer } from './test-server.ts';

it('the HTTPS door cuts whoever sends request after request without hearing an answer', {
  timeout: 60_000,
}, async () => {
  const server = await TestServer.start();
  try {
    const { port } = server.running.http;
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }).on('error', () => undefined);
    await once(socket, 'secureConnect');
    const cut = once(socket, 'close');
    socket.resume().write('GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(300));
    await cut;
    const metrics = await server.http('/metrics', { headers: { authorization: `Bearer ${server.token}` } });
    expect(String(metrics.body)).toMatch(/vigie_refused_total\{door="https",reason="pipelined"\} 1\n/);
  } finally {
    await server.remove();
  }
});
