/**
 * What turns PDUs into frames on one connection and finds the answer to the request under way among the bytes that
 * come back. Pure: no socket and no clock.
 */
export interface Framing {
  /** Begins a transaction: what came before it cannot be its answer. */
  request(unit: number, pdu: Uint8Array): Uint8Array;
  receive(bytes: Uint8Array): Received;
  /** The transaction is over; later bytes are nobody's answer. Tells why there was none, as far as can be seen. */
  abandon(): SilenceReason;
  /** Whether it is known if an adapter gives back what it sends; always on a network. */
  readonly knowsEcho: boolean;
  /** For the next transaction only: a read just met with silence, without an echo. */
  presumeNoEcho(): void;
  /** Bytes of an unfinished frame are there: what comes next could complete it and pass for another answer. */
  readonly torn: boolean;
}

export type Received =
  | { kind: 'nothing' }
  /** The PDU of the one answer. */
  | { kind: 'reply'; pdu: Uint8Array }
  /** An answer whose checksum is wrong is there; unless more bytes follow, nothing better will come. */
  | { kind: 'corrupt' }
  /** It names this transaction but another slave. */
  | { kind: 'mismatch'; detail: string }
  /** The stream cannot be made sense of any more: the connection must go. */
  | { kind: 'broken'; detail: string };

/**
 * `silent`: nothing came. `echo`: nothing but the adapter's echo. `foreign`: something came that was not the answer.
 * `corrupt`: with a wrong checksum.
 */
export type SilenceReason = 'silent' | 'echo' | 'foreign' | 'corrupt';

export const NOTHING: Received = { kind: 'nothing' };
