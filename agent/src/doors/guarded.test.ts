import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { BoundedLog } from '../bounded-log.ts';
import { guarded, guardedRequests } from './guarded.ts';

const CLOCK = { now: () => 0, monotonicMs: () => 0, trusted: () => true };

function bench() {
  const lines: string[] = [];
  return { lines, log: new BoundedLog(pino({}, { write: (line) => void lines.push(line) }), CLOCK) };
}

const FAULTS = {
  'at once': () => {
    throw new Error('a bug');
  },
  later: async () => {
    throw new Error('a bug');
  },
};

describe('a guarded handler', () => {
  it.each(Object.entries(FAULTS))('that throws %s closes, and is told with its cause', async (_when, fault) => {
    const { lines, log } = bench();
    const close = vi.fn();
    guarded('test', log, fault, close)();
    await vi.waitFor(() => expect(close).toHaveBeenCalledOnce());
    expect(lines.join('')).toMatch(/"door":"test".*a bug/);
    expect(log.counts()).toEqual({ INTERNAL: 1 });
  });

  it.each(
    Object.entries(FAULTS),
  )('of requests that throws %s answers 500, and the next request is served', async (_when, fault) => {
    const { log } = bench();
    const server = createServer(
      guardedRequests('test', log, (request, response) => (request.url === '/bad' ? fault() : response.end('ok'))),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect((await fetch(`${at}/bad`)).status).toBe(500);
    expect(await (await fetch(`${at}/good`)).text()).toBe('ok');
    server.closeAllConnections();
    server.close();
  });
});
