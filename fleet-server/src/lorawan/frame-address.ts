/** Whose frame it is, as far as that stands in clear (LoRaWAN 1.0.x, chapters 4 and 6). */
export type FrameAddress = { kind: 'data'; devAddr: string } | { kind: 'join'; devEui: string };

const JOIN_REQUEST = 0;
const UPLINKS: ReadonlySet<number> = new Set([2, 4]);
const JOIN_REQUEST_BYTES = 23;
const MIN_DATA_BYTES = 12;

/** Undefined for what no device sends. Nothing is verified: that takes the keys, which the home has. */
export function frameAddress(phyPayload: string): FrameAddress | undefined {
  const bytes = Buffer.from(phyPayload, 'base64');
  if (bytes.length < MIN_DATA_BYTES) return undefined;
  const type = bytes.readUInt8(0) >> 5;
  if (type === JOIN_REQUEST && bytes.length === JOIN_REQUEST_BYTES) {
    return { kind: 'join', devEui: Buffer.from(bytes.subarray(9, 17)).reverse().toString('hex') };
  }
  if (!UPLINKS.has(type)) return undefined;
  return { kind: 'data', devAddr: bytes.readUInt32LE(1).toString(16).padStart(8, '0') };
}
