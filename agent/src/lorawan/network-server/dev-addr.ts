/** NwkID bits by the type of a NetID (LoRaWAN Backend Interfaces 1.0, table 3; types 0–7). */
const NWK_ID_BITS = [6, 6, 9, 11, 12, 13, 15, 17] as const;

/** A DevAddr of the network: type prefix, NwkID, and `nwkAddr` in what is left. `netId` has 24 bits. */
export function devAddrOf(netId: number, nwkAddr: number): number {
  const { first, size } = rangeOf(netId);
  return first + (nwkAddr % size);
}

/** Whether a DevAddr is one that the network gives out. */
export function isOfNetwork(devAddr: number, netId: number): boolean {
  const { first, size } = rangeOf(netId);
  return devAddr >= first && devAddr < first + size;
}

function rangeOf(netId: number): { first: number; size: number } {
  const type = (netId >>> 21) & 0x07;
  const idBits = NWK_ID_BITS[type] ?? 6;
  // Type n is written as n ones and a zero.
  const prefixBits = type + 1;
  const prefix = (2 ** prefixBits - 2) * 2 ** (32 - prefixBits);
  const size = 2 ** (32 - prefixBits - idBits);
  return { first: prefix + (netId % 2 ** idBits) * size, size };
}

export function devAddrHex(devAddr: number): string {
  return devAddr.toString(16).padStart(8, '0');
}

/** An address read from its other end. */
export function reversedDevAddr(devAddr: number): number {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(devAddr);
  return bytes.readUInt32BE();
}
