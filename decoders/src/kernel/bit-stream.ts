import { PayloadTooShort } from './byte-reader.ts';

/** Bits of a payload one after the other, the least significant of each byte first. */
export class BitStream {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Of 32 bits at most; the first bits are those of the most significant byte, which may have fewer than eight. */
  unsigned(bits: number): number {
    let value = 0;
    for (let left = bits; left > 0; ) {
      const count = left % 8 || 8;
      let part = 0;
      for (let index = 0; index < count; index++) part += this.bit() * 2 ** index;
      value = value * 2 ** count + part;
      left -= count;
    }
    return value;
  }

  signed(bits: number): number {
    const value = this.unsigned(bits);
    return value < 2 ** (bits - 1) ? value : value - 2 ** bits;
  }

  bit(): number {
    const byte = this.#bytes[this.#at >> 3];
    if (byte === undefined) throw new PayloadTooShort(this.#at >> 3, 1, this.#bytes.length);
    return (byte >> (this.#at++ & 7)) & 1;
  }
}
