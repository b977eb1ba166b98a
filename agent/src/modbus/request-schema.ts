import Type, { type Static } from 'typebox';
import { MAX_READ_BITS, MAX_WRITE_COILS, MAX_WRITE_REGISTERS } from './pdu.ts';

const strict = { additionalProperties: false } as const;
const Word = Type.Integer({ minimum: 0, maximum: 65_535 });
const By = Type.Optional(Type.Enum(['single', 'multiple']));
const Table = Type.Enum(['coil', 'discreteInput', 'holdingRegister', 'inputRegister']);

/** `ModbusRequest` as it comes from outside the process. */
export const ModbusRequestSchema = Type.Union([
  Type.Object(
    {
      kind: Type.Literal('read'),
      table: Table,
      address: Word,
      count: Type.Integer({ minimum: 1, maximum: MAX_READ_BITS }),
    },
    strict,
  ),
  Type.Object(
    {
      kind: Type.Literal('writeCoils'),
      address: Word,
      values: Type.Array(Type.Integer({ minimum: 0, maximum: 1 }), { minItems: 1, maxItems: MAX_WRITE_COILS }),
      by: By,
    },
    strict,
  ),
  Type.Object(
    {
      kind: Type.Literal('writeRegisters'),
      address: Word,
      values: Type.Array(Word, { minItems: 1, maxItems: MAX_WRITE_REGISTERS }),
      by: By,
    },
    strict,
  ),
  Type.Object({ kind: Type.Literal('maskWrite'), address: Word, and: Word, or: Word }, strict),
  Type.Object({ kind: Type.Literal('echo'), data: Word }, strict),
  Type.Object(
    {
      kind: Type.Literal('identify'),
      code: Type.Enum([1, 2, 3, 4]),
      object: Type.Integer({ minimum: 0, maximum: 255 }),
    },
    strict,
  ),
]);
export type ModbusRequestSchema = Static<typeof ModbusRequestSchema>;
