import { VigieError } from '@vigie/contract';
import { findDefinition, placeSunspec } from '@vigie/decoders';
import { Command } from 'commander';
import { tryDefinition } from '../survey/identify.ts';
import { readSunspecModels } from '../survey/sunspec.ts';
import { type BusOptions, busOf, onBus, print, unitNumber, withBusOptions } from './bus-options.ts';

export function tryCommand(): Command {
  const command = new Command('try')
    .description('Reads a slave once with a model of the catalogue and shows its readings and what to configure.')
    .argument('<model>', 'vendor/model')
    .requiredOption('--unit <n>', 'unit identifier', unitNumber)
    .option('--id <id>', 'name of the device in the configuration', 'device-1');
  return withBusOptions(command).action(run);
}

async function run(model: string, options: BusOptions & { unit: number; id: string }): Promise<void> {
  const definition = findDefinition(model);
  if (definition?.protocol !== 'modbus') throw new VigieError('CONFIG_MODEL_UNKNOWN', model);
  const bus = busOf(options);
  const { readings, plausible } = await onBus(bus, async (link) => {
    const models = definition.sunspec ? (await readSunspecModels(link, options.unit)).models : [];
    return tryDefinition(link, options.unit, placeSunspec(definition, models));
  });
  const device = { id: options.id, model, modbus: { bus: bus.id, unit: options.unit, intervalMs: 60_000 } };
  print(options, { plausible, readings, configuration: { bus, device } }, () =>
    [
      ...readings.map(({ quantity, channel, value, quality }) => {
        const name = channel === undefined ? quantity : `${quantity} ${channel}`;
        return `${name.padEnd(28)} ${value}${quality === undefined ? '' : `  (${quality})`}`;
      }),
      `${Math.round(plausible * 100)} % of the model's values are plausible.`,
      `Configuration: ${JSON.stringify({ bus, device })}`,
    ].join('\n'),
  );
  process.exitCode = readings.length === 0 ? 1 : 0;
}
