import { type Violation, validate } from '@vigie/contract';
import Type, { type Static } from 'typebox';
import type { CommandArgument, CommandValues, ModbusCommand, ModbusWrite } from '../definition.ts';
import { wordsOf } from '../kernel/register-map.ts';
import { Order } from './register-schema.ts';

const strict = { additionalProperties: false } as const;
const MAX_COMMANDS = 64;

const Argument = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 128 }),
    type: Type.Enum(['number', 'string', 'boolean']),
    unit: Type.Optional(Type.String({ maxLength: 32 })),
    minimum: Type.Optional(Type.Number()),
    maximum: Type.Optional(Type.Number()),
    integer: Type.Optional(Type.Boolean()),
    choices: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 64 })),
  },
  strict,
);

/** What a write puts there: a number, or what an argument says, `map` giving a number to each of its words. */
const Value = Type.Union([
  Type.Number(),
  Type.Object(
    {
      arg: Type.String({ minLength: 1, maxLength: 32 }),
      map: Type.Optional(Type.Record(Type.String({ maxLength: 64 }), Type.Number())),
    },
    strict,
  ),
]);

const Write = Type.Object(
  {
    table: Type.Enum(['coil', 'holdingRegister']),
    address: Type.Integer({ minimum: 0, maximum: 65_535 }),
    value: Value,
    /** `uint16` where absent; of no meaning for a coil. */
    type: Type.Optional(Type.Enum(['uint16', 'int16', 'uint32', 'int32', 'uint64', 'int64', 'float32', 'float64'])),
    order: Type.Optional(Order),
    /** The register holds value ÷ scale, as in a register of the map. */
    scale: Type.Optional(Type.Number()),
    offset: Type.Optional(Type.Number()),
    /** Of the register only these bits are written. */
    mask: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
    rampMs: Type.Optional(Type.Integer({ minimum: 250, maximum: 3_600_000 })),
    /** Read the same place afterwards and compare; true where absent. */
    readBack: Type.Optional(Type.Boolean()),
  },
  strict,
);
type Write = Static<typeof Write>;

const OwnCommand = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 128 }),
    args: Type.Optional(Type.Record(Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,31}$' }), Argument)),
    writes: Type.Array(Write, { minItems: 1, maxItems: 32 }),
  },
  strict,
);
type OwnCommand = Static<typeof OwnCommand>;

const BYTES = { uint16: 2, int16: 2, uint32: 4, int32: 4, float32: 4, uint64: 8, int64: 8, float64: 8 } as const;

/** The commands of a document's model. What is wrong with them is added to `violations`, each below `path`. */
export function defineCommands(
  commands: Readonly<Record<string, object>>,
  path: string,
  violations: Violation[],
): Record<string, ModbusCommand> {
  const defined: Record<string, ModbusCommand> = {};
  const entries = Object.entries(commands);
  if (entries.length > MAX_COMMANDS) violations.push({ path, message: `more than ${MAX_COMMANDS} commands` });
  for (const [name, row] of entries) {
    const place = ({ path: at, message }: Violation): Violation => ({ path: `${path}/${name}${at}`, message });
    const checked = validate(OwnCommand, row);
    const problems = checked.ok ? problemsOf(checked.value) : checked.violations;
    violations.push(...problems.map(place));
    if (checked.ok) defined[name] = commandOf(checked.value);
  }
  return defined;
}

function commandOf({ title, args = {}, writes }: OwnCommand): ModbusCommand {
  return { title, args, encode: (values) => writes.map((write) => encoded(write, values)) };
}

