import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BUS_DESK_PATH } from '../local-console/bus-desk.ts';

export interface HealthSource {
  healthy(): boolean;
  status(): object;
  metrics(): string;
  /** A question to a bus, by whoever has the agent's token. */
  useBus(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** `/healthz`, `/status` (JSON), `/metrics` (Prometheus) and the bus desk, on the loopback address only. */
export class HealthServer {
  readonly #server: Server;

  constructor(source: HealthSource) {
    this.#server = createServer((request, response) => {
      if (request.method === 'POST' && request.url === BUS_DESK_PATH) {
        source.useBus(request, response).catch((error: Error) => response.destroy(error));
        return;
      }
      if (request.method !== 'GET') return void response.writeHead(405).end();
      if (request.url === '/healthz') {
        const healthy = source.healthy();
        return void response
          .writeHead(healthy ? 200 : 503, { 'content-type': 'text/plain' })
          .end(healthy ? 'ok\n' : 'unhealthy\n');
      }
      if (request.url === '/status') {
        return void response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify(source.status()));
      }
      if (request.url === '/metrics') {
        return void response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(source.metrics());
      }
      response.writeHead(404).end();
    });
    this.#server.requestTimeout = 5_000;
    this.#server.maxConnections = 32;
  }

  /** Returns the port; 0 asks for any free one. */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
