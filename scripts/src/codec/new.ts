import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ModelId, VigieError, validate } from '@vigie/contract';
import { DOMAINS, exportedName, findQuantity, fromHex } from '@vigie/decoders';
import { type Command, Option } from 'commander';
import { Interview } from './ask.ts';
import { writeDefinitionsFile } from './definitions-file.ts';

type Given = Partial<NewOptions>;

interface NewOptions {
  protocol: 'lorawan' | 'modbus';
  domain: string;
  title: string;
  source: string;
  /** The first example of the vendor's document. */
  example: { fPort: number; hex: string; quantity: string; value: number | string };
}

export function addNew(program: Command): void {
  program
    .command('new')
    .description('begin a definition with its golden file and put it into the index; asks for what is not given')
    .argument('[vendor/model]', 'id of the device')
    .addOption(new Option('--protocol <name>').choices(['lorawan', 'modbus']))
    .addOption(new Option('--domain <name>', 'what it measures or drives').choices(DOMAINS))
    .option('--title <text>', 'what people call it')
    .option('--source <text>', "the vendor's document that it is written from")
    .action(begin);
}

/** Everything that is given on the command line is not asked for; with a source nothing is. */
async function begin(id: string | undefined, given: Given): Promise<void> {
  if (id !== undefined && given.source !== undefined)
    return scaffold(id, { ...USUAL, title: id, ...given } as NewOptions);
  const interview = new Interview();
  try {
    const isId = (text: string) =>
      validate(ModelId, text).ok ? undefined : 'vendor/model in lower case, such as acme/level-1';
    const chosen = id ?? (await interview.ask({ text: 'Id of the device, vendor/model', problem: isId }));
    const options = await optionsOf(chosen, given, interview);
    scaffold(chosen, options);
  } finally {
    interview.end();
  }
}

async function optionsOf(id: string, given: Given, interview: Interview): Promise<NewOptions> {
  const among = (words: readonly string[]) => (text: string) =>
    words.includes(text) ? undefined : `one of ${words.join(', ')}`;
  const protocols = ['lorawan', 'modbus'];
  const protocol =
    given.protocol ??
    ((await interview.ask({ text: 'Protocol', usual: 'lorawan', problem: among(protocols) })) as 'lorawan');
  const domain =
    given.domain ??
    (await interview.ask({ text: 'What it measures or drives', usual: 'generic', problem: among(DOMAINS) }));
  const title = given.title ?? (await interview.ask({ text: 'What people call it', usual: id }));
  const source = given.source ?? (await interview.ask({ text: "The vendor's document: title, section, address" }));
  if (protocol === 'modbus') return { ...USUAL, protocol, domain, title, source };
  process.stderr.write('The first example of a payload in that document:\n');
  const isPort = (text: string) =>
    Number.isInteger(Number(text)) && Number(text) >= 1 && Number(text) <= 223 ? undefined : '1 to 223';
  const fPort = Number(await interview.ask({ text: '  FPort', problem: isPort }));
  const isHex = (text: string) => (fromHex(text)?.length ? undefined : 'bytes in hexadecimal');
  const hex = (await interview.ask({ text: '  payload in hexadecimal', problem: isHex }))
    .replaceAll(/[\s:-]/g, '')
    .toLowerCase();
  const isKnown = (text: string) =>
    findQuantity(text) ? undefined : 'no quantity of the vocabulary (docs/vocabulary.md)';
  const quantity = await interview.ask({ text: '  a quantity that it tells, such as wx.temp', problem: isKnown });
  const said = await interview.ask({ text: `  its value in ${findQuantity(quantity)?.unit || 'words'}` });
  const value = findQuantity(quantity)?.kind === 'state' ? said : Number(said);
  return { protocol, domain, title, source, example: { fPort, hex, quantity, value } };
}

const USUAL = {
  protocol: 'lorawan',
  domain: 'generic',
  example: { fPort: 1, hex: '00d7', quantity: 'wx.temp', value: 21.5 },
} as const;

function scaffold(id: string, options: NewOptions): void {
  if (!validate(ModelId, id).ok) throw new VigieError('REQUEST_INVALID', `${id} is not vendor/model in lower case`);
  const base = new URL(`../../../decoders/src/${options.protocol}/${id}`, import.meta.url);
  const file = fileURLToPath(`${base}.ts`);
  const golden = fileURLToPath(`${base}.golden.json`);
  if (existsSync(file)) throw new VigieError('CONFLICT', `${file} exists`);
  mkdirSync(new URL('.', base), { recursive: true });
  writeFileSync(file, options.protocol === 'lorawan' ? lorawanText(id, options) : modbusText(id, options));
  writeFileSync(golden, goldenText(options));
  writeDefinitionsFile();
  process.stdout.write(`${file}\n${golden}\n`);
  process.stderr.write(
    `Next: write the layout from the document, add its other examples to the golden file, and run\n  scripts/codec check ${id}\nuntil it has nothing to say. The steps of a layout are explained in docs/en/add-a-device.md.\n`,
  );
}

function common(id: string, { title, domain, source }: NewOptions): string {
  const [vendor = ''] = id.split('/');
  return [
    `  id: ${quoted(id)},`,
    '  version: 1,',
    `  vendor: ${quoted(vendor)},`,
    `  title: ${quoted(title)},`,
    `  domain: ${quoted(domain)},`,
    `  source: ${quoted(source)},`,
  ].join('\n');
}

function lorawanText(id: string, options: NewOptions): string {
  return `import { lorawan } from '../../kernel/lorawan.ts';

export const ${exportedName(id)} = lorawan({
${common(id, options)}
  uplinks: [
    {
      ports: [${options.example.fPort}],
      length: ${options.example.hex.length / 2},
      steps: [{ at: 0, type: '${options.example.hex.length >= 4 ? 'int16' : 'int8'}', quantity: ${quoted(options.example.quantity)}, scale: 0.1 }],
    },
  ],
});
`;
}

function modbusText(id: string, options: NewOptions): string {
  return `import type { ModbusDefinition } from '../../definition.ts';
import { block } from '../../kernel/modbus.ts';

const input = block('inputRegister');

export const ${exportedName(id)}: ModbusDefinition = {
  protocol: 'modbus',
${common(id, options)}
  registers: [input(0x0000, 'int16', 'wx.temp', { scale: 0.1 })],
};
`;
}

function goldenText({ protocol, source, example }: NewOptions): string {
  const { fPort, hex, quantity, value } = example;
  const isRadio = protocol === 'lorawan';
  const one = {
    description: 'the first example of the document',
    source,
    input: isRadio ? { fPort, hex } : { registers: { inputRegister: { '0x0000': [215] } } },
    expect: { readings: [isRadio ? { quantity, value } : { quantity: 'wx.temp', value: 21.5 }] },
  };
  return `${JSON.stringify({ decode: [one] }, null, 2)}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
