import { ByteReader } from './byte-reader.ts';
import { expandedCompactFrame } from './compact-frame.ts';
import { crcEn13757 } from './crc-en13757.ts';
import { openOmsRecords } from './oms-security.ts';
import { PayloadMismatch } from './payload-mismatch.ts';

/** A telegram of wireless M-Bus without the checksums of its blocks, as a bridge passes it on (EN 13757-4, 13757-7). */
export type WmbusTelegram = WmbusAddress &
  /** `status` is that of the application layer (EN 13757-7, table 9); absent where the header has none. */
  (
    | { content: 'records'; records: ByteReader; status?: number }
    /** Diehl's own format: what stands before the masked bytes, and they. */
    | { content: 'prios'; bytes: Uint8Array }
  );

export interface WmbusAddress {
  /** Three letters of the FLAG association. */
  manufacturer: string;
  /** Identification number, eight hexadecimal digits; of nearly all meters they are decimal. */
  meter: string;
  version: number;
  /** Device type (EN 13757-3, table 13): 2 electricity, 3 gas, 4 heat, 6 warm water, 7 water … */
  deviceType: number;
}

const SEND_NO_REPLY = [0x44, 0x46];
const LINK_BYTES = 10;
const DIEHL = ['DME', 'EWT', 'HYD', 'SAP', 'SPL'];
const PRIOS_SERIES = { from: 0xa0, to: 0xa7 };
const NO_HEADER = 0x78;
const SHORT_HEADER = 0x7a;
const LONG_HEADER = 0x72;
const AUTHENTICATION_LAYER = 0x90;
/** Bytes of the extended link layers that do not encrypt by themselves (EN 13757-4, 13.2). */
const EXTENDED_LINK_BYTES: Readonly<Record<number, number>> = { 140: 2, 142: 10 };
/** … and of the one that may, whose checksum of what follows then tells whether a bridge has decrypted it. */
const ENCRYPTING_LINK = 0x8d;
const ENCRYPTING_LINK_BYTES = 6;
const COMPACT = 0x79;
/** In Diehl's configuration word this bit, as part of the mode, means records in clear behind a swapped address. */
const DIEHL_REAL_DATA = 0x1000;

/** Reads the layers of a telegram; throws PayloadMismatch or PayloadTooShort where it is none, or is encrypted by a key of its own. */
export function readWmbusTelegram(bytes: Uint8Array): WmbusTelegram {
  const reader = new ByteReader(bytes);
  const length = reader.uint(1);
  if (length !== bytes.length - 1) throw new PayloadMismatch(`a telegram of ${length} bytes in ${bytes.length - 1}`);
  if (!SEND_NO_REPLY.includes(reader.uint(1))) throw new PayloadMismatch('not a telegram that a meter sends by itself');
  const manufacturer = lettersOf(reader.uint(2, 'le'));
  const field = reader.take(LINK_BYTES - 4);
  const control = skipLowerLayers(reader);
  if (DIEHL.includes(manufacturer) && control >= PRIOS_SERIES.from && control <= PRIOS_SERIES.to) {
    return { ...priosAddress(manufacturer, field), content: 'prios', bytes };
  }
  return readTransport(reader, control, manufacturer, field);
}

/** Passes over extended link layer and authentication layer; gives the control information behind them. */
function skipLowerLayers(reader: ByteReader): number {
  let control = reader.uint(1);
  const link = EXTENDED_LINK_BYTES[control];
  if (link !== undefined) {
    reader.take(link);
    control = reader.uint(1);
  }
  if (control === ENCRYPTING_LINK) {
    reader.take(ENCRYPTING_LINK_BYTES);
    const checksum = reader.uint(2, 'le');
    if (crcEn13757(reader.bytes.subarray(reader.offset)) !== checksum) {
      throw new PayloadMismatch('the telegram is encrypted by its link layer');
    }
    control = reader.uint(1);
  }
  if (control === AUTHENTICATION_LAYER) {
    reader.take(reader.uint(1));
    control = reader.uint(1);
  }
  return control;
}

function readTransport(reader: ByteReader, control: number, manufacturer: string, field: Uint8Array): WmbusTelegram {
  if (control === NO_HEADER) return { ...address(manufacturer, field), content: 'records', records: reader };
  if (control === COMPACT) {
    return { ...address(manufacturer, field), content: 'records', records: expandedCompactFrame(reader) };
  }
  if (control !== SHORT_HEADER && control !== LONG_HEADER) {
    throw new PayloadMismatch(`control information 0x${control.toString(16)} is not one of M-Bus records`);
  }
  const own = control === LONG_HEADER ? longAddress(reader) : { manufacturer, field };
  const accessNumber = reader.uint(1);
  const status = reader.uint(1);
  const configuration = reader.uint(2, 'le');
  if (DIEHL.includes(own.manufacturer) && configuration & DIEHL_REAL_DATA) {
    return { ...address(own.manufacturer, swapped(own.field)), content: 'records', records: reader, status };
  }
  const isDiehl = DIEHL.includes(own.manufacturer);
  const records = openOmsRecords(reader, { configuration, accessNumber, ...own, isDiehl });
  return { ...address(own.manufacturer, own.field), content: 'records', records, status };
}

/** A long header names the meter itself, identification first; the link layer then names the radio module. */
function longAddress(reader: ByteReader): { manufacturer: string; field: Uint8Array } {
  const identification = reader.take(4);
  const manufacturer = lettersOf(reader.uint(2, 'le'));
  return { manufacturer, field: Uint8Array.from([...identification, ...reader.take(2)]) };
}

function address(manufacturer: string, field: Uint8Array): WmbusAddress {
  const [a = 0, b = 0, c = 0, d = 0, version = 0, deviceType = 0] = field;
  return { manufacturer, meter: [d, c, b, a].map(hexOf).join(''), version, deviceType };
}

/** Modules of SAP have five bytes of number and are water meters; the others have version and type in front. */
function priosAddress(manufacturer: string, field: Uint8Array): WmbusAddress {
  if (manufacturer !== 'SAP') return address(manufacturer, swapped(field));
  return { ...address(manufacturer, field), version: 0, deviceType: 7 };
}

function swapped(field: Uint8Array): Uint8Array {
  return Uint8Array.from([...field.subarray(2), ...field.subarray(0, 2)]);
}

/** Five bits a letter, A is 1 (EN 13757-3, 5.6). */
function lettersOf(code: number): string {
  return [10, 5, 0].map((shift) => String.fromCharCode(64 + ((code >> shift) & 31))).join('');
}

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
