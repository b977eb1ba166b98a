import { createServer, type Server, type Socket } from 'node:net';
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
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(serve: Serve, sent: Sent) {
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
    if (!answer) return;
    const header = Buffer.from(frame.subarray(0, HEADER_BYTES));
    header.writeUInt16BE(answer.pdu.length + 1, 4);
    socket.write(Buffer.concat([header, answer.pdu]), (error) => {
      if (!error) this.#sent(unit, answer);
    });
  }
}
