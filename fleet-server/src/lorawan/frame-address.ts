const JOIN_REQUEST = 0;
const UPLINKS: ReadonlySet<number> = new Set([2, 4]);
const JOIN_REQUEST_BYTES = 23;
const MIN_DATA_BYTES = 12;

/**
 * Whose frame it is, as far as that stands in clear (LoRaWAN 1.0.x, chapters 4 and 6): a DevAddr, or the DevEUI of a
 * Join-request. Undefined for what no device sends. Nothing is verified: that takes the keys, which the home has.
 */
export function frameAddress(phyPayload: string): string | undefined {
  const bytes = Buffer.from(phyPayload, 'base64');
  if (bytes.length < MIN_DATA_BYTES) return undefined;
  const type = bytes.readUInt8(0) >> 5;
  if (type === JOIN_REQUEST && bytes.length === JOIN_REQUEST_BYTES) {
    return Buffer.from(bytes.subarray(9, 17)).reverse().toString('hex');
  }
  return UPLINKS.has(type) ? bytes.readUInt32LE(1).toString(16).padStart(8, '0') : undefined;
}
