import type { RegisterTable } from '@vigie/decoders';

/** Largest PDU of Modbus Application Protocol V1.1b3 section 4.1. */
export const MAX_PDU_BYTES = 253;
export const MAX_READ_REGISTERS = 125;
export const MAX_READ_BITS = 2_000;
export const MAX_WRITE_REGISTERS = 123;
export const MAX_WRITE_COILS = 1_968;

/** Function codes of V1.1b3 section 5.1 that the gateway uses. */
const READ_FUNCTION: Record<RegisterTable, number> = {
  coil: 0x01,
  discreteInput: 0x02,
  holdingRegister: 0x03,
  inputRegister: 0x04,
};
const WRITE_COIL = 0x05;
const WRITE_REGISTER = 0x06;
const DIAGNOSTICS = 0x08;
const WRITE_COILS = 0x0f;
const WRITE_REGISTERS = 0x10;
const MASK_WRITE_REGISTER = 0x16;
const ENCAPSULATED_INTERFACE = 0x2b;
const MEI_DEVICE_IDENTIFICATION = 0x0e;

const MIRRORING_FUNCTIONS: ReadonlySet<number> = new Set([
  WRITE_COIL,
  WRITE_REGISTER,
  DIAGNOSTICS,
  WRITE_COILS,
  WRITE_REGISTERS,
  MASK_WRITE_REGISTER,
]);
/** The answer to a read of so many bytes of bits is as long as its request. */
const MIRRORING_BIT_BYTES = 3;

/** Whether the answer to a request may be the same bytes as the request. */
export function mayMirror(request: Uint8Array): boolean {
  const functionCode = request[0] ?? 0;
  if (MIRRORING_FUNCTIONS.has(functionCode)) return true;
  return functionCode <= READ_FUNCTION.discreteInput && readByteCount(request) === MIRRORING_BIT_BYTES;
}

/** How one value is written: by functions 5 and 6, or by 15 and 16 as several are. */
export type WriteBy = 'single' | 'multiple';

export type ModbusRequest =
  | { kind: 'read'; table: RegisterTable; address: number; count: number }
  | { kind: 'writeCoils'; address: number; values: readonly number[]; by?: WriteBy }
  | { kind: 'writeRegisters'; address: number; values: readonly number[]; by?: WriteBy }
  | { kind: 'maskWrite'; address: number; and: number; or: number }
  /** Diagnostics "return query data" (section 6.8): a slave gives `data` back, so that an answer proves itself. */
  | { kind: 'echo'; data: number }
  /** Section 6.21; `code` 1 basic, 2 regular, 3 extended, 4 one object. */
  | { kind: 'identify'; code: 1 | 2 | 3 | 4; object: number };

export type ModbusReply =
  | { kind: 'values'; values: number[] }
  | { kind: 'done' }
  | { kind: 'objects'; objects: Map<number, string>; nextObject?: number }
  | { kind: 'exception'; exception: number }
  /** Well-formed on the wire, yet no answer to this request. */
  | { kind: 'mismatch'; detail: string };

/** Exceptions of V1.1b3 section 7, in the words that a technician reads. */
export const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: 'illegal function',
  2: 'illegal data address',
  3: 'illegal data value',
  4: 'server device failure',
  5: 'acknowledge',
  6: 'server device busy',
  8: 'memory parity error',
  10: 'gateway path unavailable',
  11: 'gateway target device failed to respond',
};

export function describeException(exception: number): string {
  return `exception ${exception} (${EXCEPTIONS[exception] ?? 'unknown'})`;
}

export function isBits(table: RegisterTable): boolean {
  return table === 'coil' || table === 'discreteInput';
}

/** The protocol data unit of a request; throws RangeError for what no slave could be asked. */
export function encodeRequest(request: ModbusRequest): Uint8Array {
  switch (request.kind) {
    case 'read': {
      const limit = isBits(request.table) ? MAX_READ_BITS : MAX_READ_REGISTERS;
      checkRange(request.address, request.count, limit);
      return words(READ_FUNCTION[request.table], request.address, request.count);
    }
    case 'writeCoils':
      return encodeCoils(request.address, request.values, request.by);
    case 'writeRegisters':
      return encodeRegisters(request.address, request.values, request.by);
    case 'maskWrite':
      checkRange(request.address, 1, 1);
      return words(MASK_WRITE_REGISTER, request.address, request.and, request.or);
    case 'echo':
      return words(DIAGNOSTICS, 0, request.data);
    case 'identify':
      return Uint8Array.of(ENCAPSULATED_INTERFACE, MEI_DEVICE_IDENTIFICATION, request.code, request.object);
  }
}

function encodeCoils(address: number, values: readonly number[], by: WriteBy = 'single'): Uint8Array {
  checkRange(address, values.length, MAX_WRITE_COILS);
  if (values.length === 1 && by === 'single') return words(WRITE_COIL, address, values[0] ? 0xff00 : 0);
  const bytes = Math.ceil(values.length / 8);
  const pdu = new Uint8Array(6 + bytes);
  pdu.set(words(WRITE_COILS, address, values.length));
  pdu[5] = bytes;
  values.forEach((value, index) => {
    if (value) pdu[6 + (index >> 3)] = (pdu[6 + (index >> 3)] ?? 0) | (1 << (index & 7));
  });
  return pdu;
}

