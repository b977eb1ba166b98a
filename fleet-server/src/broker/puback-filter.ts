const PUBACK = 0x40;
const PUBACK_BYTES = 4;

/**
 * Takes the PUBACK packets (MQTT 3.1.1, section 3.4) out of a stream of packets: a subscriber sends one for each
 * reading, and a general parser spends more on one than the reading itself costs.
 */
export class PubackFilter {
  /** Before that everything passes, and is only counted. */
  enabled = false;
  /** The packet that goes on in the next chunk: bytes of it that are still to come, or the beginning of its header. */
  #remaining = 0;
  #header: Buffer = Buffer.alloc(0);

  /** Packet identifiers of the acknowledgements in a chunk, and all the rest of it, in the order of its bytes. */
  filter(chunk: Buffer): { messageIds: number[]; rest: Buffer } {
    const bytes = this.#header.length > 0 ? Buffer.concat([this.#header, chunk]) : chunk;
    this.#header = Buffer.alloc(0);
    const messageIds: number[] = [];
    const kept: Buffer[] = [];
    let at = Math.min(this.#remaining, bytes.length);
    this.#remaining -= at;
    let keptFrom = 0;
    while (at < bytes.length) {
      const isPuback = this.enabled && bytes[at] === PUBACK;
      if (isPuback && bytes.length - at < PUBACK_BYTES) break;
      if (isPuback && bytes[at + 1] === 2) {
        if (at > keptFrom) kept.push(bytes.subarray(keptFrom, at));
        messageIds.push(((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
        at += PUBACK_BYTES;
        keptFrom = at;
        continue;
      }
      const length = packetLength(bytes, at);
      if (length === undefined) break;
      this.#remaining = Math.max(0, at + length - bytes.length);
      at = Math.min(at + length, bytes.length);
    }
    if (at > keptFrom) kept.push(bytes.subarray(keptFrom, at));
    this.#header = bytes.subarray(at);
    const [only] = kept;
    return { messageIds, rest: kept.length === 1 && only ? only : Buffer.concat(kept) };
  }
}

/** Bytes of the packet that begins here, header included (section 2.2); undefined while its header is not whole. */
function packetLength(bytes: Buffer, at: number): number | undefined {
  let length = 0;
  for (let place = 0; ; place += 1) {
    const byte = bytes[at + 1 + place];
    if (byte === undefined) return undefined;
    // A fifth byte is malformed: the parser behind this says so, and ends the connection.
    if (place === 4) return bytes.length - at;
    length += (byte & 0x7f) * 128 ** place;
    if (byte < 0x80) return 2 + place + length;
  }
}
