import { Reading } from '@vigie/contract';
import Type, { type Static } from 'typebox';
import type { DecodeOutcome, Definition, LorawanDefinition, ModbusDefinition, TimedSample } from './definition.ts';
import { encodeCommand } from './encode-command.ts';
import { fromHex, toHex } from './kernel/byte-reader.ts';
import { decodeRegisters } from './kernel/register-map.ts';
import { SparseRegisterImage } from './kernel/sparse-register-image.ts';
import { placeSunspec, sunspecModelsIn } from './kernel/sunspec.ts';
import { normalise } from './normalise.ts';
import { UplinkParts } from './uplink-parts.ts';

const Words = Type.Array(Type.Integer({ minimum: 0, maximum: 0xffff }), { minItems: 1 });
const Block = Type.Record(Type.String({ pattern: '^(0x[0-9a-fA-F]{1,4}|[0-9]{1,5})$' }), Words);
const TABLES = ['coil', 'discreteInput', 'holdingRegister', 'inputRegister'] as const;
const strict = { additionalProperties: false } as const;

const LorawanInput = Type.Object(
  {
    fPort: Type.Integer({ minimum: 0, maximum: 255 }),
    hex: Type.String(),
    receivedAt: Type.Optional(Type.Integer()),
    /** What earlier messages of the device left. */
    memory: Type.Optional(Type.Record(Type.String(), Type.Number())),
  },
  strict,
);
/** The frames of one message, their counters in a row. */
const LorawanParts = Type.Object({ parts: Type.Array(LorawanInput, { minItems: 2 }) }, strict);
const ModbusInput = Type.Object(
  {
    registers: Type.Object(
      {
        coil: Type.Optional(Block),
        discreteInput: Type.Optional(Block),
        holdingRegister: Type.Optional(Block),
        inputRegister: Type.Optional(Block),
      },
      strict,
    ),
  },
  strict,
);

/** What a device must be decoded to, and from where that is known: the file `<model>.golden.json` beside a definition. */
export const Golden = Type.Object(
  {
    decode: Type.Array(
      Type.Object(
        {
          description: Type.String({ minLength: 3 }),
          source: Type.String({ minLength: 3 }),
          input: Type.Union([LorawanInput, LorawanParts, ModbusInput]),
          expect: Type.Union([
            Type.Object(
              {
                readings: Type.Array(Reading),
                deviceAt: Type.Optional(Type.String()),
                samples: Type.Optional(
                  Type.Array(
                    Type.Object({ at: Type.String(), readings: Type.Array(Reading, { minItems: 1 }) }, strict),
                  ),
                ),
                memory: Type.Optional(Type.Record(Type.String(), Type.Number())),
                alarm: Type.Optional(Type.Boolean()),
              },
              strict,
            ),
            Type.Object({ code: Type.String() }, strict),
          ]),
        },
        strict,
      ),
      { minItems: 1 },
    ),
    commands: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String(),
            args: Type.Record(Type.String(), Type.Union([Type.Number(), Type.String(), Type.Boolean()])),
            source: Type.String({ minLength: 3 }),
            expect: Type.Union([
              Type.Object({ fPort: Type.Integer(), hex: Type.String() }, strict),
              Type.Object(
                {
                  writes: Type.Array(
                    Type.Object({
                      table: Type.Union([Type.Literal('coil'), Type.Literal('holdingRegister')]),
                      address: Type.Integer(),
                      values: Type.Array(Type.Integer()),
                      readBack: Type.Boolean(),
                    }),
                  ),
                },
                strict,
              ),
              Type.Object({ code: Type.String() }, strict),
            ]),
          },
          strict,
        ),
      ),
    ),
  },
  strict,
);
export type Golden = Static<typeof Golden>;
type DecodeCase = Golden['decode'][number];
type CommandCase = NonNullable<Golden['commands']>[number];

/** Where a definition does not do what its golden says, one sentence for each; empty when all is as it should be. */
export function checkGolden(definition: Definition, golden: Golden): string[] {
  const decodes = golden.decode.flatMap((one) => difference(one.description, one.expect, decodeCase(definition, one)));
  const commands = (golden.commands ?? []).flatMap((one) =>
    difference(`${one.name} ${JSON.stringify(one.args)}`, one.expect, commandCase(definition, one)),
  );
  return [...decodes, ...commands];
}

function decodeCase(definition: Definition, { input }: DecodeCase): unknown {
  const outcome = decodeInput(definition, input);
  if (typeof outcome === 'string') return outcome;
  if (!outcome.ok) return { code: outcome.code };
  const { readings, rejected } = normalise(outcome.decoded);
  if (rejected.length > 0) return { rejected: rejected.map(({ message }) => message) };
  const { deviceAt, alarm, samples, memory } = outcome.decoded;
  return {
    readings,
    ...(deviceAt === undefined ? {} : { deviceAt: new Date(deviceAt).toISOString() }),
    ...(alarm ? { alarm } : {}),
    ...(samples === undefined ? {} : { samples: samples.map(sampleCase) }),
    ...(memory === undefined ? {} : { memory }),
  };
}

function sampleCase({ at, readings }: TimedSample): unknown {
  const normalised = normalise({ readings });
  const rejected = normalised.rejected.map(({ message }) => message);
  return { at: new Date(at).toISOString(), readings: rejected.length > 0 ? rejected : normalised.readings };
}

function decodeInput(definition: Definition, input: DecodeCase['input']): DecodeOutcome | string {
  if (definition.protocol === 'lorawan' && 'hex' in input) return decodeFrames(definition, [input]);
  if (definition.protocol === 'lorawan' && 'parts' in input) return decodeFrames(definition, input.parts);
  if (definition.protocol === 'modbus' && 'registers' in input) return decodeImage(definition, input);
  return `the input is not one of ${definition.protocol}`;
}

/** What the last of the frames is decoded to. */
function decodeFrames(
  definition: LorawanDefinition,
  frames: readonly Static<typeof LorawanInput>[],
): DecodeOutcome | string {
  const parts = new UplinkParts();
  let outcome: DecodeOutcome | string = 'there is no frame';
  for (const [fCnt, { hex, fPort, receivedAt = 0, memory }] of frames.entries()) {
    const bytes = fromHex(hex);
    if (!bytes) return 'the input is not hexadecimal';
    outcome = parts.decode('golden', fCnt, definition, { bytes, fPort, receivedAt, ...(memory && { memory }) });
  }
  return outcome;
}

function decodeImage(definition: ModbusDefinition, { registers }: Static<typeof ModbusInput>): DecodeOutcome {
  const image = new SparseRegisterImage();
  for (const table of TABLES) {
    for (const [address, words] of Object.entries(registers[table] ?? {})) image.set(table, Number(address), words);
  }
  return decodeRegisters(definition.sunspec ? placeSunspec(definition, sunspecModelsIn(image)) : definition, image);
}

function commandCase(definition: Definition, { name, args }: CommandCase): unknown {
  if (definition.protocol === 'modbus') {
    const outcome = encodeCommand(definition, name, args);
    return outcome.ok ? { writes: outcome.payload } : { code: outcome.code };
  }
  const outcome = encodeCommand(definition, name, args);
  return outcome.ok ? { fPort: outcome.payload.fPort, hex: toHex(outcome.payload.bytes) } : { code: outcome.code };
}

function difference(what: string, expected: unknown, actual: unknown): string[] {
  const wanted = canonical(expected);
  const got = canonical(actual);
  return wanted === got ? [] : [`${what}: expected ${wanted}, got ${got}`];
}

/** JSON with the properties of each object in one order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