function encodeRegisters(address: number, values: readonly number[], by: WriteBy = 'single'): Uint8Array {
  checkRange(address, values.length, MAX_WRITE_REGISTERS);
  const [first = 0] = values;
  if (values.length === 1 && by === 'single') return words(WRITE_REGISTER, address, first);
  const pdu = new Uint8Array(6 + values.length * 2);
  pdu.set(words(WRITE_REGISTERS, address, values.length));
  pdu[5] = values.length * 2;
  values.forEach((value, index) => {
    pdu[6 + index * 2] = value >> 8;
    pdu[7 + index * 2] = value & 0xff;
  });
  return pdu;
}

function words(functionCode: number, ...values: number[]): Uint8Array {
  const pdu = new Uint8Array(1 + values.length * 2);
  pdu[0] = functionCode;
  values.forEach((value, index) => {
    pdu[1 + index * 2] = value >> 8;
    pdu[2 + index * 2] = value & 0xff;
  });
  return pdu;
}

function checkRange(address: number, count: number, limit: number): void {
  if (count < 1 || count > limit || address < 0 || address + count > 65_536) {
    throw new RangeError(`address ${address}, count ${count}: outside of what one request can carry`);
  }
}

/**
 * Length of the PDU that begins at `start` if it is an answer to `request`: undefined while too few bytes are there
 * to tell, 'foreign' when it cannot be one. RTU frames carry no length, so this is what delimits them.
 */
export function replyLength(
  request: Uint8Array,
  bytes: Uint8Array,
  start: number,
  end: number,
): number | 'foreign' | undefined {
  if (start >= end) return undefined;
  const asked = request[0] ?? 0;
  const functionCode = bytes[start] ?? 0;
  if (functionCode === (asked | 0x80)) return 2;
  if (functionCode !== asked) return 'foreign';
  switch (functionCode) {
    case 0x01:
    case 0x02:
    case 0x03:
    case 0x04: {
      if (start + 1 >= end) return undefined;
      const byteCount = readByteCount(request);
      return bytes[start + 1] === byteCount ? 2 + byteCount : 'foreign';
    }
    case MASK_WRITE_REGISTER:
      return 7;
    case ENCAPSULATED_INTERFACE:
      return identificationLength(bytes, start, end);
    default:
      return 5;
  }
}

/** Bytes of data in the answer to a read request. */
function readByteCount(request: Uint8Array): number {
  const count = wordAt(request, 3);
  return (request[0] ?? 0) <= 0x02 ? Math.ceil(count / 8) : count * 2;
}

/** Bytes that a normal answer is expected to have, to reckon its time on the line. */
export function replyBytes(request: Uint8Array): number {
  const functionCode = request[0] ?? 0;
  if (functionCode <= 0x04) return 2 + readByteCount(request);
  return functionCode === ENCAPSULATED_INTERFACE ? MAX_PDU_BYTES : 7;
}

function identificationLength(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (start + 6 >= end) return undefined;
  let length = 7;
  for (let left = bytes[start + 6] ?? 0; left > 0; left -= 1) {
    if (start + length + 1 >= end) return undefined;
    length += 2 + (bytes[start + length + 1] ?? 0);
  }
  return length;
}

/** What a reply PDU says, held against the PDU of the request that it claims to answer. */
export function readReply(request: Uint8Array, reply: Uint8Array): ModbusReply {
  const asked = request[0] ?? 0;
  const length = replyLength(request, reply, 0, reply.length);
  if (length === 'foreign') return { kind: 'mismatch', detail: 'another function or byte count than asked for' };
  if (length === undefined || length !== reply.length) return { kind: 'mismatch', detail: 'wrong length' };
  if (reply[0] === (asked | 0x80)) {
    const exception = reply[1] ?? 0;
    return exception === 0 ? { kind: 'mismatch', detail: 'exception 0' } : { kind: 'exception', exception };
  }
  switch (asked) {
    case 0x01:
    case 0x02:
      return { kind: 'values', values: bitsOf(reply, wordAt(request, 3)) };
    case 0x03:
    case 0x04:
      return { kind: 'values', values: wordsOf(reply) };
    case ENCAPSULATED_INTERFACE:
      return objectsOf(reply);
    default:
      return repeats(request, reply) ? { kind: 'done' } : { kind: 'mismatch', detail: 'it repeats another request' };
  }
}

/** Writes and the echo are confirmed by their own address and value (sections 6.5 to 6.16). */
function repeats(request: Uint8Array, reply: Uint8Array): boolean {
  return reply.every((byte, index) => byte === request[index]);
}

function bitsOf(reply: Uint8Array, count: number): number[] {
  return Array.from({ length: count }, (_, index) => ((reply[2 + (index >> 3)] ?? 0) >> (index & 7)) & 1);
}

function wordsOf(reply: Uint8Array): number[] {
  const values = new Array<number>((reply.length - 2) >> 1);
  for (let index = 0; index < values.length; index += 1) values[index] = wordAt(reply, 2 + index * 2);
  return values;
}

function objectsOf(reply: Uint8Array): ModbusReply {
  if (reply[1] !== MEI_DEVICE_IDENTIFICATION) return { kind: 'mismatch', detail: 'another MEI type' };
  const objects = new Map<number, string>();
  let at = 7;
  for (let left = reply[6] ?? 0; left > 0; left -= 1) {
    const length = reply[at + 1] ?? 0;
    objects.set(reply[at] ?? 0, textOf(reply.subarray(at + 2, at + 2 + length)));
    at += 2 + length;
  }
  const more = reply[4] === 0xff;
  return more ? { kind: 'objects', objects, nextObject: reply[5] ?? 0 } : { kind: 'objects', objects };
}

/** The standard says ASCII; makers write UTF-8, and older ones Latin-1. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
