import { ModelDerivation, ModelParameter, ParameterName } from '@vigie/contract';
import Type, { type Static } from 'typebox';
import { CodecTime } from './codec-time.ts';
import { ValuePath } from './value-path.ts';

const strict = { additionalProperties: false } as const;

const Scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

const Condition = Type.Object({ path: ValuePath, equals: Type.Optional(Scalar), not: Type.Optional(Scalar) }, strict);

export const MappedReading = Type.Object(
  {
    path: ValuePath,
    quantity: Type.String(),
    /** Fixed, or taken from the codec's output, with the words there replaced by ours. */
    channel: Type.Optional(
      Type.Union([
        Type.String({ minLength: 1 }),
        Type.Object(
          {
            path: ValuePath,
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
    /** What stands before the decimals of such a text; with it the other mark groups thousands ("1.234,5"). */
    decimalMark: Type.Optional(Type.Union([Type.Literal('.'), Type.Literal(',')])),
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
    deviceAt: Type.Optional(CodecTime),
    /** Earlier moments that the message tells of: each item at `path` is one, and paths within begin at it. */
    samples: Type.Optional(
      Type.Array(
        Type.Object(
          { path: ValuePath, at: CodecTime, readings: Type.Array(MappedReading, { minItems: 1, maxItems: 64 }) },
          strict,
        ),
        { minItems: 1, maxItems: 16 },
      ),
    ),
    /** FPort of downlinks, for an encoder of an interface before TS013, which does not say one. */
    downlinkPort: Type.Optional(Type.Integer({ minimum: 1, maximum: 223 })),
    /** What must be known of one device beyond its model, and the readings that follow from it. */
    parameters: Type.Optional(Type.Record(ParameterName, ModelParameter)),
    derived: Type.Optional(Type.Array(ModelDerivation, { minItems: 1, maxItems: 64 })),
    /** Any of these makes the record an alarm. */
    alarm: Type.Optional(Type.Array(Condition, { minItems: 1 })),
  },
  strict,
);
export type CodecMapping = Static<typeof CodecMapping>;
export type MappingCondition = Static<typeof Condition>;
