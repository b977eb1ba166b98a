import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SerialPort } from 'serialport';

/** One request as a slave sees it. `address` and `count` are the first two words after the function code. */
export interface SlaveRequest {
  unit: number;
  functionCode: number;
  address: number;
  count: number;
  pdu: Buffer;
  /** 0 on a serial line. */
  transaction: number;
  /** Sends an answer; the options make it a wrong or a slow one. */
  answer(pdu: Buffer, faults?: AnswerFaults): void;
  sendRaw(bytes: Buffer): void;
  /** How long the connection has been there; 0 on a serial line. */
  connectedForMs: number;
  /** Ends the connection when what was answered has gone out; nothing on a serial line. */
  hangUp(): void;
}

export interface LineFaults {
  /** The adapter gives back what the gateway sends. */
  echo?: boolean;
}

export interface AnswerFaults {
  unit?: number;
  transaction?: number;
  afterMs?: number;
  corrupt?: boolean;
  /** Sent in pieces of so many bytes, `pieceGapMs` apart. */
  pieces?: number;
  pieceGapMs?: number;
}

export type SlaveBehaviour = (request: SlaveRequest) => void;

/** Every register and coil holds what `valueAt` says; what a well-behaved slave answers. */
export function readAnswer(request: SlaveRequest, valueAt: (address: number, unit: number) => number): Buffer {
  const { functionCode, address, count, unit } = request;
  // Diagnostics "return query data": the request is the answer.
  if (functionCode === 0x08) return request.pdu;
  if (functionCode <= 2) {
    const bytes = Buffer.alloc(Math.ceil(count / 8));
    for (let bit = 0; bit < count; bit += 1) {
      if (valueAt(address + bit, unit) & 1) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7));
    }
    return Buffer.concat([Buffer.of(functionCode, bytes.length), bytes]);
  }
  const answer = Buffer.alloc(2 + count * 2);
  answer[0] = functionCode;
  answer[1] = count * 2;
  for (let index = 0; index < count; index += 1) answer.writeUInt16BE(valueAt(address + index, unit), 2 + index * 2);
  return answer;
}

export function exceptionAnswer(functionCode: number, exception: number): Buffer {
  return Buffer.of(functionCode | 0x80, exception);
}

export interface RunningSlave {
  requests: SlaveRequest[];
  close(): Promise<void>;
}

/** A slave that is reached over TCP. */
export interface TcpSlave extends RunningSlave {
  port: number;
  /** Connections that are open now, and that were ever opened. */
  readonly open: number;
  readonly connections: number;
}

/** Takes as many requests from the head of `rest` as are whole; gives what is left. */
type TakeRequests = (socket: Socket, rest: Buffer, take: (request: SlaveRequest) => void, openedAt: number) => Buffer;

const takeTcp: TakeRequests = (socket, bytes, take, openedAt) => {
  let rest = bytes;
  while (rest.length >= 8 && rest.length >= 6 + rest.readUInt16BE(4)) {
    const length = 6 + rest.readUInt16BE(4);
    take(tcpRequest(socket, rest.subarray(0, length), openedAt));
    rest = rest.subarray(length);
  }
  return rest;
};

const takeRtu: TakeRequests = (socket, bytes, take) => {
  let rest = bytes;
  for (let length = requestLength(rest); length > 0 && rest.length >= length; length = requestLength(rest)) {
    take(rtuRequest((reply) => void (socket.destroyed || socket.write(reply)), rest.subarray(0, length)));
    rest = rest.subarray(length);
  }
  return rest;
};

/** A Modbus TCP server on loopback, on an ephemeral port where none is given, that does as `behaviour` says. */
export function startTcpSlave(behaviour: SlaveBehaviour, port = 0): Promise<TcpSlave> {
  return startServer(behaviour, port, takeTcp);
}

/** A serial server with slaves behind it, on an ephemeral loopback port. */
export function startRtuOverTcpSlave(behaviour: SlaveBehaviour, faults: LineFaults = {}): Promise<TcpSlave> {
  return startServer(behaviour, 0, takeRtu, faults);
}

