import type { Socket } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';
import { addressKey } from './address-key.ts';
import { HandshakeQueue } from './handshake-queue.ts';
import type { ListenerLimits } from './listener-limits.ts';
import type { Door, Refusals } from './refusals.ts';

interface Connection {
  readonly raw: Socket;
  readonly address: string;
  state: 'handshake' | 'stranger' | 'known';
  secure: TLSSocket | undefined;
  sinceMs: number;
  /** Bytes that had come when the handshake was over. */
  saidBefore: number;
  read: number;
  sent: number;
  movedAtMs: number;
  sentAtMs: number;
}

const SWEEP_MS = 500;
/** Each connection is looked at once in this many sweeps: twenty thousand at once would hold the event loop up. */
const SWEEP_SHARES = 8;

/** Keeps what one TLS listener bears within its limits; whoever passes one is cut off and counted. */
export class ListenerGuard {
  readonly #door: Door;
  readonly #limits: ListenerLimits;
  readonly #refusals: Refusals;
  readonly #monotonicMs: () => number;
  readonly #queue: HandshakeQueue;
  /** By address and port of the other side. */
  readonly #connections = new Map<string, Connection>();
  readonly #shares: Set<Connection>[] = Array.from({ length: SWEEP_SHARES }, () => new Set());
  readonly #strangers = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #next = 0;

  constructor(
    door: Door,
    limits: ListenerLimits,
    refusals: Refusals,
    monotonicMs: () => number = () => performance.now(),
  ) {
    this.#door = door;
    this.#limits = limits;
    this.#refusals = refusals;
    this.#monotonicMs = monotonicMs;
    this.#queue = new HandshakeQueue(limits, monotonicMs);
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#timer.unref();
  }

  get open(): number {
    return this.#connections.size;
  }

  /** Stands between the listener and its TLS from now on. */
  watch(server: Server): void {
    const inner = server.listeners('connection');
    server.removeAllListeners('connection');
    server.on('connection', (raw: Socket) =>
      this.#arrived(raw, () => {
        for (const begin of inner) begin.call(server, raw);
      }),
    );
    server.prependListener('secureConnection', (socket: TLSSocket) => this.#secured(socket));
    server.on('tlsClientError', () => this.#refusals.note(this.#door, 'tls'));
    server.on('close', () => this.stop());
  }

  /** Who is there has been shown. */
  known(socket: TLSSocket): void {
    const connection = this.#connections.get(nameOf(socket));
    if (connection?.state !== 'stranger') return;
    connection.state = 'known';
    this.#countStranger(connection.address, -1);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#queue.stop();
  }

  #arrived(raw: Socket, begin: () => void): void {
    raw.on('error', () => undefined);
    const address = addressKey(raw.remoteAddress ?? '');
    const { connections, strangersPerAddress } = this.#limits;
    const full = this.#connections.size >= connections && 'connections';
    const crowded = (this.#strangers.get(address) ?? 0) >= strangersPerAddress && 'connections-of-address';
    const refused = full || crowded;
    if (refused || address === '') {
      if (refused) this.#refusals.note(this.#door, refused, { address });
      raw.destroy();
      return;
    }
    const now = this.#monotonicMs();
    const connection: Connection = {
      ...{ raw, address, state: 'handshake', secure: undefined, sinceMs: now, saidBefore: 0 },
      ...{ read: 0, sent: 0, movedAtMs: now, sentAtMs: now },
    };
    const name = nameOf(raw);
    this.#connections.set(name, connection);
    const share = this.#shares[this.#connections.size % SWEEP_SHARES];
    share?.add(connection);
    this.#countStranger(address, 1);
    raw.once('close', () => {
      this.#queue.left(raw);
      share?.delete(connection);
      if (this.#connections.get(name) === connection) this.#connections.delete(name);
      if (connection.state !== 'known') this.#countStranger(address, -1);
    });
    this.#queue.enter(raw, address, () => {
      connection.sinceMs = this.#monotonicMs();
      begin();
    });
  }

  #secured(socket: TLSSocket): void {
    const connection = this.#connections.get(nameOf(socket));
    if (!connection) return;
    this.#queue.left(connection.raw);
    const now = this.#monotonicMs();
    connection.state = 'stranger';
    connection.secure = socket;
    connection.saidBefore = socket.bytesRead;
    connection.sinceMs = now;
    connection.movedAtMs = now;
    connection.sentAtMs = now;
  }

  #countStranger(address: string, by: number): void {
    const count = (this.#strangers.get(address) ?? 0) + by;
    if (count > 0) this.#strangers.set(address, count);
    else this.#strangers.delete(address);
  }

  #sweep(): void {
    this.#next = (this.#next + 1) % SWEEP_SHARES;
    const now = this.#monotonicMs();
    for (const connection of this.#shares[this.#next] ?? []) {
      const reason = this.#offence(connection, now);
      if (reason === undefined) continue;
      this.#refusals.note(this.#door, reason, { address: connection.address });
      (connection.secure ?? connection.raw).destroy();
    }
  }

  #offence(connection: Connection, now: number): string | undefined {
    const { handshakeMs, firstWordMs, introductionMs, silenceMs, unsentBytes, stalledMs } = this.#limits;
    const { secure, state, sinceMs } = connection;
    if (!secure) return now - sinceMs > handshakeMs ? 'handshake-time' : undefined;
    const read = secure.bytesRead;
    const unsent = secure.writableLength;
    const sent = secure.bytesWritten - unsent;
    if (read !== connection.read || sent !== connection.sent) connection.movedAtMs = now;
    if (sent !== connection.sent || unsent === 0) connection.sentAtMs = now;
    connection.read = read;
    connection.sent = sent;
    if (unsent > unsentBytes) return 'unsent-bytes';
    if (now - connection.sentAtMs > stalledMs) return 'stalled';
    // A first word may have come along with the end of the handshake: then it was answered, or it is known who is there.
    const mayBeSilent = state === 'stranger' && read <= connection.saidBefore && secure.bytesWritten === 0;
    if (mayBeSilent && now - sinceMs > firstWordMs) return 'silent-at-first';
    if (state === 'stranger' && now - sinceMs > introductionMs) return 'unknown-too-long';
    return now - connection.movedAtMs > silenceMs ? 'silence' : undefined;
  }
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
