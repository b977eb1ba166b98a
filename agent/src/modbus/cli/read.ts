import { VigieError } from '@vigie/contract';
import type { RegisterTable } from '@vigie/decoders';
import { Argument, Command } from 'commander';
import { describeException, isBits, MAX_READ_BITS, MAX_READ_REGISTERS } from '../pdu.ts';
import { interpretations, texts } from '../survey/interpretations.ts';
import { type BusOptions, integer, lineOf, onLine, print, unitNumber, withBusOptions } from './bus-options.ts';
import { hintAt } from './register-address.ts';

/** Names that technicians type, and the tables they mean. */
export const TABLES: Readonly<Record<string, RegisterTable>> = {
  holding: 'holdingRegister',
  input: 'inputRegister',
  coil: 'coil',
  discrete: 'discreteInput',
};

export function tableArgument(): Argument {
  return new Argument('<table>', 'which table').choices(Object.keys(TABLES));
}

export function tableOf(name: string): RegisterTable {
  const table = TABLES[name];
  if (!table) throw new VigieError('CONFIG_INVALID', `${name} is no table`);
  return table;
}

export function readCommand(): Command {
  const command = new Command('read')
    .description('Reads registers and shows them under every type and word order at once.')
    .addArgument(tableArgument())
    .argument('<address>', 'as on the wire, from 0', integer(0, 65_535))
    .argument('[count]', 'registers (at most 125) or coils (at most 2000)', integer(1, MAX_READ_BITS), 4)
    .requiredOption('--unit <n>', 'unit identifier', unitNumber);
  return withBusOptions(command).action(run);
}

async function run(
  name: string,
  address: number,
  count: number,
  options: BusOptions & { unit: number },
): Promise<void> {
  const table = tableOf(name);
  checkCount(table, count);
  hintAt(table, address);
  const words = await onLine(lineOf(options), async (link) => {
    const exchange = await link.exchange(options.unit, { kind: 'read', table, address, count });
    if (!exchange.ok) throw new VigieError(exchange.code, exchange.detail);
    if (exchange.reply.kind === 'exception') {
      throw new VigieError('MODBUS_EXCEPTION', describeException(exchange.reply.exception));
    }
    return exchange.reply.kind === 'values' ? exchange.reply.values : [];
  });
  const registers = table === 'holdingRegister' || table === 'inputRegister';
  const values = registers ? [...interpretations(words), ...texts(words)] : [];
  print(options, { table, address, words, values: values.map((one) => ({ ...one, value: String(one.value) })) }, () =>
    [
      ...words.map((word, index) => `${address + index}: ${word}${registers ? ` (0x${hex(word)})` : ''}`),
      ...values.map(({ type, order, value }) => `  as ${type.padEnd(8)} ${order}  ${value}`),
    ].join('\n'),
  );
}

/** Throws CONFIG_INVALID for more than one request can carry. */
export function checkCount(table: RegisterTable, count: number): void {
  if (!isBits(table) && count > MAX_READ_REGISTERS) {
    throw new VigieError('CONFIG_INVALID', `${count} registers: one request carries at most ${MAX_READ_REGISTERS}`);
  }
}

function hex(word: number): string {
  return word.toString(16).padStart(4, '0');
}
