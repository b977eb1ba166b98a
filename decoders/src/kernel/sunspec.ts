import type { ModbusDefinition, RegisterImage, RegisterOperand, RegisterPoint, RegisterTable } from '../definition.ts';

/** "SunS", the marker at the beginning of a SunSpec map (SunSpec Device Information Model, section 6.1). */
const MARKER = [0x5375, 0x6e53] as const;
const END_MODEL = 0xffff;
const MAX_MODELS = 64;

/** Where the marker may stand; the first that answers with it is taken. */
const SUNSPEC_BASES = [40_000, 50_000, 0] as const;

export interface SunspecModel {
  id: number;
  /** Address of the model's first point behind its id and length. */
  address: number;
  length: number;
}

/** Reads registers of the device: undefined where it refuses. */
export type ReadRegisters = (
  table: RegisterTable,
  address: number,
  count: number,
) => Promise<readonly number[] | undefined>;

/** Walks the chain of models that a device offers; empty when it does not speak SunSpec. `first`: which place is tried first. */
export async function discoverSunspec(read: ReadRegisters, first = 0): Promise<SunspecModel[]> {
  const walk = walkSunspec(first);
  let step = walk.next();
  while (!step.done) step = walk.next(await read('holdingRegister', step.value.address, step.value.count));
  return step.value;
}

/** The same in registers that were read before. */
export function sunspecModelsIn(image: RegisterImage): SunspecModel[] {
  const walk = walkSunspec();
  let step = walk.next();
  while (!step.done) step = walk.next(image.words('holdingRegister', step.value.address, step.value.count));
  return step.value;
}

type Words = readonly number[] | undefined;

/** Yields what is to be read next and is told what was there. */
function* walkSunspec(first = 0): Generator<{ address: number; count: number }, SunspecModel[], Words> {
  for (const index of SUNSPEC_BASES.keys()) {
    const base = SUNSPEC_BASES[(index + first) % SUNSPEC_BASES.length] ?? 0;
    const marker = yield { address: base, count: 2 };
    if (marker?.[0] !== MARKER[0] || marker[1] !== MARKER[1]) continue;
    const models: SunspecModel[] = [];
    let address = base + 2;
    while (models.length < MAX_MODELS) {
      const [id, length]: readonly number[] = (yield { address, count: 2 }) ?? [];
      if (id === undefined || length === undefined || id === END_MODEL || address + 2 + length > 0xffff) break;
      models.push({ id, address: address + 2, length });
      address += 2 + length;
    }
    return models;
  }
  return [];
}

/**
 * The definition with its SunSpec blocks laid out as the device's chain of models says: a block whose model the device
 * does not have is left out, and of several models of one kind the first is taken.
 */
export function placeSunspec(definition: ModbusDefinition, models: readonly SunspecModel[]): ModbusDefinition {
  const { sunspec = [], ...rest } = definition;
  const placed = sunspec.flatMap((block) => {
    const model = models.find(({ id }) => block.models.includes(id));
    return model
      ? block.registers.filter((point) => point.address < model.length).map((point) => moved(point, model.address))
      : [];
  });
  return { ...rest, registers: [...rest.registers, ...placed] };
}

function moved(point: RegisterPoint, by: number): RegisterPoint {
  const { scaleRegister, times, dividedBy, plus, sign } = point;
  const shift = <Operand extends RegisterOperand>(operand: Operand): Operand => ({
    ...operand,
    address: operand.address + by,
  });
  return {
    ...point,
    address: point.address + by,
    ...(scaleRegister === undefined ? {} : { scaleRegister: scaleRegister + by }),
    ...(times ? { times: shift(times) } : {}),
    ...(dividedBy ? { dividedBy: shift(dividedBy) } : {}),
    ...(plus ? { plus: plus.map(shift) } : {}),
    ...(sign ? { sign: shift(sign) } : {}),
  };
}
