import Type, { type Static } from 'typebox';

/**
 * A register as a document brings it along: `RegisterPoint` in JSON. A raw value that means "not implemented" may be
 * written in hexadecimal (`"0xffffffffffffffff"`), since JSON has no whole numbers beyond 2^53.
 */
export const OwnRegister = Type.Object(
  {
    table: Type.Enum(['coil', 'discreteInput', 'holdingRegister', 'inputRegister']),
    address: Type.Integer({ minimum: 0, maximum: 65_535 }),
    type: Type.Enum([
      ...['bit', 'uint16', 'int16', 'uint32', 'int32', 'uint64', 'int64', 'float32', 'float64', 'bcd16', 'bcd32'],
      'string',
    ] as const),
    order: Type.Optional(Type.Enum(['ABCD', 'CDAB', 'BADC', 'DCBA'])),
    length: Type.Optional(Type.Integer({ minimum: 1, maximum: 125 })),
    bits: Type.Optional(
      Type.Tuple([Type.Integer({ minimum: 0, maximum: 31 }), Type.Integer({ minimum: 1, maximum: 32 })]),
    ),
    quantity: Type.String({ maxLength: 64 }),
    channel: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_+-]{0,31}$' })),
    scale: Type.Optional(Type.Number()),
    offset: Type.Optional(Type.Number()),
    scaleRegister: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
    states: Type.Optional(Type.Record(Type.String({ pattern: '^-?[0-9]{1,10}$' }), Type.String({ maxLength: 64 }))),
    otherwise: Type.Optional(Type.String({ maxLength: 64 })),
    absent: Type.Optional(
      Type.Array(Type.Union([Type.Number(), Type.Literal('nan'), Type.String({ pattern: '^0x[0-9a-fA-F]{1,16}$' })]), {
        maxItems: 16,
      }),
    ),
    every: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
  },
  { additionalProperties: false },
);
export type OwnRegister = Static<typeof OwnRegister>;
