import { type ByteOrder, decodeRegisters, type RegisterPoint, type RegisterType, widthOf } from '@vigie/decoders';

export interface Interpretation {
  type: RegisterType;
  order: ByteOrder;
  value: number | string;
}

const WHOLE_TYPES = [
  'uint16',
  'int16',
  'bcd16',
  'uint32',
  'int32',
  'float32',
  'bcd32',
  'uint64',
  'int64',
  'float64',
] as const;
const ORDERS: Readonly<Record<number, readonly ByteOrder[]>> = {
  1: ['ABCD', 'BADC'],
  2: ['ABCD', 'CDAB', 'BADC', 'DCBA'],
  4: ['ABCD', 'CDAB', 'BADC', 'DCBA'],
};

/** The words from one address on, under every type and order that they are long enough for; NaN and bad BCD left out. */
export function interpretations(words: readonly number[]): Interpretation[] {
  return WHOLE_TYPES.flatMap((type) => {
    const width = widthOf({ type });
    if (width > words.length) return [];
    return (ORDERS[width] ?? []).flatMap((order) => {
      const value = valueAs(words.slice(0, width), { type, order });
      return value === undefined ? [] : [{ type, order, value }];
    });
  });
}

/** The words as text, in both byte orders, where most of it can be printed. */
export function texts(words: readonly number[]): Interpretation[] {
  return (['ABCD', 'BADC'] as const).flatMap((order) => {
    const value = valueAs(words, { type: 'string', order, length: words.length });
    const printable = typeof value === 'string' && value.length >= words.length;
    return printable ? [{ type: 'string', order, value }] : [];
  });
}

function valueAs(
  words: readonly number[],
  how: Pick<RegisterPoint, 'type' | 'order' | 'length'>,
): number | string | undefined {
  const point: RegisterPoint = { table: 'holdingRegister', address: 0, quantity: 'dev.value', ...how };
  const about = { id: 'vigie/any', version: 1, vendor: '', title: '', domain: 'generic', source: '' } as const;
  const image = { words: () => words };
  const outcome = decodeRegisters({ ...about, protocol: 'modbus', registers: [point] }, image);
  return outcome.ok ? outcome.decoded.readings[0]?.value : undefined;
}
