import { type Framing, NOTHING, type Received, type SilenceReason } from './framing.ts';
import { MAX_PDU_BYTES } from './pdu.ts';

const HEADER_BYTES = 7;
const TRANSACTIONS = 2 ** 11;
/** All vectors of five bits with three or five ones. */
const CHECK_BITS = [7, 11, 13, 14, 19, 21, 22, 25, 26, 28, 31] as const;
/** The length field counts the unit identifier too. */
const MAX_LENGTH = MAX_PDU_BYTES + 1;

/** Identifiers that mean the server itself (Messaging on TCP/IP V1.0b section 4.4.2.1), answered by some whatever was asked. */
const SERVER_ITSELF: ReadonlySet<number> = new Set([0, 255]);

/** MBAP of Modbus Messaging on TCP/IP V1.0b section 3.1.3: an answer is known by its transaction identifier. */
export class TcpFraming implements Framing {
  readonly #mask: number;
  #count = 0;
  #transaction = 0;
  #unit = 0;
  #pending = false;
  #foreign = false;
  /** Requests of this connection whose answers may still come. */
  readonly #due = new Set<number>();
  #rest: Uint8Array = new Uint8Array(0);

  /** `firstTransaction` differs between connections, so that a relay's stale answer does not match by chance. */
  constructor(firstTransaction = 0) {
    this.#mask = firstTransaction & 0xffff;
  }

  get knowsEcho(): boolean {
    return true;
  }

  get torn(): boolean {
    return this.#rest.length > 0;
  }

  presumeNoEcho(): void {
    // A network has no echo.
  }

  request(unit: number, pdu: Uint8Array): Uint8Array {
    this.#count = (this.#count + 1) % TRANSACTIONS;
    this.#transaction = farApart(this.#count) ^ this.#mask;
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
    const inPieces = this.#rest.length > 0 || rest.length > 0;
    this.#rest = rest.length === 0 ? rest : Uint8Array.from(rest);
    // A frame that was torn off could be filled up by an older answer.
    if (found.kind === 'reply' && inPieces && this.#due.size > 0) return { kind: 'broken', detail: 'came in pieces' };
    return found;
  }

  abandon(): SilenceReason {
    if (this.#pending) this.#due.add(this.#transaction);
    this.#pending = false;
    return this.#foreign ? 'foreign' : 'silent';
  }

  #read(frame: Uint8Array): Received {
    if (!this.#pending || word(frame, 0) !== this.#transaction) {
      this.#foreign = true;
      this.#due.delete(word(frame, 0));
      return NOTHING;
    }
    this.#pending = false;
    const unit = frame[6] ?? 0;
    const itself = SERVER_ITSELF.has(unit) || SERVER_ITSELF.has(this.#unit);
    if (unit !== this.#unit && !itself)
      return { kind: 'mismatch', detail: `unit ${unit} answered for unit ${this.#unit}` };
    return { kind: 'reply', pdu: Uint8Array.from(frame.subarray(HEADER_BYTES)) };
  }
}

/**
 * Any two of these differ in four bits at least (the code of Hsiao, 1970, for 11 bits): a late answer is not taken for
 * another one even where a gateway damaged its head.
 */
function farApart(count: number): number {
  return CHECK_BITS.reduce((code, check, bit) => (count & (1 << bit) ? code ^ check : code), count << 5);
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
