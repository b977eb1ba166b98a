import { createServer, type Server, type Socket } from 'node:net';
import { type Faults, faultyFrame, faultyPdu } from './faults.ts';
import type { Answer } from './slave.ts';

const HEADER_BYTES = 7;
const MAX_LENGTH = 254;

/** Gives the answer of a unit, or undefined where no such slave is there (then nobody answers). */
export type Serve = (unit: number, pdu: Buffer) => Answer | undefined;
/** Called when an answer has left completely. */
export type Sent = (unit: number, answer: Answer) => void;

/** A Modbus TCP server (Modbus Messaging on TCP/IP V1.0b). */
export class ModbusTcpServer {
  readonly #serve: Serve;
  readonly #sent: Sent;
  readonly #faults: Faults;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(serve: Serve, sent: Sent, faults: Faults) {
    this.#faults = faults;
    this.#serve = serve;
    this.#sent = sent;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        const address = this.#server.address();
        if (address === null || typeof address === 'string') reject(new Error('no TCP port'));
        else resolve(address.port);
      });
    });
  }

  stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      while (rest.length >= HEADER_BYTES) {
        const length = rest.readUInt16BE(4);
        if (rest.readUInt16BE(2) !== 0 || length < 2 || length > MAX_LENGTH) {
          socket.destroy();
          return;
        }
        if (rest.length < 6 + length) return;
        this.#reply(socket, rest.subarray(0, 6 + length));
        rest = rest.subarray(6 + length);
      }
    });
  }

  #reply(socket: Socket, frame: Buffer): void {
    const unit = frame[6] ?? 0;
    const answer = this.#serve(unit, frame.subarray(HEADER_BYTES));
    const fault = this.#faults.next();
    const pdu = answer && faultyPdu(answer.pdu, fault);
    if (!answer || !pdu) return;
    const header = Buffer.from(frame.subarray(0, HEADER_BYTES));
    header.writeUInt16BE(pdu.length + 1, 4);
    if (fault.kind === 'wrongTransaction') header.writeUInt16BE(header.readUInt16BE(0) ^ 0x0101, 0);
    if (fault.kind === 'wrongUnit') header[6] = unit ^ 0x10;
    const bytes = faultyFrame(Buffer.concat([header, pdu]), fault);
    const write = (): void => {
      if (socket.destroyed) return;
      socket.write(bytes, (error) => {
        // There is no checksum to be wrong here, so that the answer is right.
        if (!error && (fault.kind === 'none' || fault.kind === 'wrongCrc')) this.#sent(unit, answer);
      });
    };
    if (fault.delayMs === 0) write();
    else setTimeout(write, fault.delayMs);
  }
}
