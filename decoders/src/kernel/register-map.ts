import type { Reading } from '@vigie/contract';
import type {
  ByteOrder,
  DecodeOutcome,
  ModbusDefinition,
  RegisterImage,
  RegisterOperand,
  RegisterPoint,
  RegisterType,
} from '../definition.ts';
import { withoutFloatError } from '../units.ts';
import { deviceTimeIn } from './device-time.ts';
import { hasOperands, widthOf } from './register-places.ts';
import { numberInText, textOf } from './register-text.ts';
import { bitField, bytesOf, REGISTER_WIDTHS, rawOf } from './register-value.ts';
import { scaledValue } from './scale.ts';

/** SunSpec scale factors run from −10 to 10; 0x8000 is "not implemented" (Device Information Model, section 4.5). */
const MAX_SCALE_POWER = 10;

/**
 * The readings that a device's registers hold, in the order of its definition. A value that was not read, is marked
 * absent or is not a number gives no reading. A later point of the same quantity and channel replaces the earlier
 * one, so that a fault bit can outrank a state.
 */
export function decodeRegisters(definition: ModbusDefinition, image: RegisterImage): DecodeOutcome {
  const readings: Reading[] = [];
  const repeats = repeatsQuantities(definition.registers);
  for (const point of definition.registers) {
    const value = readPoint(point, image);
    if (value === undefined) continue;
    const { quantity, channel } = point;
    const reading: Reading = { quantity, ...(channel === undefined ? {} : { channel }), value };
    const known = repeats
      ? readings.findIndex((other) => other.quantity === quantity && other.channel === channel)
      : -1;
    if (known >= 0) readings[known] = reading;
    else readings.push(reading);
  }
  if (readings.length === 0) return { ok: false, code: 'DECODE_EMPTY', message: 'no register gave a reading' };
  const deviceAt = definition.deviceAt && deviceTimeIn(definition.deviceAt, image);
  return { ok: true, decoded: { readings, ...(deviceAt === undefined ? {} : { deviceAt }) } };
}

const repeating = new WeakMap<readonly RegisterPoint[], boolean>();

/** Whether two points of a map are for the same quantity and channel; found out once for each map. */
function repeatsQuantities(points: readonly RegisterPoint[]): boolean {
  const known = repeating.get(points);
  if (known !== undefined) return known;
  const names = new Set(points.map(({ quantity, channel = '' }) => `${quantity} ${channel}`));
  const repeats = names.size < points.length;
  repeating.set(points, repeats);
  return repeats;
}

function readPoint(point: RegisterPoint, image: RegisterImage): number | string | undefined {
  const { type, order = 'ABCD', absent } = point;
  const words = image.words(point.table, point.address, widthOf(point));
  if (!words) return undefined;
  if (type === 'string') return textOf(words, order, point.charset);
  const whole = type === 'digits' ? numberInText(textOf(words, order, point.charset)) : wholeOf(type, words, point);
  if (whole === undefined || absent?.some((one) => one === whole)) return undefined;
  const raw = point.bits ? bitField(whole, point.bits, fieldIsSigned(point)) : whole;
  const value = scaledValue(raw, point);
  if (typeof value !== 'number') return value;
  const scaled = point.scaleRegister === undefined ? value : scaledByRegister(value, point, image);
  return scaled === undefined || !hasOperands(point) ? scaled : combined(scaled, point, image);
}

function wholeOf(
  type: Exclude<RegisterType, 'string' | 'digits'>,
  words: readonly number[],
  { order = 'ABCD', half }: Pick<RegisterPoint, 'order' | 'half'>,
): number | bigint {
  return rawOf(type, bytesOf(words, order), half);
}

/** A flag is 0 or 1 whatever the type. */
function fieldIsSigned({ type, bits, signed }: RegisterPoint): boolean {
  if (signed !== undefined) return signed;
  return (bits?.[1] ?? 1) > 1 && /^int/.test(type);
}

/** The value with the numbers that it hangs on; absent where one of them is. */
function combined(
  value: number,
  { table, times, dividedBy, plus = [], sign }: RegisterPoint,
  image: RegisterImage,
): number | undefined {
  const read = (operand: RegisterOperand): number | undefined => operandIn(operand, operand.table ?? table, image);
  let result = value;
  if (times) result *= read(times) ?? Number.NaN;
  if (dividedBy) result /= read(dividedBy) ?? Number.NaN;
  for (const operand of plus) result += read(operand) ?? Number.NaN;
  if (sign) {
    const said = read(sign);
    if (said === undefined) return undefined;
    if ((sign.negative ?? [1]).includes(said)) result = 0 - result;
  }
  return Number.isFinite(result) ? withoutFloatError(result) : undefined;
}

function operandIn(operand: RegisterOperand, table: RegisterPoint['table'], image: RegisterImage): number | undefined {
  const words = image.words(table, operand.address, REGISTER_WIDTHS[operand.type]);
  if (!words) return undefined;
  const whole = wholeOf(operand.type, words, operand);
  if (operand.absent?.some((absent) => absent === whole)) return undefined;
  const raw = operand.bits ? bitField(whole, operand.bits, false) : whole;
  const value = scaledValue(raw, operand.scale === undefined ? {} : { scale: operand.scale });
  return typeof value === 'number' ? value : undefined;
}

function scaledByRegister(
  value: number,
  { table, scaleRegister = 0 }: RegisterPoint,
  image: RegisterImage,
): number | undefined {
  const [word] = image.words(table, scaleRegister, 1) ?? [];
  if (word === undefined || word === 0x8000) return undefined;
  const power = word >= 0x8000 ? word - 0x1_0000 : word;
  if (Math.abs(power) > MAX_SCALE_POWER) return undefined;
  return withoutFloatError(power < 0 ? value / 10 ** -power : value * 10 ** power);
}

/** The words of a value whose bytes are given most significant first: the reverse of `bytesOf`. */
export function wordsOf(bytes: Uint8Array, order: ByteOrder): number[] {
  const plain = Array.from(
    { length: bytes.length / 2 },
    (_, index) => 256 * (bytes[2 * index] ?? 0) + (bytes[2 * index + 1] ?? 0),
  );
  const ordered = bytesOf(plain, order);
  return Array.from(
    { length: ordered.length / 2 },
    (_, index) => 256 * (ordered[2 * index] ?? 0) + (ordered[2 * index + 1] ?? 0),
  );
}

/** Where the counter of a point rolls over, in the vocabulary's unit; `undefined` for floats and 64-bit integers. */
export function rollOverOf(point: RegisterPoint): number | undefined {
  const { type, scale = 1, times, dividedBy, plus } = point;
  // What is reckoned from several registers rolls over at no one place.
  if (times || dividedBy || plus) return undefined;
  const moduli: Partial<Record<RegisterType, number>> = {
    uint8: 2 ** 8,
    uint16: 2 ** 16,
    uint24: 2 ** 24,
    uint32: 2 ** 32,
    uint48: 2 ** 48,
    int32: 2 ** 31,
    bcd16: 10 ** 4,
    bcd32: 10 ** 8,
    bcd48: 10 ** 12,
    mod10k32: 10 ** 8,
    mod10k48: 10 ** 12,
  };
  const modulus = moduli[type];
  return modulus === undefined ? undefined : withoutFloatError(modulus * scale);
}
