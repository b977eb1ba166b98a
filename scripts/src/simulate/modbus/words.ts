/** Values as 16-bit words in the order of the wire, most significant word first unless said otherwise. */

export function uint16(value: number): number[] {
  return [value & 0xffff];
}

export function int32(value: number): number[] {
  return [(value >> 16) & 0xffff, value & 0xffff];
}

/** Least significant word first, as Carlo Gavazzi sends them. */
export function int32Swapped(value: number): number[] {
  return int32(value).reverse();
}

export function uint64(value: number): number[] {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return wordsOf(bytes);
}

export function float32(value: number): number[] {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value);
  return wordsOf(bytes);
}

function wordsOf(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readUInt16BE(index * 2));
}
