import { createServer, type Server, type Socket } from 'node:net';
import { type ModbusServerConfig, type ModbusServerPoint, type Reading, VigieError } from '@vigie/contract';
import { widthOf } from '@vigie/decoders';

const HEADER_BYTES = 7;
const MAX_LENGTH = 254;
/** Local controllers are few, and each has a connection or two. */
const MAX_CLIENTS = 16;
const MAX_CLIENTS_OF_ONE_ADDRESS = 4;
const MAX_REGISTERS = 125;
/** Whoever connects has something to ask at once; controllers poll every few minutes at the latest. */
const FIRST_REQUEST_MS = 10_000;
const IDLE_MS = 300_000;
/** Answers that a client does not fetch. */
const MAX_UNSENT_BYTES = 16_384;
const READ_HOLDING = 0x03;
const READ_INPUT = 0x04;
const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;

/** Why a connection was refused or ended from here. */
export type Refusal = 'tooManyClients' | 'silent' | 'noModbus' | 'unread' | 'failed';

/** The gateway's readings for a local controller by Modbus TCP: read-only, whatever the unit identifier. */
export class ReadingsServer {
  #config: ModbusServerConfig;
  readonly #now: () => number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** How often a connection was refused or ended from here, by reason. */
  readonly refused: Partial<Record<Refusal, number>> = {};
  readonly #refuse: (reason: Refusal, address: string | undefined) => void;
  readonly #latest = new Map<string, { value: number; at: number }>();
  readonly #mapped = new Set<number>();

  /** `refused` is told of each connection that was refused or ended from here; it must be cheap and never throw. */
  constructor(
    config: ModbusServerConfig,
    now: () => number,
    refused: (reason: Refusal, address: string | undefined) => void = () => undefined,
  ) {
    this.#config = config;
    this.#now = now;
    this.#refuse = (reason, address) => {
      this.refused[reason] = (this.refused[reason] ?? 0) + 1;
      refused(reason, address);
    };
    this.use(config);
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    // What the kernel hands over is accepted, so that it can be refused by address and counted.
    this.#server.maxConnections = MAX_CLIENTS * 2;
    // Such as no file descriptor left for one more connection: those that are there go on.
    this.#server.on('error', () => this.#refuse('failed', undefined));
    this.#server.on('drop', (data) => this.#refuse('tooManyClients', data?.remoteAddress));
  }

  get address(): string {
    return `${this.#config.host}:${this.#config.port}`;
  }

  /** Takes other points; the address stays. */
  use(config: ModbusServerConfig): void {
    this.#config = config;
    this.#mapped.clear();
    for (const { address, type } of config.points) {
      for (let offset = 0; offset < widthOf({ type }); offset += 1) this.#mapped.add(address + offset);
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
    const { remoteAddress } = socket;
    socket.on('error', () => socket.destroy());
    const ofAddress = [...this.#sockets].filter((other) => other.remoteAddress === remoteAddress).length;
    if (this.#sockets.size >= MAX_CLIENTS || ofAddress >= MAX_CLIENTS_OF_ONE_ADDRESS) {
      this.#end(socket, 'tooManyClients');
      return;
    }
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // Counts until something was asked, not until something came: a byte now and then is no request.
    const first = setTimeout(() => this.#end(socket, 'silent'), FIRST_REQUEST_MS);
    socket.on('close', () => clearTimeout(first));
    socket.setTimeout(IDLE_MS, () => this.#end(socket, 'silent'));
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      try {
        rest = this.#take(socket, rest.length === 0 ? bytes : Buffer.concat([rest, bytes]), () => clearTimeout(first));
      } catch {
        // One client's request must not end the process, nor the others.
        this.#end(socket, 'failed');
      }
    });
  }

  #end(socket: Socket, reason: Refusal): void {
    const { remoteAddress } = socket;
    socket.destroy();
    this.#refuse(reason, remoteAddress);
  }

  /** Answers the whole requests at the head of the bytes; gives what is left. */
  #take(socket: Socket, bytes: Buffer, asked: () => void): Buffer {
    let rest = bytes;
    while (rest.length >= HEADER_BYTES && !socket.destroyed) {
      const length = rest.readUInt16BE(4);
      if (rest.readUInt16BE(2) !== 0 || length < 2 || length > MAX_LENGTH) {
        this.#end(socket, 'noModbus');
        break;
      }
      if (rest.length < 6 + length) break;
      const frame = rest.subarray(0, 6 + length);
      rest = rest.subarray(6 + length);
      asked();
      socket.write(withHeader(frame, this.#answer(frame.subarray(HEADER_BYTES))));
      if (socket.writableLength > MAX_UNSENT_BYTES) this.#end(socket, 'unread');
    }
    return rest;
  }

  #answer(pdu: Buffer): Buffer {
    const functionCode = pdu[0] ?? 0;
    if (functionCode !== READ_HOLDING && functionCode !== READ_INPUT) return exception(functionCode, ILLEGAL_FUNCTION);
    if (pdu.length !== 5) return exception(functionCode, ILLEGAL_VALUE);
    const address = pdu.readUInt16BE(1);
    const count = pdu.readUInt16BE(3);
    if (count < 1 || count > MAX_REGISTERS) return exception(functionCode, ILLEGAL_VALUE);
    if (!this.#mapped.has(address) || !this.#mapped.has(address + count - 1)) {
      return exception(functionCode, ILLEGAL_ADDRESS);
    }
    const reply = Buffer.alloc(2 + count * 2);
    reply[0] = functionCode;
    reply[1] = count * 2;
    for (const point of this.#config.points) {
      if (point.address + widthOf(point) > address && point.address < address + count) {
        this.#words(point).forEach((word, offset) => {
          const at = point.address + offset - address;
          if (at >= 0 && at < count) reply.writeUInt16BE(word, 2 + at * 2);
        });
      }
    }
    return reply;
  }

  #words(point: ModbusServerPoint): number[] {
    const latest = this.#latest.get(keyOf(point));
    const fresh = latest !== undefined && this.#now() - latest.at <= this.#config.staleAfterMs;
    return encode(point, fresh ? latest.value / (point.scale ?? 1) : undefined);
  }
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
