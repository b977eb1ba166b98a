import { createRequire } from 'node:module';
import { extname } from 'node:path';
import type { CommandArgument, Definition, Domain, InBothLanguages } from './definition.ts';
import { DEFINITION_FILES } from './definition-files.ts';
import { exportedName } from './exported-name.ts';
import { measuresOf } from './measures.ts';
import { formulaOf } from './parameters/formula.ts';
import type { ParameterSpec } from './parameters/parameter.ts';

const load = createRequire(import.meta.url);
/** `.ts` where this runs from its source, `.js` in what is shipped. */
const EXTENSION = extname(new URL(import.meta.url).pathname);
const FILES = new Map(DEFINITION_FILES.map((file) => [file.slice(file.indexOf('/') + 1), file]));
const loaded = new Map<string, Definition>();

/** Whether a model has that name; nothing is loaded for it. */
export function isInCatalogue(id: string): boolean {
  return FILES.has(id);
}

/**
 * A definition is loaded when somebody asks for it: of all that the catalogue holds a gateway has a handful, and the rest
 * must not cost it memory.
 */
export function findDefinition(id: string): Definition | undefined {
  const file = FILES.get(id);
  if (file === undefined) return undefined;
  const known = loaded.get(id);
  if (known) return known;
  const { [exportedName(id)]: definition } = load(`./${file}${EXTENSION}`) as Record<string, Definition>;
  if (definition) loaded.set(id, definition);
  return definition;
}

/** All of them, in the order of their ids. */
export function listDefinitions(): readonly Definition[] {
  return FILES.keys()
    .map(findDefinition)
    .filter((definition) => definition !== undefined)
    .toArray();
}

/** What people and programs may know of a definition: plain data for the API. */
export interface DefinitionSummary {
  id: string;
  version: number;
  protocol: Definition['protocol'];
  vendor: string;
  title: string;
  domain: Domain;
  source: string;
  /** Quantities that it can tell. */
  measures: string[];
  /** What must be known of one device beyond its model. */
  parameters: Readonly<Record<string, ParameterSpec>>;
  /** Readings that follow from others, as a person reads it: `water.volume = pulse.count × pulseWeight`. */
  derived: readonly string[];
  /** Each source by itself; fewer than two that are independent where `oneSource`. */
  sources: readonly string[];
  oneSource: boolean;
  /** By version: what values it changed and why. */
  changed: Readonly<Record<number, InBothLanguages>>;
  commands: { name: string; title: string; args: Readonly<Record<string, CommandArgument>> }[];
}

export function summariseDefinition(definition: Definition): DefinitionSummary {
  const { id, version, protocol, vendor, title, domain, source, changed = {} } = definition;
  const { commands = {}, parameters = {} } = definition;
  const sources = source.split('; ');
  return {
    id,
    version,
    protocol,
    vendor,
    title,
    domain,
    source,
    measures: measuresOf(definition),
    parameters,
    derived: (definition.derived ?? []).map(formulaOf),
    sources,
    oneSource: definition.oneSource === true || sources.length < 2,
    changed,
    commands: Object.entries(commands).map(([name, command]) => ({ name, title: command.title, args: command.args })),
  };
}
