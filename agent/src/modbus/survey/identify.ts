import type { Reading } from '@vigie/contract';
import { decodeRegisters, type ModbusDefinition, normalise, placeSunspec } from '@vigie/decoders';
import type { BusAccess } from '../bus-access.ts';
import { readInPieces } from '../piecewise-read.ts';
import { PollImage } from '../poll-image.ts';
import { limitOf, planOptions, planReads, spansDue, splitRead } from '../read-planner.ts';
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
/** A point that is missing or wild counts as so many good ones against a model. */
const AGAINST = 3;
/** A slave may be silent about what it does not have; one that is silent twice has another model or is not there. */
const MAX_SILENCES = 2;
/** A slave that refuses much is no device of this model. */
const MAX_READS = 64;

/** Asks a slave who it is in every way there is: identification, SunSpec, and how well each definition reads. */
export async function identify(
  link: BusAccess,
  unit: number,
  definitions: readonly ModbusDefinition[],
): Promise<Identity> {
  const identification = await readIdentification(link, unit);
  const sunspec = await describeSunspec(link, unit);
  const candidates: Placed[] = [];
  for (const definition of definitions) {
    const placed = placeSunspec(definition, sunspec?.models ?? []);
    const candidate = await tryDefinition(link, unit, placed);
    if (candidate.plausible >= LEAST_PLAUSIBLE) candidates.push({ candidate, places: placesIn(placed) });
  }
  return { identification, ...(sunspec ? { sunspec } : {}), candidates: ranked(candidates) };
}

interface Placed {
  candidate: Candidate;
  /** What the definition reads, a word for each point. */
  places: ReadonlySet<string>;
}

function placesIn({ registers }: ModbusDefinition): ReadonlySet<string> {
  return new Set(registers.map(({ table, address, type }) => `${table} ${address} ${type}`));
}

/**
 * A point that does not read well speaks against a model more than one that does speaks for it; and whatever a model
 * reads, one that is a part of it reads as well, so that the whole goes before the part.
 */
function ranked(candidates: readonly Placed[]): Candidate[] {
  const sorted = candidates.toSorted(
    (a, b) => scoreOf(b) - scoreOf(a) || b.candidate.plausible - a.candidate.plausible || b.places.size - a.places.size,
  );
  const order: Placed[] = [];
  for (const one of sorted) {
    const part = order.findIndex(({ places }) => places.size < one.places.size && places.isSubsetOf(one.places));
    order.splice(part < 0 ? order.length : part, 0, one);
  }
  return order.map(({ candidate }) => candidate);
}

function scoreOf({ candidate: { plausible }, places: { size } }: Placed): number {
  return size * plausible - AGAINST * size * (1 - plausible);
}

/** Reads everything that a definition names, once; what is refused or met with silence is left out. */
export async function tryDefinition(link: BusAccess, unit: number, definition: ModbusDefinition): Promise<Candidate> {
  const image = new PollImage();
  const options = planOptions(definition);
  const reads = planReads(spansDue(definition, 0), options);
  let silences = 0;
  let left = MAX_READS;
  for (let read = reads.shift(); read && left > 0; read = reads.shift(), left -= 1) {
    const { table } = read;
    const ask = (address: number, count: number) => link.exchange(unit, { kind: 'read', table, address, count });
    const most = limitOf(table, options);
    const exchange = await (read.count > most ? readInPieces(read, most, ask) : ask(read.address, read.count));
    if (exchange.ok && exchange.reply.kind === 'values') {
      image.add(read, exchange.reply.values);
      continue;
    }
    if (!exchange.ok) silences += 1;
    if (silences >= MAX_SILENCES) break;
    reads.unshift(...(splitRead(read) ?? []));
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
