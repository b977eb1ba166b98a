import type { Quantity } from './quantity.ts';
import { senmlUnit } from './units.ts';
import { VOCABULARY } from './vocabulary.ts';

const GROUPS: readonly (readonly [prefixes: readonly string[], title: string])[] = [
  [['lamp'], 'Streetlight'],
  [['cab'], 'Lighting cabinet'],
  [['elec'], 'Electricity'],
  [['water'], 'Water'],
  [['pump'], 'Pumping station'],
  [['gas', 'heat', 'cold', 'pulse'], 'Gas, heat and pulses'],
  [['bin'], 'Waste container'],
  [['spot', 'parking', 'traffic', 'people'], 'Parking and mobility'],
  [['ev'], 'Vehicle charging'],
  [['air', 'wx', 'noise', 'room', 'soil', 'pv'], 'Environment and solar energy'],
  [['io', 'door'], 'Inputs, outputs and doors'],
  [['dev'], 'Device'],
];

/** `docs/vocabulary.md` from the one table. */
export function vocabularyPage(): string {
  const entries = Object.entries<Quantity>(VOCABULARY);
  const sections = GROUPS.map(([prefixes, title]) => {
    const rows = entries.filter(([name]) => prefixes.includes(name.replace(/\..*/, '')));
    return `## ${title}\n\n${HEAD}\n${rows.map(([name, quantity]) => row(name, quantity)).join('\n')}\n`;
  });
  return `${INTRODUCTION}\n${sections.join('\n')}`;
}

const INTRODUCTION = `# The vocabulary of readings

Every reading is \`{quantity, channel?, value, quality?, reasons?}\`. This page is made from \`decoders/src/vocabulary.ts\` by
\`npx node scripts/src/vocabulary-page.ts\`, as is the JSON Schema \`vocabulary.schema.json\` beside it.

- **Kinds.** A *gauge* is a momentary value. A *counter* is an integer that only rises until it rolls over or is reset. A
  *delta* is the amount since the message before. A *state* is one of the words given. A *time* is ISO 8601 in UTC.
- **Units** are UCUM. \`V.A{reactive}\` is the var, \`dB{1mW}\` the dBm, \`[ppm]\` parts per million. A value is converted only
  between units of the same kind of quantity: W is not V.A, and dB{A} is not dB{1mW}.
- **Channels** tell apart what shares a quantity: phases \`L1\` \`L2\` \`L3\` and neutral \`N\`, phase pairs \`L12\` \`L23\` \`L31\`, tariffs
  \`T1\` \`T2\`, circuits, inputs, lamps. Without a channel it is the total, or the only one.
- **Bounds.** A value beyond them is delivered with quality \`uncertain\` and reason \`outOfBounds\`; nothing is dropped for it.
- **Privacy.** *public* may be published as it is. *operational* concerns the running of the network. *personal* tells of
  people when the device hangs on a home, and is published in aggregate only.
- **Mappings.** *Smart Data Model* is entity and attribute there, with its unit; *observed property* is the QUDT quantity
  kind for SensorThings; *SenML* is the unit of RFC 8428 and RFC 8798 where they have it, under the name of the quantity
  (with \`:channel\` appended).
`;

const HEAD = `| quantity | what | kind | unit | bounds or words | privacy | Smart Data Model | observed property | SenML unit |
|---|---|---|---|---|---|---|---|---|`;

function row(name: string, quantity: Quantity): string {
  const { title, kind, unit, privacy, observedProperty = '' } = quantity;
  const cells = [
    `\`${name}\``,
    title,
    kind,
    code(unit),
    boundsOrWords(quantity),
    privacy,
    smartDataModel(quantity),
    observedProperty,
    code(kind === 'state' || kind === 'time' ? '' : (senmlUnit(unit) ?? '')),
  ];
  return `| ${cells.join(' | ')} |`;
}

function boundsOrWords({ kind, states, minimum, maximum, resolution }: Quantity): string {
  if (kind === 'state') return states ? states.join(', ') : "the device's own words";
  if (kind === 'counter') return resolution === undefined ? 'integer' : `steps of ${resolution}`;
  return minimum === undefined ? '' : `${minimum} … ${maximum}`;
}

function smartDataModel({ smartDataModel }: Quantity): string {
  if (!smartDataModel) return '';
  const { entity, attribute, unit, channels } = smartDataModel;
  const perChannel = channels ? Object.values(channels).join(', ') : '';
  const attributes = [attribute, perChannel].filter((part) => part !== undefined && part !== '').join('; ');
  return `${entity}: ${attributes}${unit === '' ? '' : ` (${code(unit)})`}`;
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}
