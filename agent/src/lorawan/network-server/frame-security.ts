import type { AesKey } from './aes-key.ts';

/** Integrity and confidentiality of frames and the keys of a session (LoRaWAN 1.0.x, sections 4.3.3, 4.4 and 6.2). */
export type Direction = 'up' | 'down';

const MIC_BYTES = 4;

/** Section 4.4: CMAC over B0 and the frame. */
export function dataMic(nwkSKey: AesKey, direction: Direction, devAddr: number, fCnt: number, signed: Buffer): Buffer {
  const b0 = blockOf(0x49, direction, devAddr, fCnt, signed.length);
  return nwkSKey.cmac(Buffer.concat([b0, signed])).subarray(0, MIC_BYTES);
}

/** Section 4.3.3: the same function encrypts and decrypts. FPort 0 takes the NwkSKey, all others the AppSKey. */
export function cryptPayload(
  key: AesKey,
  direction: Direction,
  devAddr: number,
  fCnt: number,
  payload: Buffer,
): Buffer {
  return payload.length === 0 ? payload : key.counterMode(blockOf(0x01, direction, devAddr, fCnt, 1), payload);
}

/** B0 and A_i have one layout; the last byte is the length of the message or the number of the block. */
function blockOf(first: number, direction: Direction, devAddr: number, fCnt: number, last: number): Buffer {
  const block = Buffer.alloc(16);
  block.writeUInt8(first, 0);
  block.writeUInt8(direction === 'up' ? 0 : 1, 5);
  block.writeUInt32LE(devAddr, 6);
  block.writeUInt32LE(fCnt, 10);
  block.writeUInt8(last, 15);
  return block;
}

/** Section 6.2.4. */
export function joinRequestMic(appKey: AesKey, signed: Buffer): Buffer {
  return appKey.cmac(signed).subarray(0, MIC_BYTES);
}

export interface JoinAcceptFields {
  /** 24 bits; AppNonce in 1.0.2 and 1.0.3. */
  joinNonce: number;
  netId: number;
  devAddr: number;
  rx1DrOffset: number;
  rx2DataRate: number;
  /** Seconds until RX1. */
  rxDelay: number;
  /** 16 bytes, where the region has one. */
  cfList?: Buffer;
}

/** Section 6.2.5: the MIC is within, and the server uses AES *decrypt*, so that a device needs encrypt alone. */
export function buildJoinAccept(appKey: AesKey, fields: JoinAcceptFields): Buffer {
  const mhdr = Buffer.of(0x20);
  const body = Buffer.alloc(12);
  body.writeUIntLE(fields.joinNonce, 0, 3);
  body.writeUIntLE(fields.netId, 3, 3);
  body.writeUInt32LE(fields.devAddr, 6);
  body.writeUInt8(((fields.rx1DrOffset & 0x07) << 4) | (fields.rx2DataRate & 0x0f), 10);
  body.writeUInt8(fields.rxDelay & 0x0f, 11);
  const clear = Buffer.concat(fields.cfList ? [body, fields.cfList] : [body]);
  const mic = appKey.cmac(Buffer.concat([mhdr, clear])).subarray(0, MIC_BYTES);
  return Buffer.concat([mhdr, appKey.decrypt(Buffer.concat([clear, mic]))]);
}

export interface SessionKeys {
  nwkSKey: Buffer;
  appSKey: Buffer;
}

/** Section 6.2.5: both keys come from the AppKey and the two nonces. */
export function deriveSessionKeys(appKey: AesKey, joinNonce: number, netId: number, devNonce: number): SessionKeys {
  const derive = (first: number) => {
    const block = Buffer.alloc(16);
    block.writeUInt8(first, 0);
    block.writeUIntLE(joinNonce, 1, 3);
    block.writeUIntLE(netId, 4, 3);
    block.writeUInt16LE(devNonce, 7);
    return appKey.encrypt(block);
  };
  return { nwkSKey: derive(1), appSKey: derive(2) };
}
