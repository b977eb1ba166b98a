import type { CommandArgument, Definition, Domain, InBothLanguages } from './definition.ts';
import { DEFINITIONS } from './definitions.ts';
import { measuresOf } from './measures.ts';
import { formulaOf } from './parameters/formula.ts';
import type { ParameterSpec } from './parameters/parameter.ts';

const BY_ID = new Map(DEFINITIONS.map((definition) => [definition.id, definition]));

export function findDefinition(id: string): Definition | undefined {
  return BY_ID.get(id);
}

export function listDefinitions(): readonly Definition[] {
  return DEFINITIONS;
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
