import { ByteReader, fromHex } from './byte-reader.ts';
import { crcEn13757 } from './crc-en13757.ts';
import { PayloadMismatch } from './payload-mismatch.ts';

/**
 * Heads (DIF, VIF and their extensions) of the records that Kamstrup's meters send in full now and then, each with the
 * bytes of its value; a compact frame (CI 79h, EN 13757-3, annex G) leaves them out and names them by their checksum.
 * From the full telegrams among the tests of wmbusmeters/wmbusmeters, driver kamheat.
 */
const FORMATS = [
  '0306 4306 0314 426c 022d 01ff21',
  '0406 04ff07 04ff08 0414 043b 0259 025d 04ff22',
  '0406 04ff07 04ff08 0414 043b 0259 025d 04ff22 026c 4406 4414 426c',
  '040e 04ff07 04ff08 0413 844014 84804014 043b 0259 025d 142d 84100e 84200e 04ff22 026c 440e 4413 c44014 c4804014 426c',
  '040f 04ff07 04ff08 0414 844014 84804014 043b 0259 025d 142d 84100f 84200f 04ff22 026c 440f 4414 c44014 c4804014 426c',
].map((heads) => heads.split(' ').map((head) => fromHex(head) ?? new Uint8Array()));

const BY_SIGNATURE = new Map(
  FORMATS.map((heads) => [crcEn13757(Uint8Array.from(heads.flatMap((head) => [...head]))), heads]),
);

/** Bytes of the values in these formats: integers only. */
const VALUE_BYTES = [0, 1, 2, 3, 4];

/** The records of a compact frame as they stand in a full one, whose checksum it tells too. */
export function expandedCompactFrame(reader: ByteReader): ByteReader {
  const signature = reader.uint(2, 'le');
  const checksum = reader.uint(2, 'le');
  const heads = BY_SIGNATURE.get(signature);
  if (!heads) throw new PayloadMismatch(`the records of a compact frame 0x${signature.toString(16)} are not known`);
  const records = heads.flatMap((head) => [...head, ...reader.take(VALUE_BYTES[(head[0] ?? 0) & 0x0f] ?? 0)]);
  const bytes = Uint8Array.from(records);
  if (crcEn13757(bytes) !== checksum) throw new PayloadMismatch('the checksum of the compact frame is wrong');
  return new ByteReader(bytes);
}
