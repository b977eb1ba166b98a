import { VigieError } from '@vigie/contract';
import type { ByteOrder, ModbusWrite } from '@vigie/decoders';
import { Command, Option } from 'commander';
import type { OrderProgress } from '../../device-order.ts';
import type { BusAccess } from '../bus-access.ts';
import type { WriteBy } from '../pdu.ts';
import { carryOutWrites, type OrderLine } from '../write-order.ts';
import { type BusOptions, integer, lineOf, onLine, print, unitNumber, withBusOptions } from './bus-options.ts';
import { tableArgument, tableOf } from './read.ts';
import { hintAt } from './register-address.ts';
import { WRITE_TYPES, type WriteType, wordsOfTyped } from './typed-values.ts';

interface WriteOptions extends BusOptions {
  unit: number;
  readBack: boolean;
  type: WriteType;
  order: ByteOrder;
  by?: WriteBy;
}

export function writeCommand(): Command {
  const command = new Command('write')
    .description('Writes coils or holding registers and reads them back.')
    .addArgument(tableArgument())
    .argument('<address>', 'as on the wire, from 0', integer(0, 65_535))
    .argument('<values...>', 'numbers, also negative ones; fractions need --type; 0 and 1 for coils')
    .requiredOption('--unit <n>', 'unit identifier', unitNumber)
    .addOption(
      new Option('--type <type>', 'what a number becomes; auto is one register each')
        .choices(WRITE_TYPES)
        .default('auto'),
    )
    .addOption(
      new Option('--order <order>', 'order of bytes and words')
        .choices(['ABCD', 'CDAB', 'BADC', 'DCBA'])
        .default('ABCD'),
    )
    .addOption(
      new Option('--by <functions>', 'functions 5 and 6, or 15 and 16; the device is asked where not given').choices([
        'single',
        'multiple',
      ]),
    )
    .option('--no-read-back', 'for registers that can only be written');
  return withBusOptions(command).action(run);
}

async function run(name: string, address: number, texts: string[], options: WriteOptions): Promise<void> {
  const table = tableOf(name);
  if (table !== 'coil' && table !== 'holdingRegister') throw new VigieError('CONFIG_INVALID', `${name} is read-only`);
  hintAt(table, address);
  const { type, order, by } = options;
  const values = table === 'coil' ? texts.map(integer(0, 1)) : texts.flatMap((text) => wordsOfTyped(text, type, order));
  const write: ModbusWrite = { table, address, values, readBack: options.readBack };
  let last: OrderProgress | undefined;
  await onLine(lineOf(options), (link) =>
    carryOutWrites(lineTo(link, options.unit, by), [write], {
      begin: () => Promise.resolve(true),
      report: (progress) => {
        last = progress;
      },
    }),
  );
  if (last?.state === 'failed') throw new VigieError(last.code, last.message);
  print(options, { ok: true, table, address, values }, () =>
    options.readBack ? 'Written and read back.' : 'Written.',
  );
}

function lineTo(link: BusAccess, unit: number, by: WriteBy | undefined): OrderLine {
  return {
    open: () => link.open(),
    exchange: (request) => link.exchange(unit, request),
    superseded: () => false,
    habits: by === undefined ? {} : { writeCoils: by, writeRegisters: by },
  };
}
