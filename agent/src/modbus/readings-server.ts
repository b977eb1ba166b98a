import { createServer, type Server, type Socket } from 'node:net';
import { type ModbusServerConfig, type ModbusServerPoint, type Reading, VigieError } from '@vigie/contract';
import { widthOf } from '@vigie/decoders';

const HEADER_BYTES = 7;
const MAX_LENGTH = 254;
const MAX_CLIENTS = 16;
const MAX_REGISTERS = 125;
const IDLE_MS = 300_000;
const READ_HOLDING = 0x03;
const READ_INPUT = 0x04;
const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;

/** The gateway's readings for a local controller by Modbus TCP: read-only, whatever the unit identifier. */
export class ReadingsServer {
  #config: ModbusServerConfig;
  readonly #now: () => number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #latest = new Map<string, { value: number; at: number }>();
  readonly #mapped = new Set<number>();

  constructor(config: ModbusServerConfig, now: () => number) {
    this.#config = config;
    this.#now = now;
    this.use(config);
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#server.maxConnections = MAX_CLIENTS;
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
    this.#sockets.add(socket);
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      rest = Buffer.concat([rest, bytes]);
      while (rest.length >= HEADER_BYTES) {
        const length = rest.readUInt16BE(4);
        if (rest.readUInt16BE(2) !== 0 || length < 2 || length > MAX_LENGTH) {
          socket.destroy();
          return;
        }
        if (rest.length < 6 + length) return;
        const frame = rest.subarray(0, 6 + length);
        rest = rest.subarray(6 + length);
        socket.write(withHeader(frame, this.#answer(frame.subarray(HEADER_BYTES))));
      }
    });
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
