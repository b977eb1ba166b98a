import { type RegisterModel, type Violation, validate } from '@vigie/contract';
import Type, { type Static } from 'typebox';
import {
  DEVICE_TIME_FORMATS,
  type DeviceTimeRegisters,
  type ModbusDefinition,
  type RegisterOperand,
  type RegisterPoint,
} from '../definition.ts';
import { deviceTimePlace } from '../kernel/device-time.ts';
import { placesOf } from '../kernel/register-places.ts';
import { bitsIn, isWide, type NumberType, rawOf } from '../kernel/register-value.ts';
import { isZone } from '../kernel/zone.ts';
import { problemsOfDerivations } from '../parameters/check-derivations.ts';
import { findQuantity } from '../vocabulary.ts';
import { defineCommands } from './define-commands.ts';
import { Order, type OwnOperand, OwnRegister } from './register-schema.ts';

const LAST_ADDRESS = 65_535;

const OwnDeviceTime = Type.Object(
  {
    table: Type.Enum(['holdingRegister', 'inputRegister']),
    address: Type.Integer({ minimum: 0, maximum: LAST_ADDRESS }),
    format: Type.Enum(DEVICE_TIME_FORMATS),
    order: Type.Optional(Order),
    zone: Type.String({ minLength: 1, maxLength: 64 }),
  },
  { additionalProperties: false },
);
type OwnDeviceTime = Static<typeof OwnDeviceTime>;

export type RegistersOutcome =
  | {
      ok: true;
      parts: Omit<ModbusDefinition, 'id' | 'version' | 'vendor' | 'title' | 'domain' | 'source' | 'protocol'>;
    }
  /** Paths begin at the model. */
  | { ok: false; violations: Violation[] };

/** What a document says of a device's registers, blocks, time and commands. */
export function defineRegisters({ modbus }: RegisterModel): RegistersOutcome {
  const violations: Violation[] = [];
  const registers = pointsOf(modbus.registers, '/modbus/registers', violations);
  const sunspec = modbus.sunspec?.map(({ models, registers: rows }, index) => ({
    models,
    registers: pointsOf(rows, `/modbus/sunspec/${index}/registers`, violations),
  }));
  const deviceAt = modbus.deviceAt && deviceTimeOf(modbus.deviceAt, violations);
  const commands = modbus.commands && defineCommands(modbus.commands, '/modbus/commands', violations);
  const rows = registers.length + (sunspec ?? []).reduce((sum, block) => sum + block.registers.length, 0);
  if (violations.length === 0 && rows === 0)
    violations.push({ path: '/modbus/registers', message: 'no register is named' });
  modbus.holes?.forEach(({ from, to }, index) => {
    if (to < from) violations.push({ path: `/modbus/holes/${index}`, message: 'ends before it begins' });
  });
  const { parameters, derived } = modbus;
  violations.push(
    ...problemsOfDerivations(parameters, derived).map((message) => ({ path: '/modbus/derived', message })),
  );
  if (violations.length > 0) return { ok: false, violations };
  const { maxRegisters, maxGap, holes } = modbus;
  return {
    ok: true,
    parts: {
      registers,
      ...(sunspec && sunspec.length > 0 ? { sunspec } : {}),
      ...(maxRegisters === undefined ? {} : { maxRegisters }),
      ...(maxGap === undefined ? {} : { maxGap }),
      ...(holes ? { holes } : {}),
      ...(deviceAt ? { deviceAt } : {}),
      ...(commands ? { commands } : {}),
      ...(parameters ? { parameters } : {}),
      ...(derived ? { derived } : {}),
    },
  };
}

function pointsOf(rows: readonly object[], path: string, violations: Violation[]): RegisterPoint[] {
  return rows.flatMap((row, index) => {
    const place = (message: string, at = ''): Violation => ({ path: `${path}/${index}${at}`, message });
    const checked = validate(OwnRegister, row);
    if (!checked.ok) {
      violations.push(...checked.violations.map(({ path: at, message }) => place(message, at)));
      return [];
    }
    const tooWide = sentinelProblems(checked.value);
    const point = tooWide.length === 0 ? pointOf(checked.value) : undefined;
    violations.push(...[...tooWide, ...(point ? problemsOf(point) : [])].map((message) => place(message)));
    return point ? [point] : [];
  });
}

