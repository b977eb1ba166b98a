const POLYNOMIAL = 0x3d65;

/** CRC-16/EN-13757 of link layer and compact frames (EN 13757-4, 11.5.7): the most significant bit first, the result inverted. */
export function crcEn13757(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ POLYNOMIAL) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc ^ 0xffff;
}
