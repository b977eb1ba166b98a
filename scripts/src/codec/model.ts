import { readFileSync } from 'node:fs';
import { describeViolations, ModelConfig, VigieError, validate } from '@vigie/contract';
import { ownModels } from '@vigie/decoders';
import type { Command } from 'commander';
import { CodecFiles } from './codec-file.ts';
import { parseJson } from './registry.ts';

interface ModelOptions {
  codec: string;
  mapping: string;
  domain: string;
  title?: string;
}

export function addModel(program: Command): void {
  program
    .command('model')
    .description("print a vendor's codec with its mapping as an entry of `models`, for a gateway's configuration")
    .argument('<vendor/model>', 'name that the devices of the configuration use')
    .requiredOption('--codec <file>', "the vendor's script (TS013)")
    .requiredOption('--mapping <file>', 'what its output means')
    .requiredOption('--domain <domain>', 'third level of the topics: lighting, waste, water …')
    .option('--title <text>', 'name for people')
    .action((id: string, options: ModelOptions) => {
      process.stdout.write(`${JSON.stringify(modelOf(id, options), null, 2)}\n`);
    });
}

/** @throws VigieError CONFIG_MODEL_INVALID */
function modelOf(id: string, { codec, mapping, domain, title }: ModelOptions): ModelConfig {
  const script = new CodecFiles().read(codec).source;
  const map = parseJson(readFileSync(mapping, 'utf8'), mapping);
  const named = title === undefined ? {} : { title };
  const checked = validate(ModelConfig, { id, ...named, domain, lorawan: { script, mapping: map } });
  if (!checked.ok) throw new VigieError('CONFIG_MODEL_INVALID', describeViolations(checked.violations));
  const outcome = ownModels([checked.value]);
  if (!outcome.ok) throw new VigieError('CONFIG_MODEL_INVALID', describeViolations(outcome.violations));
  return checked.value;
}
