import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ERRORS, type Stage } from '@vigie/contract';
import type { BoundedLog } from '../bounded-log.ts';
import { DoorGuard } from '../doors/door-guard.ts';
import { guardedRequests } from '../doors/guarded.ts';
import { withoutPipelines } from '../doors/pipeline-limit.ts';
import { BUS_DESK_PATH } from '../local-console/bus-desk.ts';

export interface HealthSource {
  healthy(): boolean;
  status(): object;
  metrics(): string;
  /** A question to a bus, by whoever has the agent's token. */
  useBus(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export interface HealthServerOptions {
  source: HealthSource;
  log: BoundedLog;
  /** Counts connections. */
  stage: Stage;
}

const BOUNDS = { strangersPerAddress: 32, strangers: 128, introductionMs: 5_000, unsentBytes: 8 * 1_048_576 };
const MAX_CONNECTIONS = 256;
const MAX_HEADER_BYTES = 8_192;
/** Whoever asks more on one connection opens another. */
const MAX_REQUESTS = 100;
/** To gather the status takes a while: who asks more often gets the same again. */
const FRESH_MS = 100;

/** `/healthz`, `/status` (JSON), `/metrics` (Prometheus) and the bus desk, on the loopback address only. */
export class HealthServer {
  readonly #source: HealthSource;
  readonly #log: BoundedLog;
  readonly #server: Server;
  readonly #told = new Map<string, { text: string; atMs: number }>();

  constructor({ source, log, stage }: HealthServerOptions) {
    this.#source = source;
    this.#log = log;
    const guard = new DoorGuard({ name: 'health', bounds: BOUNDS, log, stage });
    const limits = {
      requestTimeout: BOUNDS.introductionMs,
      headersTimeout: BOUNDS.introductionMs,
      maxHeaderSize: MAX_HEADER_BYTES,
    };
    const answer = guardedRequests('health', log, (request, response) => {
      guard.introduced(request.socket);
      if (isOfThisMachine(request)) return this.#answer(request, response);
      log.warn('HOST_REFUSED', { door: 'health', host: (request.headers.host ?? '').slice(0, 64) });
      plain(response, 421, `${ERRORS.HOST_REFUSED}\n`);
      return undefined;
    });
    const refuse = (socket: Socket) => guard.refuse(socket, 'it waits for no answer');
    this.#server = createServer(limits, withoutPipelines(answer, refuse));
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.maxRequestsPerSocket = MAX_REQUESTS;
    this.#server.on('dropRequest', (_request, socket) => guard.refuse(socket as Socket, 'it asks too much'));
    guard.watch(this.#server);
  }

  /** Returns the port; 0 asks for any free one. */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        this.#server.on('error', (cause) => this.#log.warn('INTERNAL', { door: 'health', err: cause }));
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #answer(request: IncomingMessage, response: ServerResponse): Promise<void> | undefined {
    const source = this.#source;
    if (request.method === 'POST' && request.url === BUS_DESK_PATH) return source.useBus(request, response);
    if (request.method !== 'GET') response.writeHead(405).end();
    else if (request.url === '/healthz') {
      if (source.healthy()) plain(response, 200, 'ok\n');
      else plain(response, 503, 'unhealthy\n');
    } else if (request.url === '/status') {
      const body = this.#freshly('/status', () => JSON.stringify(source.status()));
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    } else if (request.url === '/metrics') {
      const body = this.#freshly('/metrics', () => source.metrics());
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(body);
    } else response.writeHead(404).end();
    return undefined;
  }

  #freshly(path: string, tell: () => string): string {
    const nowMs = performance.now();
    const known = this.#told.get(path);
    if (known && nowMs - known.atMs < FRESH_MS) return known.text;
    const text = tell();
    this.#told.set(path, { text, atMs: nowMs });
    return text;
  }
}

/**
 * A page of another site that had its name point to this machine (DNS rebinding) asks with that name as the host: only
 * the loopback addresses and their name are answered.
 */
function isOfThisMachine({ headers: { host = '' } }: IncomingMessage): boolean {
  return LOOPBACK.test(host);
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
}
