import Type from 'typebox';

const strict = { additionalProperties: false } as const;
const Name = Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,47}$' });
const Scalar = Type.Union([Type.Number(), Type.String({ maxLength: 128 }), Type.Boolean()]);
const Term = Type.Union([Type.Number(), Type.Object({ parameter: Name }, strict)]);

/** A `ParameterSpec` in a document. */
export const ParameterSchema = Type.Object(
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

/** A `Derivation` in a document. */
export const DerivationSchema = Type.Object(
  {
    from: Type.Object(
      { quantity: Type.String(), channel: Type.Optional(Type.String()), each: Type.Optional(Type.Literal(true)) },
      strict,
    ),
    to: Type.Object(
      {
        quantity: Type.Union([
          Type.String(),
          Type.Object({ parameter: Name, map: Type.Record(Type.String(), Type.String()) }, strict),
        ]),
        channel: Type.Optional(Type.String()),
      },
      strict,
    ),
    factor: Type.Optional(Term),
    offset: Type.Optional(Term),
    vessel: Type.Optional(
      Type.Object(
        { height: Term, gap: Type.Optional(Term), shape: Type.Optional(Type.Object({ parameter: Name }, strict)) },
        strict,
      ),
    ),
    when: Type.Optional(Type.Object({ parameter: Name, equals: Scalar }, strict)),
    replaces: Type.Optional(Type.Literal(true)),
  },
  strict,
);
