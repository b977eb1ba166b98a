import type { Random } from '../random.ts';
import type { PacketForwarder } from './packet-forwarder.ts';

const REMEMBERED = 500;
const EVERY_MS = 50;
const CHANNEL = { freq: 868.3, datr: 'SF7BW125', rssi: -40, lsnr: 11 };
const DATA_HEADER_BYTES = 8;
const MIC_BYTES = 4;

/**
 * Overhear the city and speak on its channels, where its antennas hear them: old frames again, frames with a bit turned, a counter pushed ahead, an
 * address of nobody. None of it is anything that a device said, so none of it is in the truth.
 */
export class Attackers {
  readonly counts = { replayed: 0, forged: 0 };
  readonly #random: Random;
  readonly #antennas: readonly PacketForwarder[];
  readonly #overheard: Buffer[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(random: Random, antennas: readonly PacketForwarder[]) {
    this.#random = random;
    this.#antennas = antennas;
  }

  /** A frame that the network has received. */
  overhear(phyPayload: Buffer): void {
    this.#overheard.push(phyPayload);
    if (this.#overheard.length > REMEMBERED) this.#overheard.shift();
  }

  start(attackers: number): void {
    this.#timer = setInterval(() => this.#attack(), EVERY_MS / attackers);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #attack(): void {
    const frame = this.#overheard[Math.floor(this.#random() * this.#overheard.length)];
    if (!frame) return;
    const kind = this.#random();
    if (kind < 0.4) this.counts.replayed += 1;
    else this.counts.forged += 1;
    const phyPayload = kind < 0.4 ? frame : this.#forge(frame);
    for (const antenna of this.#antennas) {
      antenna.push(phyPayload, { ...CHANNEL, tmst: antenna.tmst }, () => undefined);
    }
  }

  #forge(frame: Buffer): Buffer {
    const forged = Buffer.from(frame);
    const kind = this.#random();
    if (kind < 0.4 || frame.length <= DATA_HEADER_BYTES + MIC_BYTES) {
      const at = Math.floor(this.#random() * forged.length);
      forged.writeUInt8(forged.readUInt8(at) ^ (1 << Math.floor(this.#random() * 8)), at);
    } else if (kind < 0.7) {
      forged.writeUInt16LE((forged.readUInt16LE(6) + 1 + Math.floor(this.#random() * 100)) % 0x1_0000, 6);
    } else {
      forged.writeUInt32LE(Math.floor(this.#random() * 0x200_0000), 1);
    }
    return forged;
  }
}
