import { createSocket, type RemoteInfo, type Socket, type SocketOptions } from 'node:dgram';
import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import { VigieError } from '@vigie/contract';
import type { BoundedLog } from '../../bounded-log.ts';
import type { Clock } from '../../clock.ts';
import { allowList } from '../../doors/allow-list.ts';
import { guarded } from '../../doors/guarded.ts';
import { RefusalLimit } from '../../doors/refusal-limit.ts';
import type { Ledger, Stage } from '../../ledger.ts';
import type {
  GatewayStatusLine,
  RadioSource,
  Reception,
  ReceptionContext,
  Transmission,
  TransmitOutcome,
} from '../radio.ts';
import { endpointName, type ForwarderPlaces, Forwarders } from './forwarders.ts';
import { type DownstreamPacket, encodeGwmp, type GwmpPacket, parseGwmp } from './gwmp.ts';
import { parseRxpk, type ReceivedPacket, rxpkList } from './rxpk.ts';
import { parseTxAck, txpkOf } from './txpk.ts';

export interface SemtechUdpLimits extends ForwarderPlaces {
  maxPendingDownlinks: number;
  txAckTimeoutMs: number;
}

const LIMITS: SemtechUdpLimits = {
  maxForwarders: 256,
  maxPendingDownlinks: 1_024,
  txAckTimeoutMs: 1_500,
  keepMs: 600_000,
};

/** Who sends this much nonsense in a second is not listened to for the rest of it. */
const NONSENSE = { refusals: 16, windowMs: 1_000, parties: 1_024 };
const RECEIVE_BUFFER_BYTES = 4 * 1_048_576;

export interface SemtechUdpOptions {
  id: string;
  host: string;
  port: number;
  clock: Clock;
  ledger: Ledger;
  log: BoundedLog;
  entropy(bytes: number): Uint8Array;
  /** Addresses and networks of the forwarders; anybody where absent. */
  allow?: readonly string[];
  /** A frame, or what should have been one, that cannot be read. */
  onUnread(detail: string): void;
  onReception(reception: Reception): void;
  limits?: Partial<SemtechUdpLimits>;
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
  readonly #isAllowed: ((address: string) => boolean) | undefined;
  readonly #nonsense: RefusalLimit;
  readonly #forwarders: Forwarders;
  #replies: Reply[] = [];
  readonly #pending = new Map<number, PendingDownlink>();
  #socket: Socket | undefined;

