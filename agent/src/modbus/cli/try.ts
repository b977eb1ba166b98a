import { readFileSync } from 'node:fs';
import {
  describeViolations,
  ModelConfig,
  type Reading,
  type RegisterModel,
  VigieError,
  validate,
} from '@vigie/contract';
import { findDefinition, type ModbusDefinition, ownModels, placeSunspec } from '@vigie/decoders';
import { Command } from 'commander';
import { tryDefinition } from '../survey/identify.ts';
import { readSunspecModels } from '../survey/sunspec.ts';
import { type BusOptions, integer, lineOf, onLine, print, unitNumber, withBusOptions } from './bus-options.ts';
import { saveDevice } from './save-device.ts';

interface TryOptions extends BusOptions {
  unit: number;
  id: string;
  modelFile?: string;
  intervalMs: number;
  save?: string;
}

interface Chosen {
  definition: ModbusDefinition;
  /** A model that the document must bring along. */
  own?: RegisterModel;
}

export function tryCommand(): Command {
  const command = new Command('try')
    .description('Reads a slave once with a model, shows its readings and, if asked, saves it as a configuration.')
    .argument('[model]', 'vendor/model of the catalogue')
    .option(
      '--model-file <file>',
      'a register list of your own instead: an entry of `models` in a configuration (JSON)',
    )
    .requiredOption('--unit <n>', 'unit identifier', unitNumber)
    .option('--id <id>', 'name of the device in the configuration', 'device-1')
    .option('--interval-ms <n>', 'how often it will be polled', integer(100, 86_400_000), 60_000)
    .option('--save <file>', 'put bus, device and model into this configuration document; made where there is none');
  return withBusOptions(command).action(run);
}

async function run(model: string | undefined, options: TryOptions): Promise<void> {
  const { definition, own } = options.modelFile === undefined ? ofCatalogue(model) : ofFile(options.modelFile);
  const line = lineOf(options);
  const { readings, plausible } = await onLine(line, async (access) => {
    const models = definition.sunspec ? (await readSunspecModels(access, options.unit)).models : [];
    return tryDefinition(access, options.unit, placeSunspec(definition, models));
  });
  const bus = line.bus?.id ?? options.bus ?? '';
  const modbus = { bus, unit: options.unit, intervalMs: options.intervalMs };
  const device = { id: options.id, model: definition.id, modbus };
  const found = { device, ...(line.bus && { bus: line.bus }), ...(own && { model: own }) };
  if (options.save !== undefined && readings.length > 0) saveDevice(options.save, found);
  print(options, { plausible, readings, configuration: found }, () =>
    [
      ...readings.map(describe),
      `${Math.round(plausible * 100)} % of the model's values are plausible.`,
      options.save !== undefined && readings.length > 0
        ? `Saved to ${options.save}.`
        : `Configuration: ${JSON.stringify(found)}`,
    ].join('\n'),
  );
  process.exitCode = readings.length === 0 ? 1 : 0;
}

function describe({ quantity, channel, value, quality }: Reading): string {
  const name = channel === undefined ? quantity : `${quantity} ${channel}`;
  return `${name.padEnd(28)} ${value}${quality === undefined ? '' : `  (${quality})`}`;
}

function ofCatalogue(model = ''): Chosen {
  const definition = findDefinition(model);
  if (definition?.protocol !== 'modbus') throw new VigieError('CONFIG_MODEL_UNKNOWN', model || 'no model');
  return { definition };
}

function ofFile(file: string): Chosen {
  const checked = validate(ModelConfig, readJson(file));
  if (!checked.ok) throw new VigieError('CONFIG_MODEL_INVALID', `${file}: ${describeViolations(checked.violations)}`);
  const outcome = ownModels([checked.value]);
  if (!outcome.ok) throw new VigieError('CONFIG_MODEL_INVALID', `${file}: ${describeViolations(outcome.violations)}`);
  const definition = outcome.models.get(checked.value.id);
  if (!('modbus' in checked.value) || !definition || 'codec' in definition || definition.protocol !== 'modbus') {
    throw new VigieError('CONFIG_MODEL_INVALID', `${file} has no register list`);
  }
  return { definition, own: checked.value };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new VigieError('CONFIG_INVALID', `${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
