import Type, { type Static } from 'typebox';

const strict = { additionalProperties: false } as const;
/** Name of a parameter of a model. */
export const ParameterName = Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,47}$' });
const Scalar = Type.Union([Type.Number(), Type.String({ maxLength: 128 }), Type.Boolean()]);
const Term = Type.Union([Type.Number(), Type.Object({ parameter: ParameterName }, strict)]);

/** What a model must be told of one device: the weight of its pulses, the ratio of its transformers. */
export const ModelParameter = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 128 }),
    titleFr: Type.String({ minLength: 1, maxLength: 128 }),
    type: Type.Union([Type.Literal('number'), Type.Literal('choice'), Type.Literal('boolean')]),
    unit: Type.Optional(Type.String({ maxLength: 32 })),
    minimum: Type.Optional(Type.Number()),
    maximum: Type.Optional(Type.Number()),
    integer: Type.Optional(Type.Boolean()),
    choices: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: 64 })),
    default: Type.Optional(Scalar),
  },
  strict,
);

/** A reading that follows from another one and from parameters; its semantics are the decoders'. */
export const ModelDerivation = Type.Object(
  {
    from: Type.Object(
      { quantity: Type.String(), channel: Type.Optional(Type.String()), each: Type.Optional(Type.Literal(true)) },
      strict,
    ),
    to: Type.Object(
      {
        quantity: Type.Union([
          Type.String(),
          Type.Object({ parameter: ParameterName, map: Type.Record(Type.String(), Type.String()) }, strict),
        ]),
        channel: Type.Optional(Type.String()),
      },
      strict,
    ),
    factor: Type.Optional(Term),
    offset: Type.Optional(Term),
    vessel: Type.Optional(
      Type.Object(
        {
          height: Term,
          gap: Type.Optional(Term),
          shape: Type.Optional(Type.Object({ parameter: ParameterName }, strict)),
        },
        strict,
      ),
    ),
    when: Type.Optional(Type.Object({ parameter: ParameterName, equals: Scalar }, strict)),
    replaces: Type.Optional(Type.Literal(true)),
  },
  strict,
);

/** The parameters of one device, by name. */
export const DeviceParameters = Type.Record(ParameterName, Scalar);
export type DeviceParameters = Static<typeof DeviceParameters>;
