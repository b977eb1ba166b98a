const POLYNOMIAL = 0x07;

/** CRC-8 with polynomial 0x07, initial value 0, as SMBus uses it. */
export function crc8Of(bytes: Iterable<number>): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ POLYNOMIAL) & 0xff : crc << 1;
  }
  return crc;
}

/** The payload without the CRC-8 that ends it, `undefined` where that is wrong. */
export function withoutCrc8(bytes: Uint8Array): Uint8Array | undefined {
  const content = bytes.subarray(0, -1);
  return bytes.length > 0 && crc8Of(content) === bytes.at(-1) ? content : undefined;
}
