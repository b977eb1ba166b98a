/** NwkID bits by the type of a NetID (LoRaWAN Backend Interfaces 1.0, table 3; types 0–7). */
const NWK_ID_BITS = [6, 6, 9, 11, 12, 13, 15, 17] as const;

/** A DevAddr of the network: type prefix, NwkID, and `nwkAddr` in what is left. `netId` has 24 bits. */
export function devAddrOf(netId: number, nwkAddr: number): number {
  const type = (netId >>> 21) & 0x07;
  const idBits = NWK_ID_BITS[type] ?? 6;
  // Type n is written as n ones and a zero.
  const prefixBits = type + 1;
  const prefix = (2 ** prefixBits - 2) * 2 ** (32 - prefixBits);
  const addressBits = 32 - prefixBits - idBits;
  const nwkId = netId % 2 ** idBits;
  return prefix + nwkId * 2 ** addressBits + (nwkAddr % 2 ** addressBits);
}

export function devAddrHex(devAddr: number): string {
  return devAddr.toString(16).padStart(8, '0');
}
