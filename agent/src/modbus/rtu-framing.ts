import { crc16 } from './crc16.ts';
import { type Framing, NOTHING, type Received, type SilenceReason } from './framing.ts';
import { replyLength } from './pdu.ts';

const CRC_BYTES = 2;
/** One frame at most is 256 bytes; more than a few of them without an answer among them are noise. */
const MAX_PENDING_BYTES = 4_096;

/**
 * RTU frames (Modbus over Serial Line V1.02 section 2.5.1). They carry neither length nor transaction: the answer is
 * the first run of bytes with the unit, function, byte count and CRC that the request leads to. Adapters tear and glue
 * bytes, so silence does not delimit frames here; it only tells that a damaged one will not be completed.
 */
export class RtuFraming implements Framing {
  #unit = 0;
  #request: Uint8Array = new Uint8Array(0);
  #pending = false;
  #bytes: Uint8Array = new Uint8Array(0);

  request(unit: number, pdu: Uint8Array): Uint8Array {
    this.#unit = unit;
    this.#request = pdu;
    this.#pending = true;
    this.#bytes = new Uint8Array(0);
    return encodeRtu(unit, pdu);
  }

  receive(bytes: Uint8Array): Received {
    if (!this.#pending) return NOTHING;
    this.#bytes = this.#bytes.length === 0 ? Uint8Array.from(bytes) : Buffer.concat([this.#bytes, bytes]);
    if (this.#bytes.length > MAX_PENDING_BYTES) return { kind: 'broken', detail: 'noise without end' };
    const found = this.#search();
    if (typeof found === 'object') {
      this.#pending = false;
      return { kind: 'reply', pdu: found };
    }
    return found === 'corrupt' ? { kind: 'corrupt' } : NOTHING;
  }

  abandon(): SilenceReason {
    const found = this.#search();
    this.#pending = false;
    if (this.#bytes.length === 0) return 'silent';
    return found === 'corrupt' ? 'corrupt' : 'foreign';
  }

  #search(): Uint8Array | 'corrupt' | undefined {
    const bytes = this.#bytes;
    let corrupt = false;
    for (let at = 0; at < bytes.length; at += 1) {
      if (bytes[at] !== this.#unit) continue;
      const length = replyLength(this.#request, bytes, at + 1, bytes.length);
      if (length === 'foreign') continue;
      if (length === undefined || at + 1 + length + CRC_BYTES > bytes.length) continue;
      if (hasCrc(bytes, at, at + 1 + length)) return bytes.slice(at + 1, at + 1 + length);
      corrupt = true;
    }
    return corrupt ? 'corrupt' : undefined;
  }
}

export function encodeRtu(unit: number, pdu: Uint8Array): Uint8Array {
  const frame = new Uint8Array(1 + pdu.length + CRC_BYTES);
  frame[0] = unit;
  frame.set(pdu, 1);
  const crc = crc16(frame, 0, 1 + pdu.length);
  // Section 6.2.2: the only little-endian field of Modbus.
  frame[1 + pdu.length] = crc & 0xff;
  frame[2 + pdu.length] = crc >> 8;
  return frame;
}

function hasCrc(bytes: Uint8Array, start: number, end: number): boolean {
  const crc = crc16(bytes, start, end);
  return bytes[end] === (crc & 0xff) && bytes[end + 1] === crc >> 8;
}
