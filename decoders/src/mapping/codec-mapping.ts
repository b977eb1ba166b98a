import Type, { type Static } from 'typebox';

const strict = { additionalProperties: false } as const;

/**
 * A place in what a codec returned: names separated by dots, `[n]` for an item and `[*]` for all of them, from the
 * codec's `data`; `registers[*].value` is the value of each register.
 */
const Path = Type.String({
  pattern: '^[^.\\[\\]]+(\\[([0-9]+|\\*)\\])*(\\.[^.\\[\\]]+(\\[([0-9]+|\\*)\\])*)*$',
  maxLength: 256,
});
const Scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

const Condition = Type.Object({ path: Path, equals: Type.Optional(Scalar), not: Type.Optional(Scalar) }, strict);

export const MappedReading = Type.Object(
  {
    path: Path,
    quantity: Type.String(),
    /** Fixed, or taken from the codec's output, with the words there replaced by ours. */
    channel: Type.Optional(
      Type.Union([
        Type.String({ minLength: 1 }),
        Type.Object(
          {
            path: Path,
            map: Type.Optional(Type.Record(Type.String(), Type.String())),
            prefix: Type.Optional(Type.String()),
          },
          strict,
        ),
        /** The number of the item that `[*]` stands at, from 1. */
        Type.Object({ index: Type.Literal(true), prefix: Type.Optional(Type.String()) }, strict),
      ]),
    ),
    /** value × scale + offset, in the unit below or else in the vocabulary's. */
    scale: Type.Optional(Type.Number()),
    offset: Type.Optional(Type.Number()),
    /** UCUM unit of the codec's value; it is converted to the vocabulary's. */
    unit: Type.Optional(Type.String()),
    /** Our word for each of the codec's values. A value without a word gives no reading. */
    states: Type.Optional(Type.Record(Type.String(), Type.String(), { minProperties: 1 })),
    /** The codec writes a number as text, perhaps with a unit behind it: "2000 mm". */
    text: Type.Optional(Type.Literal('number')),
    /** Values that mean "no value". */
    absent: Type.Optional(Type.Array(Scalar)),
    /** All must hold. */
    when: Type.Optional(Type.Array(Condition, { minItems: 1 })),
  },
  strict,
);
export type MappedReading = Static<typeof MappedReading>;

/** What turns the output of a vendor's codec into readings: a file of JSON beside nobody's code. */
export const CodecMapping = Type.Object(
  {
    schema: Type.Literal(1),
    title: Type.Optional(Type.String()),
    /** Rises when the same output gives other readings. */
    version: Type.Optional(Type.Integer({ minimum: 1 })),
    readings: Type.Array(MappedReading, { minItems: 1, maxItems: 512 }),
    /** The device's own time. */
    deviceAt: Type.Optional(
      Type.Object(
        {
          path: Path,
          format: Type.Union([Type.Literal('seconds'), Type.Literal('milliseconds'), Type.Literal('iso')]),
        },
        strict,
      ),
    ),
    /** Any of these makes the record an alarm. */
    alarm: Type.Optional(Type.Array(Condition, { minItems: 1 })),
  },
  strict,
);
export type CodecMapping = Static<typeof CodecMapping>;
export type MappingCondition = Static<typeof Condition>;
