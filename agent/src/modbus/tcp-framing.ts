import { type Framing, NOTHING, type Received, type SilenceReason } from './framing.ts';
import { MAX_PDU_BYTES } from './pdu.ts';

const HEADER_BYTES = 7;
/** The length field counts the unit identifier too. */
const MAX_LENGTH = MAX_PDU_BYTES + 1;

/** MBAP of Modbus Messaging on TCP/IP V1.0b section 3.1.3: an answer is known by its transaction identifier. */
export class TcpFraming implements Framing {
  #transaction: number;
  #unit = 0;
  #pending = false;
  #foreign = false;
  #rest: Uint8Array = new Uint8Array(0);

  /** `firstTransaction` differs between connections, so that a relay's stale answer does not match by chance. */
  constructor(firstTransaction = 0) {
    this.#transaction = firstTransaction & 0xffff;
  }

  request(unit: number, pdu: Uint8Array): Uint8Array {
    this.#transaction = (this.#transaction + 1) & 0xffff;
    this.#unit = unit;
    this.#pending = true;
    this.#foreign = false;
    const frame = new Uint8Array(HEADER_BYTES + pdu.length);
    frame[0] = this.#transaction >> 8;
    frame[1] = this.#transaction & 0xff;
    frame[4] = (pdu.length + 1) >> 8;
    frame[5] = (pdu.length + 1) & 0xff;
    frame[6] = unit;
    frame.set(pdu, HEADER_BYTES);
    return frame;
  }

  receive(bytes: Uint8Array): Received {
    let rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let found: Received = NOTHING;
    while (rest.length >= HEADER_BYTES) {
      const protocol = word(rest, 2);
      const length = word(rest, 4);
      if (protocol !== 0 || length < 2 || length > MAX_LENGTH) {
        return { kind: 'broken', detail: `protocol ${protocol}, length ${length}` };
      }
      if (rest.length < 6 + length) break;
      const frame = rest.subarray(0, 6 + length);
      rest = rest.subarray(6 + length);
      const result = this.#read(frame);
      if (result.kind !== 'nothing') found = result;
    }
    this.#rest = rest.length === 0 ? rest : Uint8Array.from(rest);
    return found;
  }

  abandon(): SilenceReason {
    this.#pending = false;
    return this.#foreign ? 'foreign' : 'silent';
  }

  #read(frame: Uint8Array): Received {
    if (!this.#pending || word(frame, 0) !== this.#transaction) {
      this.#foreign = true;
      return NOTHING;
    }
    this.#pending = false;
    const unit = frame[6] ?? 0;
    if (unit !== this.#unit) return { kind: 'mismatch', detail: `unit ${unit} answered for unit ${this.#unit}` };
    return { kind: 'reply', pdu: Uint8Array.from(frame.subarray(HEADER_BYTES)) };
  }
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
