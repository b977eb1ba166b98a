import { createDecipheriv } from 'node:crypto';
import { ByteReader } from './byte-reader.ts';
import { PayloadMismatch } from './payload-mismatch.ts';

/** What the header of a telegram says of its encryption (EN 13757-7, 7.5). */
export interface OmsSecurity {
  configuration: number;
  accessNumber: number;
  manufacturer: string;
  /** Identification, version and device type. */
  field: Uint8Array;
  isDiehl: boolean;
}

const BLOCK = 16;
const AES_CBC_IV = 5;
const AES_CBC_DERIVED_KEY = 7;
/** What decrypted records begin with. */
const VERIFICATION = [0x2f, 0x2f];
/** Diehl's key for meters that were ordered without one of their own: twice the second half of what its radios share. */
const HALF_KEY = [0x51, 0x72, 0x89, 0x10, 0xe6, 0x6d, 0x83, 0xf8];
const DIEHL_DEFAULT_KEY = Uint8Array.from([...HALF_KEY, ...HALF_KEY]);

/**
 * The records of a telegram: in clear, decrypted already by the bridge, or under Diehl's key for all (mode 5). Throws
 * PayloadMismatch where only a key of the meter's own would open them.
 */
export function openOmsRecords(reader: ByteReader, security: OmsSecurity): ByteReader {
  const mode = (security.configuration >> 8) & 0x1f;
  if (mode === 0) return reader;
  if (mode === AES_CBC_DERIVED_KEY) reader.take(1); // which key, by a further byte of configuration
  const content = reader.take(reader.remaining);
  if (isVerified(content)) return new ByteReader(content);
  const opened = mode === AES_CBC_IV && security.isDiehl ? decrypted(content, security) : undefined;
  if (!opened || !isVerified(opened)) throw new PayloadMismatch('the M-Bus records are encrypted');
  return new ByteReader(opened);
}

function isVerified(content: Uint8Array): boolean {
  return VERIFICATION.every((byte, index) => content[index] === byte);
}

/** AES-128-CBC, its start value made of the address and eight times the access number (OMS volume 2, 9.1). */
function decrypted(content: Uint8Array, { configuration, accessNumber, manufacturer, field }: OmsSecurity): Uint8Array {
  const size = ((configuration >> 4) & 0x0f) * BLOCK;
  if (size === 0 || size > content.length) throw new PayloadMismatch('the M-Bus records are cut off');
  const start = Uint8Array.from([...codeOf(manufacturer), ...field, ...Array.from({ length: 8 }, () => accessNumber)]);
  const decipher = createDecipheriv('aes-128-cbc', DIEHL_DEFAULT_KEY, start).setAutoPadding(false);
  return Uint8Array.from([
    ...decipher.update(content.subarray(0, size)),
    ...decipher.final(),
    ...content.subarray(size),
  ]);
}

function codeOf(manufacturer: string): number[] {
  const code = [...manufacturer].reduce((sum, letter) => sum * 32 + letter.charCodeAt(0) - 64, 0);
  return [code & 0xff, code >> 8];
}
