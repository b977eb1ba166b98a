import { createServer, type Server, type Socket } from 'node:net';
import { type ModbusServerConfig, type ModbusServerPoint, type Reading, type Stage, VigieError } from '@vigie/contract';
import { widthOf } from '@vigie/decoders';
import type { BoundedLog } from '../bounded-log.ts';
import { DoorGuard } from '../doors/door-guard.ts';

const HEADER_BYTES = 7;
const MAX_LENGTH = 254;
/** Local controllers are few, and each has a connection or two. */
const MAX_CLIENTS = 16;
const MAX_REGISTERS = 125;
/** Whoever connects has something to ask at once; controllers poll every few minutes at the latest. */
const BOUNDS = { strangersPerAddress: 4, strangers: 64, introductionMs: 10_000, unsentBytes: 16_384 };
const IDLE_MS = 300_000;
/** Then radio, buses and other clients have their turn, however fast one asks. */
const REQUESTS_A_TURN = 8;
const READ_HOLDING = 0x03;
const READ_INPUT = 0x04;
const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;

export interface ReadingsServerParts {
  now(): number;
  log: BoundedLog;
  /** Counts connections. */
  stage: Stage;
}

/** The gateway's readings for a local controller by Modbus TCP: read-only, whatever the unit identifier. */
export class ReadingsServer {
  #config: ModbusServerConfig;
  readonly #now: () => number;
  readonly #server: Server;
  readonly #guard: DoorGuard;
  readonly #sockets = new Set<Socket>();
  /** Those that have asked, the one that asked longest ago first. */
  readonly #clients = new Set<Socket>();
  readonly #latest = new Map<string, { value: number; at: number }>();
  /** What stands at each register: the later point where two overlap. */
  readonly #registers = new Map<number, { point: ModbusServerPoint; offset: number }>();

  constructor(config: ModbusServerConfig, { now, log, stage }: ReadingsServerParts) {
    this.#config = config;
    this.#now = now;
    this.#guard = new DoorGuard({ name: 'Modbus readings', bounds: BOUNDS, log, stage });
    this.use(config);
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#guard.watch(this.#server);
    this.#server.on('error', (cause) => log.warn('INTERNAL', { door: 'Modbus readings', err: cause }));
  }

  get address(): string {
    return `${this.#config.host}:${this.#config.port}`;
  }

  /** Takes other points; the address stays. */
  use(config: ModbusServerConfig): void {
    this.#config = config;
    this.#registers.clear();
    for (const point of config.points) {
      for (let offset = 0; offset < widthOf(point); offset += 1) {
        this.#registers.set(point.address + offset, { point, offset });
      }
    }
  }

