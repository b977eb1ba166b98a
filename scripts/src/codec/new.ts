import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ModelId, VigieError, validate } from '@vigie/contract';
import { DOMAINS } from '@vigie/decoders';
import { type Command, Option } from 'commander';
import { exportedName, writeDefinitionsFile } from './definitions-file.ts';

interface NewOptions {
  protocol: 'lorawan' | 'modbus';
  domain: string;
  title?: string;
  source: string;
}

export function addNew(program: Command): void {
  program
    .command('new')
    .description('begin a definition with its golden file and put it into the index')
    .argument('<vendor/model>', 'id of the device')
    .addOption(new Option('--protocol <name>').choices(['lorawan', 'modbus']).default('lorawan'))
    .addOption(new Option('--domain <name>', 'what it measures or drives').choices(DOMAINS).default('generic'))
    .option('--title <text>', 'what people call it')
    .requiredOption('--source <text>', "the vendor's document that it is written from")
    .action(scaffold);
}

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
}

function common(id: string, { title, domain, source }: NewOptions): string {
  const [vendor = '', model = ''] = id.split('/');
  return [
    `  id: ${quoted(id)},`,
    '  version: 1,',
    `  vendor: ${quoted(vendor)},`,
    `  title: ${quoted(title ?? model)},`,
    `  domain: ${quoted(domain)},`,
    `  source: ${quoted(source)},`,
  ].join('\n');
}

function lorawanText(id: string, options: NewOptions): string {
  return `import { lorawan } from '../../kernel/lorawan.ts';

export const ${exportedName(`${id}.ts`)} = lorawan({
${common(id, options)}
  uplinks: [
    {
      ports: [1],
      length: 3,
      steps: [
        { type: 'int16', quantity: 'wx.temp', scale: 0.1 },
        { type: 'uint8', quantity: 'dev.battery' },
      ],
    },
  ],
});
`;
}

function modbusText(id: string, options: NewOptions): string {
  return `import type { ModbusDefinition } from '../../definition.ts';
import { block } from '../../kernel/modbus.ts';

const input = block('inputRegister');

export const ${exportedName(`${id}.ts`)}: ModbusDefinition = {
  protocol: 'modbus',
${common(id, options)}
  registers: [input(0x0000, 'int16', 'wx.temp', { scale: 0.1 })],
};
`;
}

function goldenText({ protocol, source }: NewOptions): string {
  const lorawan = protocol === 'lorawan';
  const one = {
    description: 'the example of the document',
    source,
    input: lorawan ? { fPort: 1, hex: '00d763' } : { registers: { inputRegister: { '0x0000': [215] } } },
    expect: {
      readings: [{ quantity: 'wx.temp', value: 21.5 }, ...(lorawan ? [{ quantity: 'dev.battery', value: 99 }] : [])],
    },
  };
  return `${JSON.stringify({ decode: [one] }, null, 2)}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
