import Type, { type Static } from 'typebox';
import { ModelDerivation, ModelParameter, ParameterName } from './model-parameters.ts';
import { ModelId } from './primitives.ts';

const strict = { additionalProperties: false } as const;

/** Length of a vendor's codec in characters; the largest ones in public device repositories have about 90,000. */
export const MAX_CODEC_LENGTH = 262_144;
export const MAX_MODELS = 64;

const common = {
  /** As the devices of the document name it; must not be one of the catalogue's. */
  id: ModelId,
  title: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  /** One of the domains of the catalogue (`water`, `lighting`, …). */
  domain: Type.String({ pattern: '^[a-z]{2,32}$' }),
  /** Rises when the same bytes give other readings. */
  version: Type.Optional(Type.Integer({ minimum: 1 })),
  /** The vendor's document, for whoever reads this next. */
  source: Type.Optional(Type.String({ maxLength: 512 })),
};

/** A LoRaWAN model that its vendor's codec (TS013) decodes in the sandbox; `mapping` brings its output into the vocabulary. */
export const CodecModel = Type.Object(
  {
    ...common,
    lorawan: Type.Object(
      {
        script: Type.String({ minLength: 1, maxLength: MAX_CODEC_LENGTH }),
        /** A codec mapping; its own schema is the decoders'. */
        mapping: Type.Object({}, { additionalProperties: true }),
      },
      strict,
    ),
  },
  strict,
);
export type CodecModel = Static<typeof CodecModel>;

const Registers = Type.Array(Type.Object({}, { additionalProperties: true }), { maxItems: 512 });

/** A Modbus model as a register map. The schemas of registers, device time and commands are the decoders'. */
export const RegisterModel = Type.Object(
  {
    ...common,
    modbus: Type.Object(
      {
        /** May be empty where there are SunSpec blocks. */
        registers: Registers,
        maxRegisters: Type.Optional(Type.Integer({ minimum: 1, maximum: 125 })),
        /** Registers that nobody asked for and that are read along rather than make two requests. */
        maxGap: Type.Optional(Type.Integer({ minimum: 0, maximum: 124 })),
        /** Ranges that the device refuses to read across, first and last address. */
        holes: Type.Optional(
          Type.Array(
            Type.Object(
              {
                table: Type.Enum(['coil', 'discreteInput', 'holdingRegister', 'inputRegister']),
                from: Type.Integer({ minimum: 0, maximum: 65_535 }),
                to: Type.Integer({ minimum: 0, maximum: 65_535 }),
              },
              strict,
            ),
            { maxItems: 64 },
          ),
        ),
        /** Registers whose addresses count from the first point of a SunSpec model that the device has. */
        sunspec: Type.Optional(
          Type.Array(
            Type.Object(
              {
                models: Type.Array(Type.Integer({ minimum: 1, maximum: 65_534 }), { minItems: 1, maxItems: 64 }),
                registers: Registers,
              },
              strict,
            ),
            { maxItems: 16 },
          ),
        ),
        deviceAt: Type.Optional(Type.Object({}, { additionalProperties: true })),
        /** What must be known of one device beyond its model, and the readings that follow from it. */
        parameters: Type.Optional(Type.Record(ParameterName, ModelParameter)),
        derived: Type.Optional(Type.Array(ModelDerivation, { minItems: 1, maxItems: 64 })),
        commands: Type.Optional(
          Type.Record(
            Type.String({ pattern: '^[a-z][A-Za-z0-9]*(\\.[A-Za-z0-9]+){0,3}$', maxLength: 64 }),
            Type.Object({}, { additionalProperties: true }),
          ),
        ),
      },
      strict,
    ),
  },
  strict,
);
export type RegisterModel = Static<typeof RegisterModel>;

/** A model that the catalogue does not have, described in the document itself. */
export const ModelConfig = Type.Union([CodecModel, RegisterModel]);
export type ModelConfig = Static<typeof ModelConfig>;
