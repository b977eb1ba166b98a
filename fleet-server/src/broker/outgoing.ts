import type { TLSSocket } from 'node:tls';
import type { Client, PublishPacket } from 'aedes';

/** What is on its way to all clients together, so that many slow ones cannot fill the memory either. */
const MAX_TOTAL_BYTES = 512 * 1_048_576;
let totalBytes = 0;

/** What the server tells one client: counted until the socket has taken it. */
export class Outgoing {
  readonly #client: Client;
  readonly #maxBytes: number;
  readonly #waiting: (() => void)[] = [];
  #bytes = 0;

  constructor(client: Client, maxBytes: number) {
    this.#client = client;
    this.#maxBytes = maxBytes;
  }

  /** False where the client takes so little that it must be cut off. */
  publish(packet: PublishPacket): boolean {
    const { length } = packet.payload;
    const unsent = this.#bytes + (this.#client.conn as TLSSocket).writableLength;
    const first = this.#bytes === 0;
    if (!first && (unsent + length > this.#maxBytes || totalBytes + length > MAX_TOTAL_BYTES)) return false;
    this.#bytes += length;
    totalBytes += length;
    this.#client.publish(packet, () => this.#taken(length));
    return true;
  }

  /** Resolves when the socket has taken everything, or is gone. */
  async taken(): Promise<void> {
    if (this.#bytes > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #taken(length: number): void {
    this.#bytes -= length;
    totalBytes -= length;
    if (this.#bytes > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