  /** Throws CONFIG_PORT_BUSY. Gives the port. */
  listen(): Promise<number> {
    const { host, port } = this.#config;
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error) =>
        reject(new VigieError('CONFIG_PORT_BUSY', error.message, { cause: error })),
      );
      this.#server.listen(port, host, () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address ? address.port : port);
      });
    });
  }

  stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  note(device: string, readings: readonly Reading[], at: number): void {
    for (const { quantity, channel, value, quality } of readings) {
      if (typeof value !== 'number' || quality === 'bad') continue;
      this.#latest.set(keyOf({ device, quantity, channel }), { value, at });
    }
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#clients.delete(socket);
    });
    socket.setTimeout(IDLE_MS, () => this.#guard.refuse(socket, 'it asks nothing any more'));
    let rest: Buffer = Buffer.alloc(0);
    const proceed = () => {
      try {
        rest = this.#take(socket, rest);
      } catch (cause) {
        // One client's request must not end the process, nor the others.
        this.#guard.refuse(socket, String(cause));
      }
      if (socket.destroyed || !holdsRequest(rest)) {
        socket.resume();
        return;
      }
      socket.pause();
      setImmediate(proceed);
    };
    socket.on('data', (bytes: Buffer) => {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      proceed();
    });
  }

  /** Answers whole requests at the head of the bytes, as many as one turn allows; gives what is left. */
  #take(socket: Socket, bytes: Buffer): Buffer {
    let rest = bytes;
    for (let answered = 0; answered < REQUESTS_A_TURN; answered += 1) {
      if (rest.length < HEADER_BYTES || socket.destroyed) break;
      const length = rest.readUInt16BE(4);
      if (rest.readUInt16BE(2) !== 0 || length < 2 || length > MAX_LENGTH) {
        this.#guard.refuse(socket, 'it speaks no Modbus');
        break;
      }
      if (rest.length < 6 + length) break;
      const frame = rest.subarray(0, 6 + length);
      rest = rest.subarray(6 + length);
      this.#asked(socket);
      socket.write(withHeader(frame, this.#answer(frame.subarray(HEADER_BYTES))));
      if (socket.writableLength > BOUNDS.unsentBytes) this.#guard.refuse(socket, 'it does not read');
    }
    return rest;
  }

  /** Where all places are taken, whoever asked longest ago gives way: a controller that polls keeps its own. */
  #asked(socket: Socket): void {
    this.#guard.introduced(socket);
    this.#clients.delete(socket);
    const [longestAgo] = this.#clients;
    if (this.#clients.size >= MAX_CLIENTS && longestAgo)
      this.#guard.refuse(longestAgo, 'others ask that came after it');
    this.#clients.add(socket);
  }

  #answer(pdu: Buffer): Buffer {
    const functionCode = pdu[0] ?? 0;
    if (functionCode !== READ_HOLDING && functionCode !== READ_INPUT) return exception(functionCode, ILLEGAL_FUNCTION);
    if (pdu.length !== 5) return exception(functionCode, ILLEGAL_VALUE);
    const address = pdu.readUInt16BE(1);
    const count = pdu.readUInt16BE(3);
    if (count < 1 || count > MAX_REGISTERS) return exception(functionCode, ILLEGAL_VALUE);
    if (!this.#registers.has(address) || !this.#registers.has(address + count - 1)) {
      return exception(functionCode, ILLEGAL_ADDRESS);
    }
    const reply = Buffer.alloc(2 + count * 2);
    reply[0] = functionCode;
    reply[1] = count * 2;
    let current: { point: ModbusServerPoint; words: number[] } | undefined;
    for (let at = 0; at < count; at += 1) {
      const register = this.#registers.get(address + at);
      if (!register) continue;
      const { point, offset } = register;
      if (current?.point !== point) current = { point, words: this.#words(point) };
      reply.writeUInt16BE(current.words[offset] ?? 0, 2 + at * 2);
    }
    return reply;
  }

  #words(point: ModbusServerPoint): number[] {
    const latest = this.#latest.get(keyOf(point));
    const fresh = latest !== undefined && this.#now() - latest.at <= this.#config.staleAfterMs;
    return encode(point, fresh ? latest.value / (point.scale ?? 1) : undefined);
  }
}

/** Or what is none, which is then refused. */
function holdsRequest(bytes: Buffer): boolean {
  return bytes.length >= HEADER_BYTES && bytes.length >= 6 + Math.min(MAX_LENGTH, bytes.readUInt16BE(4));
}

/** A value that is absent or does not fit reads as NaN or all ones, never as a number that it is not. */
function encode({ type }: ModbusServerPoint, value: number | undefined): number[] {
  const bytes = Buffer.alloc(widthOf({ type }) * 2, 0xff);
  if (type === 'float32') {
    bytes.writeFloatBE(value ?? Number.NaN);
  } else if (value !== undefined) {
    const whole = Math.round(value);
    const bits = widthOf({ type }) * 16;
    const signed = type.startsWith('int');
    const [low, high] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
    if (whole >= low && whole <= high && Number.isSafeInteger(whole)) writeWhole(bytes, whole);
  }
  return Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readUInt16BE(index * 2));
}

function writeWhole(bytes: Buffer, whole: number): void {
  const unsigned = BigInt.asUintN(bytes.length * 8, BigInt(whole));
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = Number((unsigned >> BigInt((bytes.length - 1 - index) * 8)) & 0xffn);
  }
}

function keyOf({
  device,
  quantity,
  channel = '',
}: {
  device: string;
  quantity: string;
  channel?: string | undefined;
}): string {
  return `${device} ${quantity} ${channel}`;
}

function withHeader(request: Buffer, pdu: Buffer): Buffer {
  const header = Buffer.from(request.subarray(0, HEADER_BYTES));
  header.writeUInt16BE(pdu.length + 1, 4);
  return Buffer.concat([header, pdu]);
}

function exception(functionCode: number, code: number): Buffer {
  return Buffer.of(functionCode | 0x80, code);
}
