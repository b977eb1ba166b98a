import type { TrueReading } from '../truth.ts';

export type Table = 'coil' | 'discreteInput' | 'holdingRegister' | 'inputRegister';

/** One value in a slave's register map at this moment. `words` are 16-bit registers, or 0/1 for bits. */
export interface Point {
  table: Table;
  address: number;
  words: readonly number[];
  /** What any conforming reader must make of it; absent for registers without a meaning in the vocabulary. */
  reading?: TrueReading;
}

/** The application of a Modbus slave: what its registers hold now, and what a write does. */
export interface SlaveModel {
  /** `vendor/model` in the gateway's catalogue. */
  readonly model: string;
  /** Most registers in one read, as the vendor's document says. */
  readonly maxRegisters: number;
  /** Last address of each table; what is beyond is refused. */
  readonly lastAddress: Readonly<Partial<Record<Table, number>>>;
  points(cityMs: number): readonly Point[];
  /** False refuses the write with exception 2. */
  write?(table: Table, address: number, values: readonly number[], cityMs: number): boolean;
}

export interface Answer {
  pdu: Buffer;
  /** What the answer says as a whole. */
  readings: readonly TrueReading[];
}

const READ_TABLES: Readonly<Record<number, Table>> = {
  1: 'coil',
  2: 'discreteInput',
  3: 'holdingRegister',
  4: 'inputRegister',
};
const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;

/** A conforming server's answer (Modbus Application Protocol V1.1b3, section 6) to one request PDU. */
export function answer(slave: SlaveModel, pdu: Buffer, cityMs: number): Answer {
  const functionCode = pdu[0] ?? 0;
  if (pdu.length < 5) return exception(functionCode, ILLEGAL_VALUE);
  const table = READ_TABLES[functionCode];
  if (table) return read(slave, table, pdu, cityMs);
  switch (functionCode) {
    case 0x05:
      return write(slave, pdu, 'coil', [pdu.readUInt16BE(3) === 0xff00 ? 1 : 0], cityMs);
    case 0x06:
      return write(slave, pdu, 'holdingRegister', [pdu.readUInt16BE(3)], cityMs);
    case 0x08:
      return pdu.readUInt16BE(1) === 0 ? { pdu, readings: [] } : exception(functionCode, ILLEGAL_FUNCTION);
    case 0x0f:
      return write(slave, pdu, 'coil', writtenBits(pdu), cityMs);
    case 0x10:
      return write(slave, pdu, 'holdingRegister', writtenWords(pdu), cityMs);
    default:
      return exception(functionCode, ILLEGAL_FUNCTION);
  }
}

function read(slave: SlaveModel, table: Table, pdu: Buffer, cityMs: number): Answer {
  const functionCode = pdu[0] ?? 0;
  const address = pdu.readUInt16BE(1);
  const count = pdu.readUInt16BE(3);
  const bits = table === 'coil' || table === 'discreteInput';
  if (count < 1 || count > (bits ? 2_000 : slave.maxRegisters)) return exception(functionCode, ILLEGAL_VALUE);
  const last = slave.lastAddress[table];
  if (last === undefined || address + count - 1 > last) return exception(functionCode, ILLEGAL_ADDRESS);
  const words = new Array<number>(count).fill(0);
  const readings: TrueReading[] = [];
  for (const point of slave.points(cityMs)) {
    if (point.table !== table) continue;
    point.words.forEach((word, offset) => {
      const at = point.address + offset - address;
      if (at >= 0 && at < count) words[at] = word;
    });
    const whole = point.address >= address && point.address + point.words.length <= address + count;
    if (whole && point.reading) readings.push(point.reading);
  }
  return { pdu: bits ? bitsPdu(functionCode, words) : wordsPdu(functionCode, words), readings };
}

function write(slave: SlaveModel, pdu: Buffer, table: Table, values: readonly number[], cityMs: number): Answer {
  const functionCode = pdu[0] ?? 0;
  const done = slave.write?.(table, pdu.readUInt16BE(1), values, cityMs) ?? false;
  return done ? { pdu: pdu.subarray(0, 5), readings: [] } : exception(functionCode, ILLEGAL_ADDRESS);
}

function writtenBits(pdu: Buffer): number[] {
  return Array.from({ length: pdu.readUInt16BE(3) }, (_, index) => ((pdu[6 + (index >> 3)] ?? 0) >> (index & 7)) & 1);
}

function writtenWords(pdu: Buffer): number[] {
  const count = Math.min(pdu.readUInt16BE(3), (pdu.length - 6) >> 1);
  return Array.from({ length: count }, (_, index) => pdu.readUInt16BE(6 + index * 2));
}

function bitsPdu(functionCode: number, bits: readonly number[]): Buffer {
  const pdu = Buffer.alloc(2 + Math.ceil(bits.length / 8));
  pdu[0] = functionCode;
  pdu[1] = pdu.length - 2;
  bits.forEach((bit, index) => {
    if (bit) pdu[2 + (index >> 3)] = (pdu[2 + (index >> 3)] ?? 0) | (1 << (index & 7));
  });
  return pdu;
}

function wordsPdu(functionCode: number, words: readonly number[]): Buffer {
  const pdu = Buffer.alloc(2 + words.length * 2);
  pdu[0] = functionCode;
  pdu[1] = words.length * 2;
  words.forEach((word, index) => {
    pdu.writeUInt16BE(word, 2 + index * 2);
  });
  return pdu;
}

function exception(functionCode: number, code: number): Answer {
  return { pdu: Buffer.of(functionCode | 0x80, code), readings: [] };
}
