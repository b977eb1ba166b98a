import { EchoGuard } from './echo-guard.ts';
import { type Framing, NOTHING, type Received, type SilenceReason } from './framing.ts';

/** One frame at most is 513 bytes; more than a few of them without an answer among them are noise. */
const MAX_PENDING_BYTES = 4_096;

/** What RTU and ASCII frames have in common: neither carries a transaction, and an adapter may give them back. */
export abstract class SerialFraming implements Framing {
  readonly #echo: EchoGuard;
  #unit = 0;
  #request: Uint8Array = new Uint8Array(0);
  #pending = false;
  #bytes: Uint8Array = new Uint8Array(0);

  /** `echo`: whether the adapter gives back what it sends; learned where absent. */
  constructor(echo?: boolean) {
    this.#echo = new EchoGuard(echo);
  }

  protected abstract encode(unit: number, pdu: Uint8Array): Uint8Array;
  /** The PDU of the first answer among the bytes. */
  protected abstract search(bytes: Uint8Array, unit: number, request: Uint8Array): Uint8Array | 'corrupt' | undefined;

  get knowsEcho(): boolean {
    return this.#echo.isKnown;
  }

  /** Each transaction begins with an empty buffer, and checksums keep frames apart. */
  get torn(): boolean {
    return false;
  }

  presumeNoEcho(): void {
    this.#echo.presumeNone();
  }

  request(unit: number, pdu: Uint8Array): Uint8Array {
    this.#unit = unit;
    this.#request = pdu;
    this.#pending = true;
    this.#bytes = new Uint8Array(0);
    const frame = this.encode(unit, pdu);
    this.#echo.begin(pdu, frame);
    return frame;
  }

  receive(bytes: Uint8Array): Received {
    if (!this.#pending) return NOTHING;
    this.#bytes = this.#bytes.length === 0 ? Uint8Array.from(bytes) : Buffer.concat([this.#bytes, bytes]);
    if (this.#bytes.length > MAX_PENDING_BYTES) return { kind: 'broken', detail: 'noise without end' };
    const found = this.#find();
    if (typeof found === 'object') {
      this.#pending = false;
      return { kind: 'reply', pdu: found };
    }
    return found === 'corrupt' ? { kind: 'corrupt' } : NOTHING;
  }

  abandon(): SilenceReason {
    const found = this.#find();
    this.#pending = false;
    if (this.#echo.ended(this.#bytes) && found === undefined) return 'echo';
    if (this.#bytes.length === 0) return 'silent';
    return found === 'corrupt' ? 'corrupt' : 'foreign';
  }

  #find(): Uint8Array | 'corrupt' | undefined {
    const from = this.#echo.answerFrom(this.#bytes);
    if (from === undefined) return undefined;
    const found = this.search(from === 0 ? this.#bytes : this.#bytes.subarray(from), this.#unit, this.#request);
    if (typeof found !== 'object') return found;
    const clean = this.#bytes.length === this.encode(this.#unit, found).length;
    return this.#echo.takes(from, clean) ? found : undefined;
  }
}
