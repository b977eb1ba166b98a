import type { Link } from '../link.ts';

/** One block of a SunSpec device: `address` is that of its first register after the header of two. */
export interface SunspecModel {
  id: number;
  address: number;
  length: number;
}

export interface SunspecDevice {
  base: number;
  models: SunspecModel[];
  /** From the common model (1), where it is there. */
  manufacturer?: string;
  device?: string;
  version?: string;
  serialNumber?: string;
}

/** SunSpec Device Information Model Specification section 6.2: where the map may begin, the usual place first. */
const BASES = [40_000, 50_000, 0];
const WELL_KNOWN = [0x5375, 0x6e53];
const COMMON_MODEL = 1;
const END_MODEL = 0xffff;
const MAX_MODELS = 64;
/** Offsets and lengths of the texts in the common model. */
const COMMON_TEXTS = { manufacturer: [0, 16], device: [16, 16], version: [40, 8], serialNumber: [48, 16] } as const;

/** Finds the SunSpec map of a unit and walks from model to model; undefined where there is none. */
export async function discoverSunspec(link: Link, unit: number): Promise<SunspecDevice | undefined> {
  for (const base of BASES) {
    const mark = await readWords(link, unit, base, 2);
    if (!mark || mark[0] !== WELL_KNOWN[0] || mark[1] !== WELL_KNOWN[1]) continue;
    const models = await walk(link, unit, base + 2);
    return { base, models, ...(await readCommon(link, unit, models)) };
  }
  return undefined;
}

async function walk(link: Link, unit: number, first: number): Promise<SunspecModel[]> {
  const models: SunspecModel[] = [];
  let address = first;
  while (models.length < MAX_MODELS && address + 1 <= 0xffff) {
    const [id, length] = (await readWords(link, unit, address, 2)) ?? [];
    if (id === undefined || length === undefined || id === END_MODEL) break;
    models.push({ id, address: address + 2, length });
    address += 2 + length;
  }
  return models;
}

async function readCommon(
  link: Link,
  unit: number,
  models: readonly SunspecModel[],
): Promise<Partial<Record<keyof typeof COMMON_TEXTS, string>>> {
  const common = models.find(({ id }) => id === COMMON_MODEL);
  const words = common && (await readWords(link, unit, common.address, Math.min(common.length, 65)));
  if (!words) return {};
  return Object.fromEntries(
    Object.entries(COMMON_TEXTS).flatMap(([name, [offset, length]]) => {
      const text = textOf(words.slice(offset, offset + length));
      return text === '' ? [] : [[name, text]];
    }),
  );
}

function textOf(words: readonly number[]): string {
  const bytes = words.flatMap((word) => [word >> 8, word & 0xff]);
  const end = bytes.indexOf(0);
  return String.fromCharCode(...(end < 0 ? bytes : bytes.slice(0, end))).trim();
}

async function readWords(link: Link, unit: number, address: number, count: number): Promise<number[] | undefined> {
  const exchange = await link.exchange(unit, { kind: 'read', table: 'holdingRegister', address, count });
  return exchange.ok && exchange.reply.kind === 'values' ? exchange.reply.values : undefined;
}