async function startServer(
  behaviour: SlaveBehaviour,
  port: number,
  takeRequests: TakeRequests,
  { echo = false }: LineFaults = {},
): Promise<TcpSlave> {
  const requests: SlaveRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let rest: Buffer = Buffer.alloc(0);
    const openedAt = performance.now();
    socket.on('data', (bytes) => {
      if (echo) socket.write(bytes);
      const take = (request: SlaveRequest): void => {
        requests.push(request);
        behaviour(request);
      };
      rest = takeRequests(socket, Buffer.concat([rest, bytes]), take, openedAt);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    requests,
    get open() {
      return sockets.size;
    },
    get connections() {
      return connections;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function tcpRequest(socket: Socket, frame: Buffer, openedAt: number): SlaveRequest {
  const transaction = frame.readUInt16BE(0);
  const unit = frame[6] ?? 0;
  const pdu = Buffer.from(frame.subarray(7));
  const answer = (reply: Buffer, faults: AnswerFaults = {}): void => {
    const header = Buffer.alloc(7);
    header.writeUInt16BE(faults.transaction ?? transaction, 0);
    header.writeUInt16BE(reply.length + 1, 4);
    header[6] = faults.unit ?? unit;
    send((bytes) => socket.destroyed || socket.write(bytes), Buffer.concat([header, reply]), faults);
  };
  return {
    ...parsed(pdu),
    unit,
    transaction,
    answer,
    sendRaw: (bytes) => void socket.write(bytes),
    connectedForMs: performance.now() - openedAt,
    hangUp: () => void socket.end(),
  };
}

/** Slaves on a serial line: a pseudo-terminal pair by socat; `path` is the gateway's end. */
export async function startSerialSlave(
  behaviour: SlaveBehaviour,
  { echo = false }: LineFaults = {},
): Promise<RunningSlave & { path: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-pty-'));
  const path = join(folder, 'gateway');
  const far = join(folder, 'slave');
  const socat = spawn('socat', [`pty,raw,echo=0,link=${path}`, `pty,raw,echo=0,link=${far}`], { stdio: 'ignore' });
  await until(() => existsSync(path) && existsSync(far), 5_000);
  const port = new SerialPort({ path: far, baudRate: 115_200 });
  await new Promise<void>((resolve, reject) => {
    port.once('open', resolve);
    port.once('error', reject);
  });
  const requests: SlaveRequest[] = [];
  let rest = Buffer.alloc(0);
  port.on('data', (bytes: Buffer) => {
    if (echo) port.write(bytes);
    rest = Buffer.concat([rest, bytes]);
    for (let length = requestLength(rest); length > 0 && rest.length >= length; length = requestLength(rest)) {
      const request = rtuRequest((reply) => void (port.isOpen && port.write(reply)), rest.subarray(0, length));
      rest = rest.subarray(length);
      requests.push(request);
      behaviour(request);
    }
  });
  return {
    path,
    requests,
    close: async () => {
      await new Promise<void>((resolve) => port.close(() => resolve()));
      await ended(socat);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Bytes of the RTU request at the head of the buffer, 0 while that cannot be told. */
function requestLength(bytes: Buffer): number {
  if (bytes.length < 8) return 0;
  const functionCode = bytes[1] ?? 0;
  return functionCode === 0x0f || functionCode === 0x10 ? 9 + (bytes[6] ?? 0) : 8;
}

function rtuRequest(write: (bytes: Buffer) => void, frame: Buffer): SlaveRequest {
  const unit = frame[0] ?? 0;
  const pdu = Buffer.from(frame.subarray(1, -2));
  const answer = (reply: Buffer, faults: AnswerFaults = {}): void => {
    send(write, rtuFrame(faults.unit ?? unit, reply, faults.corrupt ?? false), faults);
  };
  const onLine = { connectedForMs: 0, hangUp: () => undefined };
  return { ...parsed(pdu), unit, transaction: 0, answer, sendRaw: write, ...onLine };
}

/** Bit by bit as in V1.02 appendix B, so that it is not the gateway's own table that is checked against itself. */
export function rtuFrame(unit: number, pdu: Buffer, corrupt = false): Buffer {
  const body = Buffer.concat([Buffer.of(unit), pdu]);
  let crc = 0xffff;
  for (const byte of body) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  if (corrupt) crc ^= 0x0101;
  return Buffer.concat([body, Buffer.of(crc & 0xff, crc >> 8)]);
}

function parsed(pdu: Buffer): Pick<SlaveRequest, 'functionCode' | 'address' | 'count' | 'pdu'> {
  const word = (at: number): number => (pdu.length >= at + 2 ? pdu.readUInt16BE(at) : 0);
  return { functionCode: pdu[0] ?? 0, address: word(1), count: word(3), pdu };
}

function send(write: (bytes: Buffer) => void, bytes: Buffer, faults: AnswerFaults): void {
  const size = faults.pieces ?? bytes.length;
  for (let at = 0, piece = 0; at < bytes.length; at += size, piece += 1) {
    const part = bytes.subarray(at, at + size);
    const delayMs = (faults.afterMs ?? 0) + piece * (faults.pieceGapMs ?? 0);
    if (delayMs === 0) write(part);
    else setTimeout(() => write(part), delayMs).unref();
  }
}

async function until(condition: () => boolean, limitMs: number): Promise<void> {
  const end = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not true within ${limitMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill();
  });
}
