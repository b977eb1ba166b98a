import Type, { type Static, type TSchema } from 'typebox';
import { CHARSETS, REGISTER_TYPES } from '../definition.ts';

const strict = { additionalProperties: false } as const;

const Address = Type.Integer({ minimum: 0, maximum: 65_535 });
const Table = Type.Enum(['coil', 'discreteInput', 'holdingRegister', 'inputRegister']);
export const Order = Type.Enum(['ABCD', 'CDAB', 'BADC', 'DCBA']);
const Half = Type.Enum(['high', 'low']);
const Bits = Type.Tuple([Type.Integer({ minimum: 0, maximum: 63 }), Type.Integer({ minimum: 1, maximum: 64 })]);
const NumberTypes = REGISTER_TYPES.filter((type) => type !== 'string' && type !== 'digits');
const optional = <T extends TSchema>(schema: T) => Type.Optional(schema);

/** Raw values that mean "not implemented"; in hexadecimal the bits of the type, since JSON has no whole numbers beyond 2^53. */
const Absent = Type.Array(
  Type.Union([Type.Number(), Type.Literal('nan'), Type.String({ pattern: '^0x[0-9a-fA-F]{1,16}$' })]),
  { maxItems: 16 },
);

const operand = {
  table: optional(Table),
  address: Address,
  type: Type.Enum(NumberTypes),
  order: optional(Order),
  half: optional(Half),
  bits: optional(Bits),
  scale: optional(Type.Number()),
  absent: optional(Absent),
};
const OwnOperand = Type.Object(operand, strict);

/** A register as a document brings it along: `RegisterPoint` in JSON. */
export const OwnRegister = Type.Object(
  {
    table: Table,
    address: Address,
    type: Type.Enum(REGISTER_TYPES),
    order: optional(Order),
    length: optional(Type.Integer({ minimum: 1, maximum: 125 })),
    charset: optional(Type.Enum(CHARSETS)),
    half: optional(Half),
    bits: optional(Bits),
    signed: optional(Type.Boolean()),
    quantity: Type.String({ maxLength: 64 }),
    channel: optional(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_+-]{0,31}$' })),
    scale: optional(Type.Number()),
    offset: optional(Type.Number()),
    scaleRegister: optional(Address),
    times: optional(OwnOperand),
    dividedBy: optional(OwnOperand),
    plus: optional(Type.Array(OwnOperand, { minItems: 1, maxItems: 8 })),
    sign: optional(
      Type.Object({ ...operand, negative: optional(Type.Array(Type.Number(), { minItems: 1, maxItems: 16 })) }, strict),
    ),
    states: optional(Type.Record(Type.String({ pattern: '^-?[0-9]{1,10}$' }), Type.String({ maxLength: 64 }))),
    otherwise: optional(Type.String({ maxLength: 64 })),
    absent: optional(Absent),
    every: optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
  },
  strict,
);
export type OwnRegister = Static<typeof OwnRegister>;
export type OwnOperand = Static<typeof OwnOperand>;
