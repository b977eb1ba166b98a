import type { ByteReader } from '../../kernel/byte-reader.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { ParsedPayload } from '../../kernel/payload-layout.ts';

type Value = ParsedPayload['values'][number];

const UNITS = ['', 'Wh', 'W', 'V', 'A', 'Hz', 'varh', 'var', 'VAh', 'VA'] as const;
const SERVER_ID_BYTES = 10;
const VALUES = 4;

/** `unit register` of a value, registers from 1 as the maker counts them. */
function named(unit: number, filter: number, value: number): Value {
  return { name: `${UNITS[unit] ?? ''} ${filter + 1}`, value };
}

/** Two registers of four values each, the newest first: mask of 1 active, 2 filter, 1 valid bit for each, then units. */
function integers(reader: ByteReader): Value[] {
  const mask = reader.uint(1);
  const units = reader.uint(1);
  return [mask & 0x0f, mask >> 4].flatMap((bits, register) => {
    const value = reader.int(4);
    reader.take(4 * (VALUES - 1));
    const unit = register === 0 ? units & 0x0f : units >> 4;
    return (bits & 0x09) === 0x09 ? [named(unit, (bits >> 1) & 3, value)] : [];
  });
}

/** One register: 1 active, 2 filter, 4 unit bits from the top; four valid bits; four floats, the newest first. */
function floats(reader: ByteReader): Value[] {
  const head = reader.uint(1);
  const valid = reader.uint(1) & 1;
  const value = reader.float32();
  reader.take(4 * (VALUES - 1));
  return valid && head & 1 ? [named(head >> 4, (head >> 1) & 3, value)] : [];
}

/** The four registers as they stand: set bits below valid bits, a nibble of unit for each, then the values. */
function momentary(reader: ByteReader, version: number): Value[] {
  const flags = reader.uint(1);
  const units = reader.uint(2, 'le');
  return [0, 1, 2, 3].flatMap((filter) => {
    const value = version === 0 ? reader.int(4) : reader.float32();
    return flags & (0x10 << filter) ? [named((units >> (4 * filter)) & 0x0f, filter, value)] : [];
  });
}

function parse(reader: ByteReader): ParsedPayload {
  const version = reader.uint(1) >> 2;
  const status = reader.uint(1);
  reader.take(2);
  const values: Value[] = [{ name: 'battery', value: version === 0 ? (status & 0x0f) * 10 : (status & 0x07) * 20 }];
  while (reader.remaining > 0) {
    const part = reader.uint(1);
    if (part === 3) reader.take(SERVER_ID_BYTES);
    else if (part === 2) values.push(...momentary(reader, version));
    else if (part === 1) values.push(...(version === 0 ? integers(reader) : floats(reader)));
    else return { values, warnings: [`part ${part} is not known; what follows was left out`] };
  }
  return { values };
}

/**
 * Optical reader for electricity meters (SML, IEC 62056-21). Its four registers hold what they were set to; as the
 * maker's description sets them, the first is 1.8.0 and the second 2.8.0. Energy in another register has no name here.
 */
export const klax = lorawan({
  id: 'alpha-omega-technology/klax',
  version: 2,
  vendor: 'Alpha-Omega Technology',
  title: 'Optical meter reader KLAX',
  domain: 'electricity',
  source:
    'KLAX V2 uplink description (docs.tesenso.com/tesenso-device-library/klax/klax-v2); example of brocaar/lorawan-devices, vendor/alpha-omega-technology/klax-codec.yaml; ZennerIoT/element-parsers, lib/comtac_klax.ex',
  uplinks: [
    {
      ports: [3],
      parse,
      map: {
        battery: { quantity: 'dev.battery' },
        'Wh 1': { quantity: 'elec.import' },
        'Wh 2': { quantity: 'elec.export' },
        'W 1': { quantity: 'elec.power' },
        'W 2': { quantity: 'elec.power' },
        'W 3': { quantity: 'elec.power' },
        'W 4': { quantity: 'elec.power' },
      },
    },
    // settings, versions and the registers that were found
    {
      ports: [100, 101, 103, 104],
      length: [4, 222],
      when: { byte: 0, bits: [2, 6], equals: 0 },
      steps: [{ at: 1, type: 'uint8', bits: [0, 4], quantity: 'dev.battery', scale: 10 }],
    },
    {
      ports: [100, 101, 103, 104],
      length: [4, 222],
      steps: [{ at: 1, type: 'uint8', bits: [0, 3], quantity: 'dev.battery', scale: 20 }],
    },
  ],
});
