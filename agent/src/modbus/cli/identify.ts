import { listDefinitions, type ModbusDefinition } from '@vigie/decoders';
import { Command } from 'commander';
import { type Identity, identify } from '../survey/identify.ts';
import { type BusOptions, lineOf, onLine, print, unitNumber, withBusOptions } from './bus-options.ts';

export function identifyCommand(): Command {
  const command = new Command('identify')
    .description('Asks a slave who it is: identification, SunSpec, and which models of the catalogue read well on it.')
    .requiredOption('--unit <n>', 'unit identifier', unitNumber);
  return withBusOptions(command).action(run);
}

async function run(options: BusOptions & { unit: number }): Promise<void> {
  const definitions = listDefinitions().filter((one): one is ModbusDefinition => one.protocol === 'modbus');
  const identity = await onLine(lineOf(options), (link) => identify(link, options.unit, definitions));
  print(options, identity, () => describe(identity));
}

function describe({ identification, sunspec, candidates }: Identity): string {
  const said = Object.entries(identification).map(([name, text]) => `${name.padEnd(14)} ${text}`);
  const blocks =
    sunspec?.models.map(({ id, address, length }) => `  model ${id} at ${address}, ${length} registers`) ?? [];
  const maker = [sunspec?.manufacturer, sunspec?.device, sunspec?.serialNumber].filter(Boolean).join(' ');
  const models = candidates.map(
    ({ model, title, plausible }) => `  ${model.padEnd(26)} ${Math.round(plausible * 100)} % plausible: ${title}`,
  );
  return [
    said.length > 0 ? said.join('\n') : 'It does not know device identification.',
    sunspec ? `SunSpec ${maker}\n${blocks.join('\n')}` : 'No SunSpec map.',
    models.length > 0 ? `Models that read well:\n${models.join('\n')}` : 'No model of the catalogue reads well.',
  ].join('\n');
}
