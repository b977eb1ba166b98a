import type { Definition, LorawanDefinition, ModbusDefinition } from '../../../decoders/src/definition.ts';
import type { Golden } from '../../../decoders/src/golden.ts';
import { fromHex } from '../../../decoders/src/kernel/byte-reader.ts';
import { decodeRegisters } from '../../../decoders/src/kernel/register-map.ts';
import { SparseRegisterImage } from '../../../decoders/src/kernel/sparse-register-image.ts';
import type { Random } from '../simulate/random.ts';
import { type Judged, judgeOutcome, layoutOf, showsItsCut } from './decoders-judge.ts';

/** Figures of a torture of decoders; all but the first and the last must be 0. */
export interface DecoderFigures {
  payloads: number;
  exceptions: number;
  unmarkedOutOfBounds: number;
  readingsFromUnknown: number;
  plausibleFromTruncated: number;
}

export interface Subject {
  definition: Definition;
  golden: Golden;
}

const LONGEST_FRAME_BYTES = 242;
const MOST_PORTS = 223;
/** 2026-01-01: samples that count back from the reception need a time. */
const RECEIVED_AT = 1_767_225_600_000;

interface Frame {
  fPort: number;
  bytes: Uint8Array;
}

/**
 * Gives decoders what no device sends: random bytes on random ports and on those of their goldens, goldens with bytes
 * changed, joined and cut; registers at random. `complain` hears of each fault with what it takes to see it again.
 */
export function* mistreatDecoders(
  subjects: readonly Subject[],
  random: Random,
  complain: (sentence: string) => void,
): Generator<DecoderFigures> {
  const figures = {
    payloads: 0,
    exceptions: 0,
    unmarkedOutOfBounds: 0,
    readingsFromUnknown: 0,
    plausibleFromTruncated: 0,
  };
  const frames = new Map(subjects.map((subject) => [subject, framesOf(subject.golden)]));
  for (let round = 0; ; round += 1) {
    const subject = subjects[round % subjects.length];
    if (!subject) return;
    const { definition } = subject;
    figures.payloads += 1;
    const found: Judged =
      definition.protocol === 'modbus'
        ? mistreatRegisters(definition, random)
        : mistreatFrame(definition, frames.get(subject) ?? [], random);
    for (const fault of found.faults) {
      figures[fault] += 1;
      complain(`${definition.id} ${fault}: ${found.seen}`);
    }
    yield figures;
  }
}

/** The frames of a golden that can be decoded by themselves. */
function framesOf({ decode }: Golden): Frame[] {
  return decode.flatMap(({ input }) => {
    const inputs = 'hex' in input ? [input] : 'parts' in input ? input.parts : [];
    return inputs.flatMap(({ fPort, hex }) => {
      const bytes = fromHex(hex);
      return bytes ? [{ fPort, bytes }] : [];
    });
  });
}

function mistreatFrame(definition: LorawanDefinition, goldens: readonly Frame[], random: Random): Judged {
  const golden = goldens[below(random, goldens.length)];
  const roll = random();
  if (!golden || roll < 0.25) return judged(definition, randomFrame(goldens, random));
  if (roll < 0.45) {
    const bytes = golden.bytes.subarray(0, below(random, golden.bytes.length));
    const whole = layoutOf(definition, golden);
    return judged(definition, { ...golden, bytes }, whole !== undefined && showsItsCut(whole, bytes.length));
  }
  return judged(definition, { ...golden, bytes: mutated(golden.bytes, random) });
}

function judged(definition: LorawanDefinition, { fPort, bytes }: Frame, isCut = false): Judged {
  const seen = `FPort ${fPort} ${Buffer.from(bytes).toString('hex')}`;
  try {
    const outcome = definition.decodeUplink({ fPort, bytes, receivedAt: RECEIVED_AT });
    return {
      seen,
      faults: judgeOutcome(outcome, { isKnown: layoutOf(definition, { fPort, bytes }) !== undefined, isCut }),
    };
  } catch (error) {
    return { seen: `${seen}: ${String(error)}`, faults: ['exceptions'] };
  }
}

function randomFrame(goldens: readonly Frame[], random: Random): Frame {
  const own = goldens[below(random, goldens.length)];
  const fPort = own && random() < 0.8 ? own.fPort : 1 + below(random, MOST_PORTS);
  const length = random() < 0.5 && own ? own.bytes.length : below(random, LONGEST_FRAME_BYTES);
  return { fPort, bytes: Uint8Array.from({ length }, () => below(random, 256)) };
}

/** A few bytes changed, most often the first ones, which say what the message is; sometimes two messages in one. */
function mutated(golden: Uint8Array, random: Random): Uint8Array {
  const bytes =
    random() < 0.1 ? Uint8Array.from([...golden, ...golden]).subarray(0, LONGEST_FRAME_BYTES) : golden.slice();
  for (let time = below(random, 4); time >= 0 && bytes.length > 0; time -= 1) {
    const at = random() < 0.3 ? below(random, Math.min(4, bytes.length)) : below(random, bytes.length);
    bytes[at] = random() < 0.3 ? (bytes[at] ?? 0) ^ (1 << below(random, 8)) : below(random, 256);
  }
  return bytes;
}

/** Words that sensors and meters use for "none" as often as any other. */
const EXTREMES = [0, 1, 0x7fff, 0x8000, 0xffff] as const;

function mistreatRegisters(definition: ModbusDefinition, random: Random): Judged {
  const image = new SparseRegisterImage();
  for (const { table, address, length = 4 } of definition.registers) {
    if (random() < 0.1) continue;
    const isBit = table === 'coil' || table === 'discreteInput';
    const words = Array.from({ length: Math.max(4, length) }, () =>
      isBit
        ? below(random, 2)
        : random() < 0.3
          ? (EXTREMES[below(random, EXTREMES.length)] ?? 0)
          : below(random, 0x1_0000),
    );
    image.set(table, address, words);
  }
  try {
    return {
      seen: 'random registers',
      faults: judgeOutcome(decodeRegisters(definition, image), { isKnown: true, isCut: false }),
    };
  } catch (error) {
    return { seen: `random registers: ${String(error)}`, faults: ['exceptions'] };
  }
}

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}
