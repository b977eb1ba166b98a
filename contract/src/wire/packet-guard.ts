/**
 * Reads only the fixed headers of a stream of MQTT packets (MQTT 3.1.1, section 2.2) and says when one announces more
 * than the limit, before anything of it is buffered.
 */
export class PacketGuard {
  maxBytes: number;
  #remaining = 0;
  #shift = -1;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** False when a packet is too large or its length malformed. */
  accepts(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#shift < 0 && this.#remaining > 0) {
        const skipped = Math.min(this.#remaining, chunk.length - at);
        this.#remaining -= skipped;
        at += skipped;
      } else if (this.#shift < 0) {
        this.#shift = 0;
        at += 1;
      } else if (!this.#lengthByte(chunk[at] ?? 0)) {
        return false;
      } else {
        at += 1;
      }
    }
    return true;
  }

  #lengthByte(byte: number): boolean {
    if (this.#shift > 21) return false;
    this.#remaining += (byte & 0x7f) * 2 ** this.#shift;
    this.#shift = byte & 0x80 ? this.#shift + 7 : -1;
    return this.#remaining <= this.maxBytes;
  }
}
