import type { CommandArgument, Definition, Domain } from './definition.ts';
import { tps110 } from './lorawan/bosch/tps110.ts';
import { df702 } from './lorawan/dingtek/df702.ts';
import { cmi4110 } from './lorawan/elvaco/cmi4110.ts';
import { emuProfIi } from './lorawan/emu/emu-prof-ii.ts';
import { ioKe868 } from './lorawan/imst/io-ke868.ts';
import { ul20xx } from './lorawan/nasys/ul20xx.ts';
import { pengy } from './lorawan/sting/pengy.ts';
import { oy1320 } from './lorawan/talkpool/oy1320.ts';
import { loraLmXl } from './lorawan/terabee/lora-lm-xl.ts';
import { em340 } from './modbus/carlo-gavazzi/em340.ts';
import { sdm630 } from './modbus/eastron/sdm630.ts';
import { iem3155 } from './modbus/schneider/iem3155.ts';
import { lightingCabinet } from './modbus/vigie/lighting-cabinet.ts';
import { pumpingStation } from './modbus/vigie/pumping-station.ts';

/** The one index of all devices, in the order of their ids. */
const DEFINITIONS: readonly Definition[] = [
  tps110,
  em340,
  df702,
  sdm630,
  cmi4110,
  emuProfIi,
  ioKe868,
  ul20xx,
  iem3155,
  pengy,
  oy1320,
  loraLmXl,
  lightingCabinet,
  pumpingStation,
];

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
  commands: { name: string; title: string; args: Readonly<Record<string, CommandArgument>> }[];
}

export function summariseDefinition(definition: Definition): DefinitionSummary {
  const { id, version, protocol, vendor, title, domain, source, commands = {} } = definition;
  return {
    id,
    version,
    protocol,
    vendor,
    title,
    domain,
    source,
    commands: Object.entries(commands).map(([name, command]) => ({ name, title: command.title, args: command.args })),
  };
}
