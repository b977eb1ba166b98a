import type { ByteReader } from '../../kernel/byte-reader.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { ParsedPayload } from '../../kernel/payload-layout.ts';
import { withoutFloatError } from '../../units.ts';

const METER_VALUES = 0x05;
/** Set in the port when a meter's file came in several frames; objects are then whole, but not all of them. */
const SEGMENTED = 0x40;
const TIME = 0x01;
const OBJECT_WITH_UNIT = 0x40;
/** Bits of the group mask: which of the OBIS groups A to F are there. */
const GROUPS = [0x80, 0x40, 0x20, 0x10, 0x08, 0x04] as const;
/** Units of DLMS (IEC 62056-6-2) by the way an object's name ends here. */
const UNITS: Readonly<Record<number, string>> = {
  27: 'W',
  30: 'Wh',
  29: 'var',
  32: 'varh',
  33: 'A',
  35: 'V',
  44: 'Hz',
};

/** Objects with an OBIS code, a unit, a power of ten and a number; `C.D unit` is the name, E the tariff. */
function parse(reader: ByteReader): ParsedPayload {
  const values: { name: string; value: number; channel?: string }[] = [];
  const warnings: string[] = [];
  let deviceAt: number | undefined;
  while (reader.remaining >= 2) {
    const type = reader.uint(1);
    const length = reader.uint(1);
    const end = reader.offset + length;
    if (type === TIME && length === 4) deviceAt = reader.uint(4) * 1_000;
    else if (type === OBJECT_WITH_UNIT) values.push(objectWithUnit(reader, end));
    else if (type > OBJECT_WITH_UNIT) warnings.push('an object without a unit was left out');
    reader.seek(end);
  }
  return { values, warnings, ...(deviceAt === undefined ? {} : { deviceAt }) };
}

function objectWithUnit(reader: ByteReader, end: number): { name: string; value: number; channel?: string } {
  const mask = reader.uint(1);
  const groups = GROUPS.map((bit) => (mask & bit ? reader.uint(1) : undefined));
  const [, , c, d, e] = groups;
  const unit = reader.uint(1);
  const power = reader.int(1);
  const bytes = reader.take(end - reader.offset);
  // a power that is fed in is negative
  const mantissa = BigInt.asIntN(8 * bytes.length, BigInt(`0x0${Buffer.from(bytes).toString('hex')}`));
  const value = withoutFloatError(power < 0 ? Number(mantissa) / 10 ** -power : Number(mantissa) * 10 ** power);
  return {
    name: `${c}.${d} ${UNITS[unit] ?? unit}`,
    value,
    ...(e === undefined || e === 0 || e === 255 ? {} : { channel: `T${e}` }),
  };
}

/** Optical reader for electricity meters (SML or IEC 62056-21). Strings and numbers without a unit are left out. */
export const ioKe868 = lorawan({
  id: 'imst/io-ke868',
  version: 2,
  vendor: 'IMST',
  title: 'Optical meter reader iO881A / iO-KE868',
  domain: 'electricity',
  oneSource: true,
  source:
    'IMST iO881A LoRaWAN payload description; examples of brocaar/lorawan-devices, vendor/imst/ioke868-codec.yaml',
  uplinks: [
    {
      ports: [METER_VALUES],
      parse,
      map: {
        '1.8 Wh': { quantity: 'elec.import' },
        '2.8 Wh': { quantity: 'elec.export' },
        '3.8 varh': { quantity: 'elec.reactive.import' },
        '4.8 varh': { quantity: 'elec.reactive.export' },
        '1.7 W': { quantity: 'elec.power' },
        '16.7 W': { quantity: 'elec.power' },
        '36.7 W': { quantity: 'elec.power', channel: 'L1' },
        '56.7 W': { quantity: 'elec.power', channel: 'L2' },
        '76.7 W': { quantity: 'elec.power', channel: 'L3' },
        '32.7 V': { quantity: 'elec.voltage', channel: 'L1' },
        '52.7 V': { quantity: 'elec.voltage', channel: 'L2' },
        '72.7 V': { quantity: 'elec.voltage', channel: 'L3' },
        '31.7 A': { quantity: 'elec.current', channel: 'L1' },
        '51.7 A': { quantity: 'elec.current', channel: 'L2' },
        '71.7 A': { quantity: 'elec.current', channel: 'L3' },
        '14.7 Hz': { quantity: 'elec.freq' },
      },
    },
    {
      ports: [METER_VALUES | SEGMENTED],
      parse: (reader) => {
        reader.take(1);
        return parse(reader);
      },
      map: { '1.8 Wh': { quantity: 'elec.import' }, '2.8 Wh': { quantity: 'elec.export' } },
    },
    { ports: [3], silent: 'status of the reader' },
  ],
});
