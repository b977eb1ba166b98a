import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type BasicsStationSource, VigieError } from '@vigie/contract';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { BoundedLog } from '../../bounded-log.ts';
import { DoorGuard } from '../../doors/door-guard.ts';
import { guarded, guardedRequests } from '../../doors/guarded.ts';
import { withoutPipelines } from '../../doors/pipeline-limit.ts';
import type { Stage } from '../../ledger.ts';
import { stringifyBigJson } from './big-json.ts';
import { answerUpdateInfo, type LnsAccess, type UpdateInfoRequest } from './cups.ts';
import { foreignMessage } from './foreign-message.ts';
import { ServerIdentity } from './server-identity.ts';
import { euiOf } from './station-messages.ts';

export interface StationDoorOptions {
  config: BasicsStationSource;
  log: BoundedLog;
  /** Counts connections. */
  stage: Stage;
  /** Whether one more station may come in from `host`; one that is in may come again. */
  hasRoom(gatewayEui: string, host: string): boolean;
  /** It has shown its token where one is needed. `address` is its own, for people; `ready` when it speaks the protocol. */
  onStation(socket: WebSocket, gatewayEui: string, address: string, ready: () => void): void;
}

const MAX_MESSAGE_BYTES = 65_536;
/** A concentrator's host opens one connection at a time; behind one address there may be a few. */
const BOUNDS = { strangersPerAddress: 16, strangers: 128, introductionMs: 10_000, unsentBytes: 1_048_576 };
/** A station says `version` as soon as it is in. */
const MAX_HEADER_BYTES = 8_192;
/** Silence after which TCP asks whether the other end is still there. */
const TCP_KEEP_ALIVE_MS = 60_000;
const DISCOVERY_PATH = '/router-info';
const STATION_PATH = /^\/router\/([0-9a-f]{16})$/;
/** A name or address with or without a port, as a `Host` header may give it (RFC 9110, section 7.2). */
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/** Where stations come in: discovery, CUPS, tokens; behind it they are WebSockets. */
export class StationDoor {
  readonly #options: StationDoorOptions;
  readonly #identity: ServerIdentity | undefined;
  readonly #server: Server;
  readonly #guard: DoorGuard;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });

