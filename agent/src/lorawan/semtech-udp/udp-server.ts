import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from 'node:dgram';
import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import { VigieError } from '@vigie/contract';
import type { BoundedLog } from '../../bounded-log.ts';
import type { Clock } from '../../clock.ts';
import type { Ledger, Stage } from '../../ledger.ts';
import type { GatewayStatusLine, RadioSource, Reception, Transmission, TransmitOutcome } from '../radio.ts';
import { type DownstreamPacket, encodeGwmp, type GwmpPacket, type GwmpVersion, parseGwmp } from './gwmp.ts';
import { parseRxpk, rxpkList } from './rxpk.ts';
import { parseTxAck, txpkOf } from './txpk.ts';

export interface SemtechUdpLimits {
  maxForwarders: number;
  maxPendingDownlinks: number;
  txAckTimeoutMs: number;
  /** A forwarder that was heard since keeps its place when there is no room for another. */
  keepMs: number;
}

const LIMITS: SemtechUdpLimits = {
  maxForwarders: 256,
  maxPendingDownlinks: 1_024,
  txAckTimeoutMs: 1_500,
  keepMs: 600_000,
};

const RECEIVE_BUFFER_BYTES = 4 * 1_048_576;

export interface SemtechUdpOptions {
  id: string;
  host: string;
  port: number;
  clock: Clock;
  ledger: Ledger;
  log: BoundedLog;
  entropy(bytes: number): Uint8Array;
  onReception(reception: Reception): void;
  limits?: Partial<SemtechUdpLimits>;
}

/** A forwarder that loses GPS stops to stamp frames with its time. */
const GPS_TIME_KEPT_MS = 600_000;

interface Forwarder {
  status: GatewayStatusLine;
  /** Where its PULL_DATA came from: the way back through its NAT. Kept until a newer one, however long that takes. */
  pullAddress?: { address: string; port: number };
  from: { address: string; port: number };
  version: GwmpVersion;
  lastSeenMs: number;
  /** When it last stamped a frame with GPS time. */
  gpsTimeMs?: number;
}

interface Reply {
  packet: DownstreamPacket;
  to: { address: string; port: number };
}

interface PendingDownlink {
  gatewayEui: string;
  settle(outcome: TransmitOutcome): void;
}

/** Listens for any number of packet forwarders on one UDP port. */
export class SemtechUdpServer implements RadioSource {
  readonly #options: SemtechUdpOptions;
  readonly #limits: SemtechUdpLimits;
  readonly #datagrams: Stage;
  readonly #frames: Stage;
  readonly #forwarders = new Map<string, Forwarder>();
  #gateways: GatewayStatusLine[] = [];
  #replies: Reply[] = [];
  readonly #pending = new Map<number, PendingDownlink>();
  #socket: Socket | undefined;

  constructor(options: SemtechUdpOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#datagrams = options.ledger.stage('lorawan.datagrams');
    this.#frames = options.ledger.stage('lorawan.frames');
  }

