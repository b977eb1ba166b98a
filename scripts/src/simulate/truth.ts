import { createWriteStream, type WriteStream } from 'node:fs';

/** A reading as any conforming receiver must produce it from what was sent; units as in the vocabulary. */
export interface TrueReading {
  quantity: string;
  channel?: string;
  value: number | string;
}

/** What one message or one poll said. `key` is unique in a run: DevEUI and frame counter, or device and answer. */
export interface TrueMessage {
  device: string;
  protocol: 'lorawan' | 'modbus';
  key: string;
  /** Epoch milliseconds, real time. */
  at: number;
  readings: readonly TrueReading[];
}

/** Writes one line of JSON for each reading that was emitted and acknowledged. */
export class Truth {
  readonly #file: WriteStream | undefined;
  readonly counts = { lorawan: 0, modbus: 0 };

  constructor(path: string | undefined) {
    this.#file = path === undefined ? undefined : createWriteStream(path, { flags: 'w' });
  }

  add({ device, protocol, key, at, readings }: TrueMessage): void {
    this.counts[protocol] += readings.length;
    for (const reading of readings) {
      this.#file?.write(`${JSON.stringify({ device, protocol, ...reading, at, key })}\n`);
    }
  }

  get total(): number {
    return this.counts.lorawan + this.counts.modbus;
  }

  close(): Promise<void> {
    return new Promise((resolve) => (this.#file ? this.#file.end(() => resolve()) : resolve()));
  }
}
