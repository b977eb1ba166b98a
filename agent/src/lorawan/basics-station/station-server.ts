import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type BasicsStationSource, VigieError } from '@vigie/contract';
import { type WebSocket, WebSocketServer } from 'ws';
import type { BoundedLog } from '../../bounded-log.ts';
import type { Clock } from '../../clock.ts';
import type { Ledger, Stage } from '../../ledger.ts';
import type { RegionTable } from '../network-server/regions/region.ts';
import type { GatewayStatusLine, RadioSource, Reception, Transmission, TransmitOutcome } from '../radio.ts';
import { parseBigJson, stringifyBigJson } from './big-json.ts';
import { answerUpdateInfo } from './cups.ts';
import { routerConfig } from './router-config.ts';
import { downlinkMessage, timesyncAnswer } from './station-downlink.ts';
import { euiOf, parseStationMessage, type StationMessage } from './station-messages.ts';

export interface StationServerOptions {
  config: BasicsStationSource;
  clock: Clock;
  ledger: Ledger;
  log: BoundedLog;
  region(): RegionTable;
  onReception(reception: Reception): void;
}

const MAX_MESSAGE_BYTES = 65_536;
const MAX_STATIONS = 256;
const MAX_PENDING_DOWNLINKS = 256;
const PING_MS = 30_000;
/** After the time of a transmission, or of its second chance a second later, a station reports it within this. */
const TRANSMITTED_GRACE_MS = 3_000;
const DISCOVERY_PATH = '/router-info';
const STATION_PATH = /^\/router\/([0-9a-f]{16})$/;

interface Station {
  gatewayEui: string;
  socket: WebSocket;
  address: string;
  lastSeenAt: number;
  protocolVersion: number;
  /** Its radio is set up: frames count and downlinks can go out. */
  ready: boolean;
  hasGpsTime: boolean;
  alive: boolean;
  /** The antenna that was heard last, for downlinks that answer nothing. */
  lastContext: { xtime: bigint; rctx: number; atMs: number } | undefined;
}

interface PendingDownlink {
  station: Station;
  settle(outcome: TransmitOutcome): void;
}

/** The LNS end of LoRa Basics Station: discovery, router_config, uplinks, class A and C downlinks, time. */
export class StationServer implements RadioSource {
  readonly #options: StationServerOptions;
  readonly #messages: Stage;
  readonly #frames: Stage;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  readonly #stations = new Map<string, Station>();
  readonly #pending = new Map<number, PendingDownlink>();
  #diid = 0;
  #pinger: NodeJS.Timeout | undefined;

  constructor(options: StationServerOptions) {
    this.#options = options;
    this.#messages = options.ledger.stage('lorawan.messages');
    this.#frames = options.ledger.stage('lorawan.frames');
    const { tls } = options.config;
    const onRequest = (request: IncomingMessage, response: ServerResponse) => this.#onRequest(request, response);
    this.#server = tls
      ? createTlsServer({ cert: tls.certificate, key: tls.privateKey }, onRequest)
      : createServer(onRequest);
    this.#server.on('upgrade', (request, socket, head) => this.#onUpgrade(request, socket as Socket, head));
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
    this.#server.on('error', () => this.#options.log.warn('INTERNAL', { source: id }));
    this.#pinger = setInterval(() => this.#ping(), PING_MS).unref();
  }

  address(): string {
    const bound = this.#server.address() as AddressInfo | null;
    return bound ? `${bound.address}:${bound.port}` : '';
  }

  async close(): Promise<void> {
    clearInterval(this.#pinger);
    for (const pending of [...this.#pending.values()]) pending.settle({ kind: 'unanswered' });
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  gateways(): GatewayStatusLine[] {
    return [...this.#stations.values()].map(
      ({ gatewayEui, address, protocolVersion, lastSeenAt, ready, hasGpsTime }) => ({
        gatewayEui,
        address,
        protocolVersion,
        lastSeenAt,
        reachable: ready,
        hasGpsTime,
      }),
    );
  }

  transmit(transmission: Transmission): Promise<TransmitOutcome> {
    const { clock, region } = this.#options;
    const station = this.#stations.get(transmission.gatewayEui);
    if (!station?.ready || this.#pending.size >= MAX_PENDING_DOWNLINKS) {
      return Promise.resolve({ kind: 'refused', reason: 'NO_ROUTE' });
    }
    this.#diid = (this.#diid + 1) % 0x7fff_ffff;
    const diid = this.#diid;
    const message = downlinkMessage(transmission, region(), diid, station.lastContext, clock);
    if (!message) return Promise.resolve({ kind: 'refused', reason: 'OTHER' });
    const waitMs = untilSentMs(transmission, clock) + TRANSMITTED_GRACE_MS;
    return new Promise((resolve) => {
      const settle = (outcome: TransmitOutcome) => {
        clearTimeout(timer);
        this.#pending.delete(diid);
        resolve(outcome);
      };
      // A station reports what it sent and is silent about what it could not: its own duty cycle, or too late.
      const timer = setTimeout(() => settle({ kind: 'refused', reason: 'OTHER' }), waitMs);
      this.#pending.set(diid, { station, settle });
      station.socket.send(stringifyBigJson(message));
    });
  }

  /** CUPS: the station asks whether it should talk to somebody else. */
  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    void answerUpdateInfo(request, response, (gatewayEui) =>
      this.#mayConnect(gatewayEui, request) ? this.#uriFor(request) : undefined,
    );
  }

  #onUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const path = (request.url ?? '').split('?')[0] ?? '';
    const gatewayEui = STATION_PATH.exec(path)?.[1];
    if (path === DISCOVERY_PATH) {
      this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#discover(ws, request));
    } else if (gatewayEui !== undefined && this.#mayConnect(gatewayEui, request) && this.#hasRoom(gatewayEui)) {
      this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#connect(ws, gatewayEui, request));
    } else {
      this.#options.log.warn('LORAWAN_STATION_REFUSED', { path: path.slice(0, 64), from: socket.remoteAddress });
      socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
    }
  }

  #hasRoom(gatewayEui: string): boolean {
    return this.#stations.has(gatewayEui) || this.#stations.size < MAX_STATIONS;
  }

  #mayConnect(gatewayEui: string, { headers }: IncomingMessage): boolean {
    const { tokens } = this.#options.config;
    if (!tokens) return true;
    const expected = tokens.find(({ gateway }) => gateway === gatewayEui)?.token;
    const given = Buffer.from((headers.authorization ?? '').replace(/^Bearer /, ''));
    const wanted = Buffer.from(expected ?? '');
    return expected !== undefined && given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  #uriFor({ headers }: IncomingMessage): string {
    const { publicUri, tls } = this.#options.config;
    return publicUri ?? `${tls ? 'wss' : 'ws'}://${headers.host ?? this.address()}`;
  }