  constructor(options: SemtechUdpOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#datagrams = options.ledger.stage('lorawan.datagrams');
    this.#frames = options.ledger.stage('lorawan.frames');
    const { id: source, clock, log } = options;
    this.#forwarders = new Forwarders({ source, clock, log, places: this.#limits });
    this.#isAllowed = options.allow && allowList(options.allow);
    this.#nonsense = new RefusalLimit(NONSENSE, () => options.clock.monotonicMs());
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
    socket.on('error', (cause) => this.#options.log.warn('INTERNAL', { source: id, err: cause }));
    const onDatagram = (datagram: Buffer, from: RemoteInfo) => this.#onDatagram(datagram, from);
    socket.on(
      'message',
      guarded(`source ${id}`, this.#options.log, onDatagram, () => undefined),
    );
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
    return this.#forwarders.lines();
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
    if (!txpk) return Promise.resolve({ kind: 'refused', reason: isUntimed(transmission) ? 'NO_ROUTE' : 'OTHER' });
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
      const silence = (): TransmitOutcome => ({ kind: forwarder.acknowledges ? 'unanswered' : 'handed' });
      const timer = setTimeout(() => settle(silence()), this.#limits.txAckTimeoutMs);
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
    if (!this.#nonsense.isIdle && this.#nonsense.isBarred(endpointName(from))) {
      this.#datagrams.drop('LORAWAN_OVERLOADED');
      return;
    }
    const detail = this.#read(datagram, from);
    if (detail === undefined) {
      this.#datagrams.out();
      return;
    }
    this.#nonsense.refused(endpointName(from));
    this.#datagrams.drop('LORAWAN_DATAGRAM_INVALID');
    this.#options.log.warn('LORAWAN_DATAGRAM_INVALID', { source: this.#options.id, from: from.address, detail });
  }

  /** Gives what is wrong with the datagram, if anything is. */
  #read(datagram: Buffer, from: RemoteInfo): string | undefined {
    if (this.#isAllowed?.(from.address) === false) return 'its address is not among those that the source allows';
    const outcome = parseGwmp(datagram);
    return outcome.ok ? this.#onPacket(outcome.packet, from) : outcome.detail;
  }

  /** Gives what is wrong with the packet, if anything is. */
  #onPacket(packet: GwmpPacket, from: RemoteInfo): string | undefined {
    switch (packet.type) {
      case 'PULL_DATA': {
        const forwarder = this.#forwarders.seen(packet, from);
        if (!forwarder) return 'no room for another forwarder';
        this.#forwarders.pulled(forwarder, from);
        this.#reply({ type: 'PULL_ACK', version: packet.version, token: packet.token }, from);
        return undefined;
      }
      case 'PUSH_DATA': {
        const list = rxpkList(packet.json);
        if (!list) return 'neither rxpk nor stat';
        if (packet.unread !== undefined) this.#unread(packet.gatewayEui, packet.unread);
        if (!this.#forwarders.seen(packet, from)) return 'no room for another forwarder';
        // Section 5.2: whatever the frames are worth.
        this.#reply({ type: 'PUSH_ACK', version: packet.version, token: packet.token }, from);
        for (const rxpk of list) this.#onRxpk(rxpk, packet.gatewayEui);
        return undefined;
      }
      case 'TX_ACK': {
        const forwarder = this.#forwarders.get(packet.gatewayEui);
        if (forwarder) forwarder.acknowledges = true;
        const pending = this.#pending.get(packet.token);
        if (pending?.gatewayEui === packet.gatewayEui) pending.settle(parseTxAck(packet.json));
        return undefined;
      }
      default:
        return `${packet.type} is never sent by a gateway`;
    }
  }

  #onRxpk(rxpk: unknown, gatewayEui: string): void {
    const { id, clock, onReception } = this.#options;
    const outcome = parseRxpk(rxpk);
    if (!outcome.ok) {
      this.#refuseFrame('LORAWAN_FRAME_INVALID');
      this.#unread(gatewayEui, outcome.detail);
      return;
    }
    const { crc, phyPayload, frequencyHz, dataRate, antennas, gpsTimeMs } = outcome.packet;
    if (gpsTimeMs !== undefined) this.#forwarders.stampedGpsTime(gatewayEui);
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
      ...(gpsTimeMs !== undefined && { gpsTimeMs }),
      context: contextOf(outcome.packet),
      receivedAt: clock.now(),
      monotonicMs: clock.monotonicMs(),
    });
  }

  #unread(gatewayEui: string, detail: string): void {
    const { id, log, onUnread } = this.#options;
    log.warn('LORAWAN_FRAME_INVALID', { source: id, gateway: gatewayEui, detail });
    onUnread(`gateway ${gatewayEui}: ${detail}`);
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
}

function isUntimed({ time }: Transmission): boolean {
  return time.kind === 'afterReception' && time.context.kind === 'untimed';
}

function contextOf({ counterUs, board, antenna }: ReceivedPacket): ReceptionContext {
  if (counterUs === undefined) return { kind: 'untimed' };
  return {
    kind: 'counter',
    counterUs,
    ...(board !== undefined && { board }),
    ...(antenna !== undefined && { antenna }),
  };
}

/** Node takes a turn of the event loop for each address, even where there is nothing to look up. */
const lookUp: NonNullable<SocketOptions['lookup']> = (host, options, callback) => {
  const family = isIP(host);
  if (family === 0) lookup(host, options, callback);
  else callback(null, host, family);
};
