import { discoverSunspec, type ReadRegisters, type SunspecModel } from '@vigie/decoders';
import type { BusAccess } from '../bus-access.ts';
import type { Exchange } from '../link.ts';
import { textOf } from '../pdu.ts';

export interface SunspecDevice {
  models: SunspecModel[];
  /** From the common model (1), where it is there. */
  manufacturer?: string;
  device?: string;
  version?: string;
  serialNumber?: string;
}

const COMMON_MODEL = 1;
/** Offsets and lengths of the texts in the common model. */
const COMMON_TEXTS = { manufacturer: [0, 16], device: [16, 16], version: [40, 8], serialNumber: [48, 16] } as const;

/**
 * The chain of SunSpec models that a unit offers, none where it has no map; or why it could not be asked. `firstBase`:
 * which of the places of a map is tried first.
 */
export async function readSunspecModels(
  link: Pick<BusAccess, 'exchange'>,
  unit: number,
  firstBase = 0,
): Promise<{ models: SunspecModel[]; failure?: Extract<Exchange, { ok: false }> }> {
  let failure: Extract<Exchange, { ok: false }> | undefined;
  const read: ReadRegisters = async (table, address, count) => {
    // A slave that keeps silent is not asked at one base after the other.
    if (failure) return undefined;
    const exchange = await link.exchange(unit, { kind: 'read', table, address, count });
    if (!exchange.ok) failure = exchange;
    return exchange.ok && exchange.reply.kind === 'values' ? exchange.reply.values : undefined;
  };
  const models = await discoverSunspec(read, firstBase);
  return failure ? { models, failure } : { models };
}

/** What the SunSpec map of a unit says of it; undefined where there is none. */
export async function describeSunspec(link: BusAccess, unit: number): Promise<SunspecDevice | undefined> {
  const { models } = await readSunspecModels(link, unit);
  if (models.length === 0) return undefined;
  const common = models.find(({ id }) => id === COMMON_MODEL);
  if (!common) return { models };
  const { address, length } = common;
  const count = Math.min(length, 65);
  const exchange = await link.exchange(unit, { kind: 'read', table: 'holdingRegister', address, count });
  const words = exchange.ok && exchange.reply.kind === 'values' ? exchange.reply.values : [];
  return { models, ...textsOf(words) };
}

function textsOf(words: readonly number[]): Partial<Record<keyof typeof COMMON_TEXTS, string>> {
  return Object.fromEntries(
    Object.entries(COMMON_TEXTS).flatMap(([name, [offset, length]]) => {
      const bytes = words.slice(offset, offset + length).flatMap((word) => [word >> 8, word & 0xff]);
      const end = bytes.indexOf(0);
      const text = textOf(Uint8Array.from(end < 0 ? bytes : bytes.slice(0, end))).trim();
      return text === '' ? [] : [[name, text]];
    }),
  );
}