  constructor(options: StationDoorOptions) {
    this.#options = options;
    const { log, stage } = options;
    const { tls, id } = options.config;
    this.#guard = new DoorGuard({ name: `source ${id}`, bounds: BOUNDS, log, stage });
    this.#identity = tls && new ServerIdentity(tls.certificate);
    const answer = guardedRequests(`source ${id}`, log, (request, response) => this.#onRequest(request, response));
    const onRequest = withoutPipelines(answer, (socket) => this.#guard.refuse(socket, 'it waits for no answer'));
    const common = {
      keepAlive: true,
      keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      requestTimeout: BOUNDS.introductionMs,
      headersTimeout: BOUNDS.introductionMs,
    };
    this.#server = tls
      ? createTlsServer({ ...common, cert: tls.certificate, key: tls.privateKey }, onRequest)
      : createServer(common, onRequest);
    this.#guard.watch(this.#server);
    const onUpgrade = (request: IncomingMessage, socket: Socket, head: Buffer) =>
      this.#onUpgrade(request, socket, head);
    const cut = (_request: IncomingMessage, socket: Socket) => socket.destroy();
    this.#server.on('upgrade', guarded(`source ${id}`, log, onUpgrade, cut));
  }

  /** @throws VigieError CONFIG_PORT_BUSY */
  async listen(): Promise<void> {
    const { id, host, port } = this.#options.config;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (cause) => {
        reject(new VigieError('CONFIG_PORT_BUSY', `source ${id} at ${host}:${port}`, { cause }));
      });
      this.#server.listen({ host, port, exclusive: true }, resolve);
    });
    this.#server.removeAllListeners('error');
    this.#server.on('error', (cause) => this.#options.log.warn('INTERNAL', { source: id, err: cause }));
  }

  address(): string {
    const bound = this.#server.address() as AddressInfo | null;
    return bound ? `${bound.address}:${bound.port}` : '';
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** CUPS: the station asks whether it should talk to somebody else. */
  #onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> | undefined {
    if (!hasSoundHost(request)) {
      this.#refused(request);
      response.writeHead(400, { connection: 'close' }).end();
      return undefined;
    }
    return answerUpdateInfo(request, response, (asked) => {
      if (this.#mayConnect(asked.gatewayEui, request)) return this.#accessFor(asked, request);
      this.#refused(request);
      return undefined;
    });
  }

  #onUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    if (!hasSoundHost(request)) {
      this.#refused(request);
      socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    }
    const path = (request.url ?? '').split('?')[0] ?? '';
    const gatewayEui = STATION_PATH.exec(path)?.[1];
    if (path === DISCOVERY_PATH) {
      this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#discover(ws, request));
      return;
    }
    if (gatewayEui === undefined || !this.#mayConnect(gatewayEui, request)) {
      this.#refused(request);
      socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    if (!this.#options.hasRoom(gatewayEui, request.socket.remoteAddress ?? '')) {
      this.#refused(request);
      socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const address = `${request.socket.remoteAddress}:${request.socket.remotePort}`;
    this.#sockets.handleUpgrade(request, socket, head, (ws) =>
      this.#options.onStation(ws, gatewayEui, address, () => this.#guard.introduced(socket)),
    );
  }

  #refused({ url = '', socket }: IncomingMessage): void {
    this.#options.log.warn('LORAWAN_STATION_REFUSED', { path: url.slice(0, 64), from: socket.remoteAddress });
  }

  #mayConnect(gatewayEui: string, { headers }: IncomingMessage): boolean {
    if (!this.#options.config.tokens) return true;
    const expected = this.#tokenOf(gatewayEui);
    const given = Buffer.from((headers.authorization ?? '').replace(/^Bearer /, ''));
    const wanted = Buffer.from(expected ?? '');
    return expected !== undefined && given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  #tokenOf(gatewayEui: string): string | undefined {
    return this.#options.config.tokens?.find(({ gateway }) => gateway === gatewayEui)?.token;
  }

  /** Where a station is to go that has called here: where it is told in public, else where it called. */
  #calledUri({ headers }: IncomingMessage): string {
    const { publicUri, tls } = this.#options.config;
    return withPort(publicUri ?? `${tls ? 'wss' : 'ws'}://${headers.host ?? this.address()}`);
  }

  /**
   * A station that checks whom it talks to needs a host that the certificate names. It gets the authority only where it
   * will meet this certificate: behind a public address somebody else's may stand.
   */
  #accessFor({ gatewayEui, tcUri }: UpdateInfoRequest, request: IncomingMessage): LnsAccess {
    const identity = this.#identity;
    const called = this.#calledUri(request);
    const isNamed = (uri: string) => identity?.names(new URL(uri).hostname) === true;
    if (!identity || this.#options.config.publicUri !== undefined || isNamed(called)) {
      const trust = isNamed(called) ? identity?.authority : undefined;
      return { uri: called, ...(trust && { credentials: { trust, token: this.#tokenOf(gatewayEui) } }) };
    }
    // It gets through as it is, by an address that it does not check.
    if (tcUri === called || identity.hostName === undefined) return { uri: called };
    const { authority: trust, hostName } = identity;
    const uri = `wss://${hostName}:${portOf(called)}`;
    return { uri, ...(trust && { credentials: { trust, token: this.#tokenOf(gatewayEui) } }) };
  }

  /** One question, one answer, and the station hangs up (lorabasics: The LNS Protocol, Querying the LNS). */
  #discover(socket: WebSocket, request: IncomingMessage): void {
    socket.on('error', () => socket.terminate());
    const answer = guarded(
      `source ${this.#options.config.id}`,
      this.#options.log,
      (data: RawData) => {
        const router = routerIn(data);
        const eui = euiOf(router);
        const answered = eui
          ? { router, muxs: 'vigie', uri: `${this.#calledUri(request)}/router/${eui.toString('hex')}` }
          : { router, error: 'the router has no EUI that can be read' };
        if (!eui) this.#refused(request);
        socket.send(stringifyBigJson(answered), () => socket.close());
      },
      () => socket.terminate(),
    );
    socket.once('message', answer);
  }
}

/** A station wants the port said (src/tc.c, tc_info_request), which a browser's idea of an address leaves out. */
function withPort(uri: string): string {
  return /:\d+$/.test(uri) ? uri : `${uri}:${portOf(uri)}`;
}

function portOf(uri: string): string {
  return /:(\d+)$/.exec(uri)?.[1] ?? (uri.startsWith('wss:') ? '443' : '80');
}

/** Only what can be an EUI is given back; of anything else the station learns that it cannot be read. */
function routerIn(data: RawData): string | number | bigint | undefined {
  const json = foreignMessage(data);
  const router = typeof json === 'object' && json !== null && 'router' in json ? json.router : undefined;
  if (typeof router === 'string') return router.slice(0, MAX_ROUTER_CHARACTERS);
  return typeof router === 'number' || typeof router === 'bigint' ? router : undefined;
}

const MAX_ROUTER_CHARACTERS = 64;

/** What a URI is made of later. Without a header the door's own address takes its place. */
function hasSoundHost({ headers: { host } }: IncomingMessage): boolean {
  // What looks like a name or an address may be none (a port beyond 65535, 256.1.1.1).
  return host === undefined || (HOST.test(host) && URL.canParse(`wss://${host}`));
}
