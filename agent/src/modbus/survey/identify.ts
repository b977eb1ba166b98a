import type { Reading } from '@vigie/contract';
import { decodeRegisters, type ModbusDefinition, normalise, placeSunspec } from '@vigie/decoders';
import type { BusAccess } from '../bus-access.ts';
import { PollImage } from '../poll-image.ts';
import { planOptions, planReads, spansDue } from '../read-planner.ts';
import { describeSunspec, type SunspecDevice } from './sunspec.ts';

export interface Identity {
  /** Objects of device identification by name; empty where the slave does not know it. */
  identification: Record<string, string>;
  sunspec?: SunspecDevice;
  /** Models of the catalogue that read well, the best first. */
  candidates: Candidate[];
}

/** How well a definition reads on a slave. */
export interface Candidate {
  model: string;
  title: string;
  /** Share of the definition's points that gave a value within the bounds of its quantity, 0 to 1. */
  plausible: number;
  readings: Reading[];
}

/** V1.1b3 section 6.21: objects of the basic and regular categories. */
const OBJECT_NAMES: Readonly<Record<number, string>> = {
  0: 'vendor',
  1: 'productCode',
  2: 'revision',
  3: 'vendorUrl',
  4: 'productName',
  5: 'modelName',
  6: 'application',
};
const MAX_ROUNDS = 8;
const LEAST_PLAUSIBLE = 0.5;

/** Asks a slave who it is in every way there is: identification, SunSpec, and how well each definition reads. */
export async function identify(
  link: BusAccess,
  unit: number,
  definitions: readonly ModbusDefinition[],
): Promise<Identity> {
  const identification = await readIdentification(link, unit);
  const sunspec = await describeSunspec(link, unit);
  const candidates: Candidate[] = [];
  for (const definition of definitions) {
    const candidate = await tryDefinition(link, unit, placeSunspec(definition, sunspec?.models ?? []));
    if (candidate.plausible >= LEAST_PLAUSIBLE) candidates.push(candidate);
  }
  candidates.sort((a, b) => b.plausible - a.plausible || b.readings.length - a.readings.length);
  return { identification, ...(sunspec ? { sunspec } : {}), candidates };
}

/** Reads everything that a definition names, once; what is refused is left out. */
export async function tryDefinition(link: BusAccess, unit: number, definition: ModbusDefinition): Promise<Candidate> {
  const image = new PollImage();
  for (const read of planReads(spansDue(definition.registers, 0), planOptions(definition))) {
    const { table, address, count } = read;
    const exchange = await link.exchange(unit, { kind: 'read', table, address, count });
    if (!exchange.ok) break;
    if (exchange.reply.kind === 'values') image.add(read, exchange.reply.values);
  }
  const outcome = decodeRegisters(definition, image);
  const readings = outcome.ok ? normalise(outcome.decoded).readings : [];
  const good = readings.filter(({ quality }) => quality === undefined).length;
  const { id: model, title } = definition;
  return { model, title, plausible: good / Math.max(1, definition.registers.length), readings };
}

async function readIdentification(link: BusAccess, unit: number): Promise<Record<string, string>> {
  const objects: Record<string, string> = {};
  for (const code of [2, 1] as const) {
    let object = 0;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const exchange = await link.exchange(unit, { kind: 'identify', code, object });
      if (!exchange.ok || exchange.reply.kind !== 'objects') break;
      for (const [id, text] of exchange.reply.objects) objects[OBJECT_NAMES[id] ?? `object${id}`] = text;
      if (exchange.reply.nextObject === undefined) return objects;
      object = exchange.reply.nextObject;
    }
  }
  return objects;
}
