import type { Server, Socket } from 'node:net';
import type { Stage } from '@vigie/contract';
import type { BoundedLog } from '../bounded-log.ts';

export interface DoorBounds {
  /** Connections that have not yet said who they are: of one address, and in all. */
  strangersPerAddress: number;
  strangers: number;
  /** How long a connection may take to say who it is, the TLS handshake included. */
  introductionMs: number;
  /** Bytes that wait for a peer which does not read them. */
  unsentBytes: number;
}

export interface DoorGuardOptions {
  /** For people: which door it is. */
  name: string;
  bounds: DoorBounds;
  log: BoundedLog;
  /** Counts connections: in, out, and refused by reason. */
  stage: Stage;
}

interface Guest {
  socket: Socket;
  address: string;
  timer: NodeJS.Timeout;
}

/**
 * Stands at a listener that speaks over TCP. Whoever comes in is a stranger until the protocol behind the door says
 * `introduced`; strangers have few places, a short time and few bytes. Where an address takes all of its places its
 * oldest stranger gives way, so that silent connections keep nobody out, and no address keeps out another.
 */
export class DoorGuard {
  readonly #options: DoorGuardOptions;
  /** By the far end's address and port, which a TLS socket shares with the TCP socket beneath. */
  readonly #strangers = new Map<string, Guest>();
  readonly #open = new Set<Socket>();
  /** Those whose unsent bytes are looked at: of TLS also the socket above, which holds them. */
  readonly #readers = new Set<Socket>();
  #sweeper: NodeJS.Timeout | undefined;

  constructor(options: DoorGuardOptions) {
    this.#options = options;
    options.stage.holds(() => this.#open.size);
  }

  get strangers(): number {
    return this.#strangers.size;
  }

  /** Every connection of the server passes by; before `listen`. */
  watch(server: Server): void {
    server.on('connection', (socket) => this.#admit(socket));
    server.on('secureConnection', (socket: Socket) => this.#listensTo(socket));
    this.#sweeper = setInterval(() => this.#cutThoseThatDoNotRead(), UNSENT_CHECK_MS).unref();
    server.on('close', () => clearInterval(this.#sweeper));
  }

  /** The peer has said who it is, and is known: what it may do is up to the protocol. */
  introduced(socket: Socket): void {
    const key = endOf(socket);
    const guest = this.#strangers.get(key);
    if (!guest) return;
    clearTimeout(guest.timer);
    this.#strangers.delete(key);
  }

  /** Ends a connection; `reason` is counted and told at a bounded rate. */
  refuse(socket: Socket, reason: string): void {
    const { name, log, stage } = this.#options;
    if (this.#open.delete(socket)) stage.drop('DOOR_REFUSED');
    log.warn('DOOR_REFUSED', { door: name, from: socket.remoteAddress, reason });
    this.introduced(socket);
    socket.destroy();
  }

  #admit(socket: Socket): void {
    const { bounds, stage } = this.#options;
    const key = endOf(socket);
    stage.in();
    this.#open.add(socket);
    this.#listensTo(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#open.delete(socket)) stage.out();
      if (this.#strangers.get(key)?.socket === socket) this.introduced(socket);
    });
    const address = socket.remoteAddress ?? '';
    this.#makeRoom(address);
    const timer = setTimeout(() => this.refuse(socket, 'it did not say who it is'), bounds.introductionMs).unref();
    this.#strangers.set(key, { socket, address, timer });
  }

  #listensTo(socket: Socket): void {
    this.#readers.add(socket);
    socket.on('close', () => this.#readers.delete(socket));
  }

  /** The oldest come first in the map. */
  #makeRoom(address: string): void {
    const { strangersPerAddress, strangers } = this.#options.bounds;
    const all = [...this.#strangers.values()];
    const own = all.filter((guest) => guest.address === address);
    const oldest =
      own.length >= strangersPerAddress ? own[0] : all.length >= strangers ? ofTheMostCrowded(all) : undefined;
    if (oldest) this.refuse(oldest.socket, 'too many connections that have not said who they are');
  }

  #cutThoseThatDoNotRead(): void {
    for (const socket of this.#readers) {
      if (socket.writableLength > this.#options.bounds.unsentBytes) this.refuse(socket, 'it does not read');
    }
  }
}

const UNSENT_CHECK_MS = 1_000;

function endOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}:${remotePort}`;
}

function ofTheMostCrowded(guests: readonly Guest[]): Guest | undefined {
  const counts = new Map<string, number>();
  for (const { address } of guests) counts.set(address, (counts.get(address) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return guests.find(({ address }) => counts.get(address) === most);
}
