import type { UplinkInput, UplinkPart } from '../definition.ts';
import type { ByteReader } from './byte-reader.ts';
import type { Layout, MappedValue, ParsedPayload } from './payload-layout.ts';
import { PayloadMismatch } from './payload-mismatch.ts';
import { type WmbusFilter, wmbusValues } from './wmbus-values.ts';

const STATUS = 1;
/** Format 0: the tens of the port are the number of the part, the units how many there are. */
const WHOLE = 11;
const LAST_PORT = 99;
/** Formats 1 and 2: a byte says whether the part is the first (bit 0) and the last (bit 1). */
const WITH_TIME = 101;
const WITH_TIME_AND_RSSI = 102;
const FIRST_AND_LAST = 0x03;

/** What the bridge says and passes on, of the telegrams that `takes` wants. */
export function lobaroLayouts(takes: WmbusFilter, map: Readonly<Record<string, MappedValue>>): Layout[] {
  return [
    {
      ports: [STATUS],
      length: [7, 8],
      order: 'le',
      steps: [
        { skip: 3 },
        { type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 },
        // hardware of the second version has no sensor
        { type: 'int16', quantity: 'dev.temp', scale: 0.1, absent: [-1] },
      ],
    },
    {
      ports: [WHOLE, WITH_TIME, WITH_TIME_AND_RSSI],
      tellsLength: true,
      parse: (reader, _fPort, input) => passedOn(reader, input, takes),
      map,
    },
  ];
}

/** Formats 1 and 2 tell when the bridge heard the meter, in 40 bits of Unix seconds; 2 also how strongly, in a byte. */
function passedOn(reader: ByteReader, { fPort, receivedAt }: UplinkInput, takes: WmbusFilter): ParsedPayload {
  if (fPort === WHOLE) return wmbusValues(reader.take(reader.remaining), takes, receivedAt);
  if (reader.uint(1) !== FIRST_AND_LAST) throw new PayloadMismatch('neither a whole message nor a part of one');
  const seconds = reader.uint(1) * 2 ** 32 + reader.uint(4);
  reader.take(fPort === WITH_TIME_AND_RSSI ? 1 : 0);
  return { ...wmbusValues(reader.take(reader.remaining), takes, receivedAt), deviceAt: seconds * 1_000 };
}

/** A telegram too long for one frame comes in parts with frame counters in a row. */
export function lobaroPart({ bytes, fPort }: UplinkInput): UplinkPart | undefined {
  if (fPort === WITH_TIME || fPort === WITH_TIME_AND_RSSI) {
    const flags = bytes[0] ?? FIRST_AND_LAST;
    if (flags >= FIRST_AND_LAST) return undefined;
    const content = bytes.subarray(1);
    const first = (flags & 1) !== 0;
    return {
      first,
      last: (flags & 2) !== 0,
      content: first ? Uint8Array.from([FIRST_AND_LAST, ...content]) : content,
      wholePort: fPort,
    };
  }
  if (fPort <= WHOLE || fPort > LAST_PORT) return undefined;
  const part = Math.floor(fPort / 10);
  const parts = fPort % 10;
  return part > parts ? undefined : { first: part === 1, last: part === parts, content: bytes, wholePort: WHOLE };
}
