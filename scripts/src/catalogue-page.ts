import { readFileSync, writeFileSync } from 'node:fs';
import { type Definition, listDefinitions, summariseDefinition } from '@vigie/decoders';

const PAGE = new URL('../../docs/catalogue.md', import.meta.url);

const DOMAINS: Readonly<Record<string, string>> = {
  lighting: 'Street lighting',
  electricity: 'Electricity',
  water: 'Water',
  gas: 'Gas',
  heat: 'Heat and cold',
  waste: 'Waste',
  parking: 'Parking',
  mobility: 'Mobility',
  environment: 'Air, weather, noise, rooms',
  generic: 'Inputs, outputs and the rest',
};

/** Looked for by name, and no document or vector of their radio payload is public: their makers hand it out on request. */
const NOT_PUBLIC = [
  'Arcom, Augier, Citylone, Kawantech, Lacroix, Smartnodes, Sogexi (street lighting)',
  'Birdz / Homerider, Diehl HRLc, Itron Cyble, Maddalena, Zenner (water, by LoRaWAN)',
  'Axioma QALCOSONIC E1, E3 and E4 (heat, by LoRaWAN: no public document tells the units)',
  'Fleximodo, PNI PlacePod, Urbiotica (parking)',
  'Sensoneo (waste)',
  'Eurecam Comptipix (people: its frame is a text of numbers that no public document names)',
  'Libelium (environment)',
];

/** `docs/catalogue.md` from the definitions: what a person must know to choose a model. */
export function cataloguePage(): string {
  const all = listDefinitions();
  const count = (protocol: Definition['protocol']) => all.filter((one) => one.protocol === protocol).length;
  const sections = Object.entries(DOMAINS).flatMap(([domain, title]) => {
    const of = all.filter((one) => one.domain === domain).sort((a, b) => (a.id < b.id ? -1 : 1));
    return of.length === 0 ? [] : [`## ${title}\n\n${of.map(entry).join('\n\n')}`];
  });
  return [
    '# Catalogue of devices',
    `${count('lorawan')} LoRaWAN and ${count('modbus')} Modbus models, each with examples that are checked at every test (\`*.golden.json\` beside its definition). Made from the definitions by \`npx node scripts/src/catalogue-page.ts\`; the quantities are explained in [vocabulary.md](vocabulary.md). A device that is not here can be brought along by a configuration document: see [add a device](en/add-a-device.md).`,
    ...sections,
    `## Not here, since their format is not public\n\n${NOT_PUBLIC.map((line) => `- ${line}`).join('\n')}`,
  ]
    .join('\n\n')
    .concat('\n');
}

function entry(definition: Definition): string {
  const summary = summariseDefinition(definition);
  const { id, vendor, title, protocol, version, measures, parameters, commands, sources, oneSource, changed } = summary;
  const named = Object.entries(parameters).map(
    ([name, { title: what, unit, default: usual }]) =>
      `\`${name}\` (${what}${unit === undefined ? '' : `, ${unit}`}${usual === undefined ? '' : `; ${usual} where nothing is said`})`,
  );
  const lines = [
    `### \`${id}\`\n\n${vendor} ${title} · ${protocol === 'lorawan' ? 'LoRaWAN' : 'Modbus'} · version ${version}`,
    `- measures ${measures.map((name) => `\`${name}\``).join(', ')}`,
    ...(named.length === 0 ? [] : [`- asks for ${named.join(', ')}`]),
    ...(commands.length === 0
      ? []
      : [`- commands ${commands.map(({ name, title: what }) => `\`${name}\` (${what})`).join(', ')}`]),
    `- ${oneSource ? 'stands on one source' : 'sources'}: ${sources.join('; ')}`,
    ...Object.entries(changed).map(([from, { en }]) => `- since version ${from}: ${en}`),
  ];
  return lines.join('\n').replace('\n- measures', '\n\n- measures');
}

export function readCataloguePage(): string {
  return readFileSync(PAGE, 'utf8');
}

if (import.meta.main) writeFileSync(PAGE, cataloguePage());
