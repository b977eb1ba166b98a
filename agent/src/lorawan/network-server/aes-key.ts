import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';

const BLOCK = 16;
const ZERO_BLOCK = Buffer.alloc(BLOCK);
/** The polynomial of GF(2^128) in CMAC (RFC 4493, section 2.3). */
const RB = 0x87;

/** AES-128 in the three ways that LoRaWAN uses it. The subkeys of CMAC are made once. */
export class AesKey {
  readonly #key: KeyObject;
  #subkeys: { whole: Buffer; padded: Buffer } | undefined;

  constructor(key: Buffer) {
    this.#key = createSecretKey(key);
  }

  static fromHex(hex: string): AesKey {
    return new AesKey(Buffer.from(hex, 'hex'));
  }

  /** ECB without padding; `blocks` is a multiple of 16 bytes. */
  encrypt(blocks: Buffer): Buffer {
    return createCipheriv('aes-128-ecb', this.#key, null).setAutoPadding(false).update(blocks);
  }

  decrypt(blocks: Buffer): Buffer {
    return createDecipheriv('aes-128-ecb', this.#key, null).setAutoPadding(false).update(blocks);
  }

  /** XOR with the encrypted blocks that count up from `first`; the same both ways. */
  counterMode(first: Buffer, data: Buffer): Buffer {
    return createCipheriv('aes-128-ctr', this.#key, first).update(data);
  }

  /** RFC 4493: CBC with a zero vector over the message, its last block masked by a subkey. */
  cmac(message: Buffer): Buffer {
    this.#subkeys ??= this.#makeSubkeys();
    const blocks = Math.max(1, Math.ceil(message.length / BLOCK));
    const masked = Buffer.alloc(blocks * BLOCK);
    message.copy(masked);
    const isWhole = message.length === masked.length;
    if (!isWhole) masked[message.length] = 0x80;
    xorInto(masked, masked.length - BLOCK, isWhole ? this.#subkeys.whole : this.#subkeys.padded);
    const encrypted = createCipheriv('aes-128-cbc', this.#key, ZERO_BLOCK).setAutoPadding(false).update(masked);
    return encrypted.subarray(-BLOCK);
  }

  #makeSubkeys(): { whole: Buffer; padded: Buffer } {
    const whole = doubled(this.encrypt(ZERO_BLOCK));
    return { whole, padded: doubled(whole) };
  }
}

/** Tells two keys apart without telling either: the first bytes of an encrypted zero block. */
export function keyCheckValue(hex: string): string {
  return AesKey.fromHex(hex).encrypt(ZERO_BLOCK).toString('hex', 0, 4);
}

function doubled(block: Buffer): Buffer {
  const result = Buffer.alloc(BLOCK);
  let carry = 0;
  for (let i = BLOCK - 1; i >= 0; i -= 1) {
    const byte = block[i] ?? 0;
    result[i] = ((byte << 1) | carry) & 0xff;
    carry = byte >> 7;
  }
  if (carry === 1) result[BLOCK - 1] = (result[BLOCK - 1] ?? 0) ^ RB;
  return result;
}

function xorInto(target: Buffer, offset: number, mask: Buffer): void {
  for (let i = 0; i < mask.length; i += 1) target[offset + i] = (target[offset + i] ?? 0) ^ (mask[i] ?? 0);
}
