import { mayMirror } from './pdu.ts';

/** What is known of an adapter: whether it gives back what it sends. */
type Echo = 'unknown' | 'none' | 'given';

/** After so many transactions without the echo that was always there, the adapter was exchanged. */
const FORGET_AFTER_WITHOUT = 3;

/**
 * Tells the echo of an RS-485 adapter from an answer. Answers to writes and diagnostics repeat the request, so that the
 * bytes alone do not tell them apart; the answer to a read of registers never does. Whether there is an echo is
 * therefore set or learned on such a read, and only then an answer that repeats its request counts. Pure.
 */
export class EchoGuard {
  readonly #set: boolean;
  #echo: Echo;
  #frame: Uint8Array = new Uint8Array(0);
  #repeats = false;
  #without = 0;
  #presume = false;
  #presumed = false;

  /** `set`: what the configuration says; learned where absent. */
  constructor(set?: boolean) {
    this.#set = set !== undefined;
    this.#echo = set === undefined ? 'unknown' : set ? 'given' : 'none';
  }

  get isKnown(): boolean {
    return this.#echo !== 'unknown';
  }

  /** Begins a transaction: `pdu` tells whether its answer may repeat it, `frame` is what goes out. */
  begin(pdu: Uint8Array, frame: Uint8Array): void {
    this.#frame = frame;
    this.#repeats = mayMirror(pdu);
    this.#presumed = this.#presume;
    this.#presume = false;
  }

  /** A read was met with silence, without even an echo: in the next transaction there is none. */
  presumeNone(): void {
    this.#presume = true;
  }

  /** Where the search for the answer begins; undefined while what is there may still be the beginning of the echo. */
  answerFrom(bytes: Uint8Array): number | undefined {
    if (this.#repeats && (this.#echo === 'none' || this.#presumed)) return 0;
    const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(this.#frame);
    if (at >= 0) return at + this.#frame.length;
    if (this.#echo === 'given') return this.#set || bytes.length < this.#frame.length ? undefined : 0;
    if (bytes.length >= this.#frame.length) return 0;
    return bytes.every((byte, index) => byte === this.#frame[index]) ? undefined : 0;
  }

  /** Whether an answer that was found behind `from` counts. `clean`: nothing but it was received. */
  takes(from: number, clean: boolean): boolean {
    if (from > 0) {
      this.#seen();
      return true;
    }
    // Without the echo before it, this is an answer to an older request.
    if (this.#echo === 'given') return false;
    if (clean && !this.#repeats && !this.#set) this.#echo = 'none';
    return true;
  }

  /** The transaction ended without an answer; tells whether its echo came. */
  ended(bytes: Uint8Array): boolean {
    const from = bytes.length === 0 ? 0 : (this.answerFrom(bytes) ?? 0);
    if (from > 0) {
      this.#seen();
      return true;
    }
    if (bytes.length > 0 && this.#echo === 'given' && !this.#set) this.#missed();
    return false;
  }

  #seen(): void {
    this.#without = 0;
    if (!this.#repeats && !this.#set) this.#echo = 'given';
  }

  #missed(): void {
    this.#without += 1;
    if (this.#without < FORGET_AFTER_WITHOUT) return;
    this.#echo = 'unknown';
    this.#without = 0;
  }
}