function problemsOf({ args = {}, writes }: OwnCommand): Violation[] {
  return writes.flatMap((write, index) => {
    const place = (message: string): Violation => ({ path: `/writes/${index}`, message });
    const problems: Violation[] = [];
    const { table, type = 'uint16', mask, rampMs, address, value } = write;
    if (table === 'coil' && (mask ?? rampMs ?? write.type) !== undefined)
      problems.push(place('a coil has no type, mask or ramp'));
    if (table === 'holdingRegister' && BYTES[type] > 2 && (mask ?? rampMs) !== undefined) {
      problems.push(place('a mask or a ramp is for one register'));
    }
    if (address + (table === 'coil' ? 1 : BYTES[type] / 2) > 65_536)
      problems.push(place('reaches beyond address 65535'));
    if (typeof value === 'number') {
      if (!fits(write, value)) problems.push(place(`${value} does not fit ${table === 'coil' ? 'a coil' : type}`));
      return problems;
    }
    const argument = Object.hasOwn(args, value.arg) ? args[value.arg] : undefined;
    if (!argument) return [...problems, place(`there is no argument ${value.arg}`)];
    return [...problems, ...argumentProblems(write, value.map, argument).map(place)];
  });
}

/** An argument must not be able to say what the register cannot hold. */
function argumentProblems(
  write: Write,
  map: Readonly<Record<string, number>> | undefined,
  argument: CommandArgument,
): string[] {
  if (map) {
    const missing = (argument.choices ?? []).filter((choice) => !Object.hasOwn(map, choice));
    const unfit = Object.values(map).filter((number) => !fits(write, number));
    return [...missing.map((word) => `map has no ${word}`), ...unfit.map((number) => `${number} does not fit`)];
  }
  if (argument.type === 'boolean') return [];
  if (argument.type === 'string') return ['an argument of words needs a map'];
  const { minimum, maximum } = argument;
  if (minimum === undefined || maximum === undefined)
    return ['an argument that is written needs a minimum and a maximum'];
  return [minimum, maximum].filter((bound) => !fits(write, bound)).map((bound) => `${bound} does not fit`);
}

function encoded(write: Write, values: CommandValues): ModbusWrite {
  const { table, address, value, mask, rampMs, readBack = true } = write;
  const number = typeof value === 'number' ? value : numberOf(values[value.arg], value.map);
  const words = table === 'coil' ? [number === 0 ? 0 : 1] : wordsIn(write, number);
  return {
    table,
    address,
    values: words,
    readBack,
    ...(mask === undefined ? {} : { mask }),
    ...(rampMs === undefined ? {} : { rampMs }),
  };
}

function numberOf(value: CommandValues[string] | undefined, map?: Readonly<Record<string, number>>): number {
  const key = String(value);
  if (map && Object.hasOwn(map, key)) return map[key] ?? 0;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'number') throw new TypeError('an argument was not checked before encoding');
  return value;
}

function rawIn({ type = 'uint16', scale = 1, offset = 0 }: Write, value: number): number {
  const raw = (value - offset) / scale;
  return type.startsWith('float') ? raw : Math.round(raw);
}

function fits(write: Write, value: number): boolean {
  const { table, type = 'uint16' } = write;
  if (table === 'coil') return value === 0 || value === 1;
  const raw = rawIn(write, value);
  if (!Number.isFinite(raw)) return false;
  if (type.startsWith('float')) return type === 'float64' || Number.isFinite(Math.fround(raw));
  const bits = BYTES[type] * 8;
  const [low, high] = type.startsWith('int') ? [-(2 ** (bits - 1)), 2 ** (bits - 1)] : [0, 2 ** bits];
  return raw >= low && raw < high && Number.isSafeInteger(raw);
}

function wordsIn(write: Write, value: number): number[] {
  const { type = 'uint16', order = 'ABCD' } = write;
  const raw = rawIn(write, value);
  const bytes = new Uint8Array(BYTES[type]);
  const view = new DataView(bytes.buffer);
  if (type === 'float32') view.setFloat32(0, raw);
  else if (type === 'float64') view.setFloat64(0, raw);
  else if (bytes.length === 8) view.setBigUint64(0, BigInt.asUintN(64, BigInt(raw)));
  else if (bytes.length === 4) view.setUint32(0, raw);
  else view.setUint16(0, raw);
  return wordsOf(bytes, order);
}
