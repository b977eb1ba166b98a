import type { ByteReader } from './byte-reader.ts';
import { PayloadMismatch } from './payload-mismatch.ts';

const NO_HEADER = 0x78;
const SHORT_HEADER = 0x7a;
const LONG_HEADER = 0x72;
/** Identification, manufacturer, version and device type come before the rest of a long header. */
const ADDRESS_BYTES = 8;
const SECURITY_MODE = 0x1f00;

/**
 * Reads the transport layer in front of M-Bus records (EN 13757-7): control information and its header. The records
 * follow; a meter that encrypts them has to be set to send them in clear, LoRaWAN encrypts anyway.
 */
export function readMbusHeader(reader: ByteReader): void {
  const control = reader.uint(1);
  if (control === NO_HEADER) return;
  if (control !== SHORT_HEADER && control !== LONG_HEADER) {
    throw new PayloadMismatch(`control information 0x${control.toString(16)} is not one of M-Bus records`);
  }
  reader.take(control === LONG_HEADER ? ADDRESS_BYTES : 0);
  reader.take(2); // access number, status
  if (reader.uint(2, 'le') & SECURITY_MODE) throw new PayloadMismatch('the M-Bus records are encrypted');
}