  /** One question, one answer, and the station hangs up (lorabasics: The LNS Protocol, Querying the LNS). */
  #discover(socket: WebSocket, request: IncomingMessage): void {
    socket.on('error', () => socket.terminate());
    socket.once('message', (data) => {
      const json = parseText(String(data));
      const router = isObject(json) ? json.router : undefined;
      const eui = euiOf(router);
      const answer = eui
        ? { router, muxs: 'vigie', uri: `${this.#uriFor(request)}/router/${eui.toString('hex')}` }
        : { router, error: 'the router has no EUI that can be read' };
      socket.send(stringifyBigJson(answer), () => socket.close());
    });
  }

  #connect(socket: WebSocket, gatewayEui: string, request: IncomingMessage): void {
    // It reconnected before its old connection was found dead.
    this.#stations.get(gatewayEui)?.socket.terminate();
    const station: Station = {
      gatewayEui,
      socket,
      address: `${request.socket.remoteAddress}:${request.socket.remotePort}`,
      lastSeenAt: this.#options.clock.now(),
      protocolVersion: 0,
      ready: false,
      hasGpsTime: false,
      alive: true,
      lastContext: undefined,
    };
    this.#stations.set(gatewayEui, station);
    socket.on('error', () => socket.terminate());
    socket.on('pong', () => {
      station.alive = true;
    });
    socket.on('close', () => this.#disconnected(station));
    socket.on('message', (data) => this.#onMessage(station, String(data)));
  }

  #disconnected(station: Station): void {
    if (this.#stations.get(station.gatewayEui) === station) this.#stations.delete(station.gatewayEui);
    for (const pending of [...this.#pending.values()]) {
      if (pending.station === station) pending.settle({ kind: 'unanswered' });
    }
  }

  #ping(): void {
    for (const station of this.#stations.values()) {
      if (!station.alive) station.socket.terminate();
      station.alive = false;
      station.socket.ping();
    }
  }

  #onMessage(station: Station, text: string): void {
    this.#messages.in();
    const outcome = parseStationMessage(parseText(text), this.#options.region());
    if (!outcome.ok) {
      this.#messages.drop('LORAWAN_MESSAGE_INVALID');
      this.#options.log.warn('LORAWAN_MESSAGE_INVALID', { gateway: station.gatewayEui, detail: outcome.detail });
      return;
    }
    this.#messages.out();
    station.alive = true;
    station.lastSeenAt = this.#options.clock.now();
    this.#handle(station, outcome.message);
  }

  #handle(station: Station, message: StationMessage): void {
    const { clock, region, onReception, config } = this.#options;
    switch (message.type) {
      case 'version':
        station.protocolVersion = message.protocol;
        station.socket.send(stringifyBigJson(routerConfig(region(), clock.now() / 1_000)));
        station.ready = true;
        return;
      case 'frame': {
        const { context } = message.frame;
        station.hasGpsTime = message.hasGpsTime;
        if (context.kind === 'station') {
          station.lastContext = { xtime: context.xtime, rctx: context.rctx, atMs: clock.monotonicMs() };
        }
        onReception({
          ...message.frame,
          source: config.id,
          gatewayEui: station.gatewayEui,
          receivedAt: clock.now(),
          monotonicMs: clock.monotonicMs(),
        });
        return;
      }
      case 'transmitted':
        this.#pending.get(message.diid)?.settle({ kind: 'accepted' });
        return;
      case 'timesync':
        station.socket.send(stringifyBigJson(timesyncAnswer(message.txtime, clock)));
        return;
      case 'other':
        if (message.name === 'propdf') {
          this.#frames.in();
          this.#frames.drop('LORAWAN_FRAME_INVALID');
        }
        return;
    }
  }
}

function untilSentMs({ time }: Transmission, clock: Clock): number {
  if (time.kind === 'at') return Math.max(0, time.at - clock.now());
  return time.kind === 'afterReception' ? time.delayMs : 0;
}

function parseText(text: string): unknown {
  try {
    return parseBigJson(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
