import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A wire between the gateway and the fleet server that can be cut: open connections break, new ones are refused. */
export class Backhaul {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  /** Bytes of TLS that passed, from the gateway and to it. */
  readonly bytes = { up: 0, down: 0 };

  constructor(target: () => { host: string; port: number }) {
    this.#server = createServer((near) => {
      if (this.#isCut) return void near.destroy();
      const far = connect(target());
      near.on('data', (part) => {
        this.bytes.up += part.length;
      });
      far.on('data', (part) => {
        this.bytes.down += part.length;
      });
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
  }

  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}