  /** @throws VigieError CONFIG_PORT_BUSY */
  async listen(): Promise<void> {
    const { host, port, id } = this.#options;
    const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', lookup: lookUp });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', (error) => {
        socket.close();
        reject(new VigieError('CONFIG_PORT_BUSY', `source ${id} at ${host}:${port}`, { cause: error }));
      });
      socket.bind({ address: host, port, exclusive: true }, resolve);
    });
    socket.removeAllListeners('error');
    socket.on('error', () => this.#options.log.warn('INTERNAL', { source: id }));
    socket.on('message', (datagram, from) => this.#onDatagram(datagram, from));
    try {
      socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    } catch {
      // The system's limit (net.core.rmem_max) stays in force.
    }
    this.#socket = socket;
  }

  address(): string {
    const bound = this.#socket?.address();
    return bound ? `${bound.address}:${bound.port}` : `${this.#options.host}:${this.#options.port}`;
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    for (const pending of [...this.#pending.values()]) pending.settle({ kind: 'unanswered' });
    if (socket) await new Promise<void>((resolve) => socket.close(resolve));
  }

  gateways(): GatewayStatusLine[] {
    const gpsSinceMs = this.#options.clock.monotonicMs() - GPS_TIME_KEPT_MS;
    for (const { status, gpsTimeMs } of this.#forwarders.values()) {
      status.hasGpsTime = gpsTimeMs !== undefined && gpsTimeMs > gpsSinceMs;
    }
    return this.#gateways;
  }

  transmit(transmission: Transmission): Promise<TransmitOutcome> {
    const socket = this.#socket;
    const forwarder = this.#forwarders.get(transmission.gatewayEui);
    const to = forwarder?.pullAddress;
    if (!socket || !forwarder || !to || this.#pending.size >= this.#limits.maxPendingDownlinks) {
      return Promise.resolve({ kind: 'refused', reason: 'NO_ROUTE' });
    }
    const token = this.#freeToken();
    const { version } = forwarder;
    const { gatewayEui } = transmission;
    const txpk = txpkOf(transmission);
    if (!txpk) return Promise.resolve({ kind: 'refused', reason: 'OTHER' });
    const json = { txpk };
    socket.send(encodeGwmp({ type: 'PULL_RESP', version, token, json }), to.port, to.address);
    // TX_ACK came with version 2 of the protocol.
    if (version === 1) return Promise.resolve({ kind: 'handed' });
    return new Promise((resolve) => {
      const settle = (outcome: TransmitOutcome) => {
        clearTimeout(timer);
        this.#pending.delete(token);
        resolve(outcome);
      };
      const timer = setTimeout(() => settle({ kind: 'unanswered' }), this.#limits.txAckTimeoutMs);
      this.#pending.set(token, { gatewayEui, settle });
    });
  }

  #freeToken(): number {
    for (;;) {
      const token = Buffer.from(this.#options.entropy(2)).readUInt16BE();
      if (!this.#pending.has(token)) return token;
    }
  }

  #onDatagram(datagram: Buffer, from: RemoteInfo): void {
    this.#datagrams.in();
    const outcome = parseGwmp(datagram);
    const detail = outcome.ok ? this.#onPacket(outcome.packet, from) : outcome.detail;
    if (detail === undefined) {
      this.#datagrams.out();
    } else {
      this.#datagrams.drop('LORAWAN_DATAGRAM_INVALID');
      this.#options.log.warn('LORAWAN_DATAGRAM_INVALID', { source: this.#options.id, from: from.address, detail });
    }
  }

  /** Gives what is wrong with the packet, if anything is. */
  #onPacket(packet: GwmpPacket, from: RemoteInfo): string | undefined {
    switch (packet.type) {
      case 'PULL_DATA': {
        const forwarder = this.#seen(packet, from);
        if (!forwarder) return 'no room for another forwarder';
        forwarder.pullAddress = { address: from.address, port: from.port };
        forwarder.status.reachable = true;
        this.#reply({ type: 'PULL_ACK', version: packet.version, token: packet.token }, from);
        return undefined;
      }
      case 'PUSH_DATA': {
        const list = rxpkList(packet.json);
        if (!list) return 'neither rxpk nor stat';
        if (!this.#seen(packet, from)) return 'no room for another forwarder';
        // Section 5.2: whatever the frames are worth.
        this.#reply({ type: 'PUSH_ACK', version: packet.version, token: packet.token }, from);
        for (const rxpk of list) this.#onRxpk(rxpk, packet.gatewayEui);
        return undefined;
      }
      case 'TX_ACK': {
        const pending = this.#pending.get(packet.token);
        if (pending?.gatewayEui === packet.gatewayEui) pending.settle(parseTxAck(packet.json));
        return undefined;
      }
      default:
        return `${packet.type} is never sent by a gateway`;
    }
  }

  #onRxpk(rxpk: unknown, gatewayEui: string): void {
    const { id, clock, log, onReception } = this.#options;
    const outcome = parseRxpk(rxpk);
    if (!outcome.ok) {
      this.#refuseFrame('LORAWAN_FRAME_INVALID');
      log.warn('LORAWAN_FRAME_INVALID', { source: id, gateway: gatewayEui, detail: outcome.detail });
      return;
    }
    const { crc, phyPayload, frequencyHz, dataRate, antennas, counterUs, gpsTimeMs } = outcome.packet;
    if (gpsTimeMs !== undefined) this.#hasGpsTime(gatewayEui);
    // Expected noise at the edge of reception: counted, not worth a line.
    if (crc === 'bad') {
      this.#refuseFrame('LORAWAN_CRC');
      return;
    }
    onReception({
      source: id,
      gatewayEui,
      phyPayload,
      frequencyHz,
      dataRate,
      antennas,
      context: { kind: 'counter', counterUs },
      receivedAt: clock.now(),
      monotonicMs: clock.monotonicMs(),
    });
  }

  #hasGpsTime(gatewayEui: string): void {
    const forwarder = this.#forwarders.get(gatewayEui);
    if (forwarder) forwarder.gpsTimeMs = this.#options.clock.monotonicMs();
  }

  #refuseFrame(code: 'LORAWAN_FRAME_INVALID' | 'LORAWAN_CRC'): void {
    this.#frames.in();
    this.#frames.drop(code);
  }

  #reply(packet: DownstreamPacket, to: RemoteInfo): void {
    this.#replies.push({ packet, to });
    if (this.#replies.length === 1) setImmediate(() => this.#sendReplies());
  }

  /**
   * Once all datagrams of this moment were read: one by one, each would wake the forwarder for an acknowledgement, which
   * costs more than all the rest of it.
   */
  #sendReplies(): void {
    const replies = this.#replies;
    this.#replies = [];
    for (const { packet, to } of replies) this.#socket?.send(encodeGwmp(packet), to.port, to.address);
  }

  /** Undefined while all places are taken: made-up EUIs must not push out the gateways that are there. */
  #seen(
    { gatewayEui, version }: { gatewayEui: string; version: GwmpVersion },
    from: RemoteInfo,
  ): Forwarder | undefined {
    const { clock } = this.#options;
    const nowMs = clock.monotonicMs();
    const known = this.#forwarders.get(gatewayEui);
    if (!known && !this.#makeRoom(nowMs)) return undefined;
    const forwarder = known ?? this.#welcome(gatewayEui, version, from);
    const { status } = forwarder;
    if (forwarder.from.port !== from.port || forwarder.from.address !== from.address) {
      forwarder.from = from;
      status.address = `${from.address}:${from.port}`;
    }
    forwarder.version = version;
    forwarder.lastSeenMs = nowMs;
    status.protocolVersion = version;
    status.lastSeenAt = clock.now();
    return forwarder;
  }

  #welcome(gatewayEui: string, version: GwmpVersion, from: RemoteInfo): Forwarder {
    const status: GatewayStatusLine = {
      gatewayEui,
      address: `${from.address}:${from.port}`,
      protocolVersion: version,
      lastSeenAt: 0,
      reachable: false,
      hasGpsTime: false,
    };
    const forwarder = { status, from, version, lastSeenMs: 0 };
    this.#forwarders.set(gatewayEui, forwarder);
    this.#listGateways();
    return forwarder;
  }

  #listGateways(): void {
    this.#gateways = [...this.#forwarders.values()].map(({ status }) => status);
  }

  #makeRoom(nowMs: number): boolean {
    const { maxForwarders, keepMs } = this.#limits;
    if (this.#forwarders.size < maxForwarders) return true;
    let oldest: Forwarder | undefined;
    for (const forwarder of this.#forwarders.values()) {
      if (!oldest || forwarder.lastSeenMs < oldest.lastSeenMs) oldest = forwarder;
    }
    if (!oldest || nowMs - oldest.lastSeenMs < keepMs) return false;
    this.#forwarders.delete(oldest.status.gatewayEui);
    this.#listGateways();
    return true;
  }
}

/** Node takes a turn of the event loop for each address, even where there is nothing to look up. */
const lookUp: NonNullable<SocketOptions['lookup']> = (host, options, callback) => {
  const family = isIP(host);
  if (family === 0) lookup(host, options, callback);
  else callback(null, host, family);
};