function pointOf({ absent, times, dividedBy, plus, sign, ...rest }: OwnRegister): RegisterPoint {
  const type = rest.type === 'string' || rest.type === 'digits' ? 'float64' : rest.type;
  return {
    ...rest,
    ...(absent && { absent: absent.map((one) => sentinelOf(one, type)) }),
    ...(times && { times: operandOf(times) }),
    ...(dividedBy && { dividedBy: operandOf(dividedBy) }),
    ...(plus && { plus: plus.map(operandOf) }),
    ...(sign && { sign: { ...operandOf(sign), ...(sign.negative && { negative: sign.negative }) } }),
  };
}

function operandOf({ absent, ...rest }: OwnOperand): RegisterOperand {
  return { ...rest, ...(absent && { absent: absent.map((one) => sentinelOf(one, rest.type)) }) };
}

/** A number is the value; hexadecimal digits are the bits of the type, whatever its sign. */
function sentinelOf(value: number | string, type: NumberType): number | bigint | 'nan' {
  if (value === 'nan') return value;
  if (typeof value === 'number') return isWide(type) && Number.isInteger(value) ? BigInt(value) : value;
  const bits = bitsIn(type);
  const raw = BigInt(value);
  if (type === 'bit') return Number(raw);
  if (isWide(type)) return type === 'int64' ? BigInt.asIntN(64, raw) : raw;
  // A byte lies in the lower half here, and three bytes in the lower part of two registers.
  const width = Math.ceil(bits / 16) * 2;
  const bytes = Uint8Array.from({ length: width }, (_, index) =>
    Number((raw >> BigInt(8 * (width - 1 - index))) & 0xffn),
  );
  return rawOf(type, bytes);
}

function sentinelProblems(register: OwnRegister): string[] {
  const { times, dividedBy, plus = [], sign } = register;
  return [register, times, dividedBy, ...plus, sign].flatMap((one) => {
    if (!one?.absent) return [];
    const { type, absent } = one;
    if (type === 'string' || type === 'digits') {
      return absent.some((value) => typeof value === 'string') ? [`a ${type} has no raw value`] : [];
    }
    const limit = 1n << BigInt(bitsIn(type));
    return absent
      .filter((value) => typeof value === 'string' && value !== 'nan' && BigInt(value) >= limit)
      .map((value) => `${value} has more bits than ${type}, which has ${bitsIn(type)}`);
  });
}

function problemsOf(point: RegisterPoint): string[] {
  const { quantity: name, states, otherwise, table, type, bits, signed } = point;
  const quantity = findQuantity(name);
  if (!quantity) return [`${name} is not in the vocabulary`];
  const problems: string[] = [];
  const words = [...Object.values(states ?? {}), ...(otherwise === undefined ? [] : [otherwise])];
  if (words.length > 0 && quantity.kind !== 'state') problems.push(`${name} is no state`);
  for (const word of words) {
    if (quantity.kind === 'state' && quantity.states && !quantity.states.includes(word))
      problems.push(`${name} has no state ${word}`);
  }
  const single = table === 'coil' || table === 'discreteInput';
  if (single !== (type === 'bit')) problems.push(`a ${table} ${single ? 'is' : 'is no'} bit`);
  const isText = type === 'string' || type === 'digits';
  if (isText && point.length === undefined) problems.push(`a ${type} needs its length in registers`);
  if (bits && (isText || type.startsWith('float'))) problems.push(`a ${type} has no bits`);
  else if (bits && !isText && bits[0] + bits[1] > bitsIn(type))
    problems.push(`bits reach beyond the ${bitsIn(type)} of ${type}`);
  if (signed !== undefined && !bits)
    problems.push('signed says what bits are, and there are none; the type says the rest');
  if (placesOf(point).some(({ address, width }) => address + width - 1 > LAST_ADDRESS)) {
    problems.push(`reaches beyond address ${LAST_ADDRESS}`);
  }
  return problems;
}

function deviceTimeOf(row: object, violations: Violation[]): DeviceTimeRegisters | undefined {
  const path = '/modbus/deviceAt';
  const checked = validate(OwnDeviceTime, row);
  if (!checked.ok) {
    violations.push(...checked.violations.map(({ path: at, message }) => ({ path: `${path}${at}`, message })));
    return undefined;
  }
  const registers: OwnDeviceTime = checked.value;
  const { address, width } = deviceTimePlace(registers);
  if (address + width - 1 > LAST_ADDRESS) violations.push({ path, message: `reaches beyond address ${LAST_ADDRESS}` });
  if (!isZone(registers.zone)) violations.push({ path: `${path}/zone`, message: `${registers.zone} is no time zone` });
  return registers;
}
