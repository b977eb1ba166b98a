import { VigieError } from '@vigie/contract';
import type { ModbusWrite } from '@vigie/decoders';
import { Command } from 'commander';
import type { OrderProgress } from '../../device-order.ts';
import type { BusAccess } from '../bus-access.ts';
import { carryOutWrites, type OrderLine } from '../write-order.ts';
import { type BusOptions, integer, lineOf, onLine, print, unitNumber, withBusOptions } from './bus-options.ts';
import { tableArgument, tableOf } from './read.ts';

interface WriteOptions extends BusOptions {
  unit: number;
  readBack: boolean;
}

export function writeCommand(): Command {
  const command = new Command('write')
    .description('Writes coils or holding registers and reads them back.')
    .addArgument(tableArgument())
    .argument('<address>', 'as on the wire, from 0', integer(0, 65_535))
    .argument('<values...>', '16-bit words, or 0 and 1 for coils')
    .requiredOption('--unit <n>', 'unit identifier', unitNumber)
    .option('--no-read-back', 'for registers that can only be written');
  return withBusOptions(command).action(run);
}

async function run(name: string, address: number, texts: string[], options: WriteOptions): Promise<void> {
  const table = tableOf(name);
  if (table !== 'coil' && table !== 'holdingRegister') throw new VigieError('CONFIG_INVALID', `${name} is read-only`);
  const values = texts.map(integer(0, table === 'coil' ? 1 : 65_535));
  const write: ModbusWrite = { table, address, values, readBack: options.readBack };
  let last: OrderProgress | undefined;
  await onLine(lineOf(options), (link) =>
    carryOutWrites(lineTo(link, options.unit), [write], {
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

function lineTo(link: BusAccess, unit: number): OrderLine {
  return {
    open: () => link.open(),
    exchange: (request) => link.exchange(unit, request),
    superseded: () => false,
  };
}
