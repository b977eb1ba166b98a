import { readFileSync } from 'node:fs';
import { describeViolations, VigieError } from '@vigie/contract';
import {
  type CodecMapping,
  type CodecSandbox,
  type CodecScript,
  checkMapping,
  type DecodeOutcome,
  decodeByCodec,
  findDefinition,
  fromHex,
  type ImportedCodec,
  idleRules,
  normalise,
  type UplinkInput,
} from '@vigie/decoders';
import type { Command } from 'commander';
import { CodecFiles } from './codec-file.ts';
import { openSandbox } from './open-sandbox.ts';
import { defaultRegistryPath, parseJson, readRegistry } from './registry.ts';

interface DecodeOptions {
  device?: string;
  codec?: string;
  mapping?: string;
  registry: string;
  fPort: number;
  hex: string;
  recvTime?: string;
  variable: string[];
  json?: boolean;
}

export function addDecode(program: Command): void {
  program
    .command('decode')
    .description('decode one LoRaWAN payload into readings, by the catalogue, an imported device or any TS013 script')
    .option('--device <vendor/model>', 'a device of the catalogue or an imported one')
    .option('--codec <file.js>', "a vendor's script; without --mapping its own output is printed")
    .option('--mapping <file.json>', 'mapping of the output of a codec to the vocabulary')
    .requiredOption('--fport, --f-port <n>', 'FPort', Number)
    .requiredOption('--hex <payload>', 'payload in hexadecimal')
    .option('--recv-time <time>', 'time of reception, ISO 8601; now where absent')
    .option('--variable <name=value...>', "ChirpStack's device variables", [])
    .option('--registry <file>', 'where imported devices are registered', defaultRegistryPath())
    .option('--json', 'print one JSON object')
    .action(decode);
}

async function decode(options: DecodeOptions): Promise<void> {
  const bytes = fromHex(options.hex);
  if (!bytes) throw new VigieError('REQUEST_INVALID', '--hex is not hexadecimal');
  if (!Number.isInteger(options.fPort) || options.fPort < 0 || options.fPort > 255)
    throw new VigieError('REQUEST_INVALID', '--fport is 0 to 255');
  const receivedAt = options.recvTime === undefined ? Date.now() : Date.parse(options.recvTime);
  if (Number.isNaN(receivedAt)) throw new VigieError('REQUEST_INVALID', '--recv-time is not a time');
  const definition = options.codec === undefined ? findDefinition(options.device ?? '') : undefined;
  if (definition?.protocol === 'modbus')
    throw new VigieError('REQUEST_INVALID', `${definition.id} is polled by Modbus, it has no payloads`);
  const uplink = { bytes, fPort: options.fPort, receivedAt };
  if (definition) return printReadings(definition.decodeUplink(uplink), options);
  const { codec, mapping } = codecOf(options);
  await decodeByScript(new CodecFiles().read(codec), mapping, uplink, options);
}

function codecOf({ device, codec, mapping, registry }: DecodeOptions): { codec: string; mapping?: string } {
  if (codec !== undefined) return { codec, ...(mapping === undefined ? {} : { mapping }) };
  if (device === undefined) throw new VigieError('REQUEST_INVALID', 'give --device or --codec');
  const imported = readRegistry(registry).find(({ id }) => id === device);
  if (!imported) throw new VigieError('MODEL_UNKNOWN', `neither the catalogue nor ${registry} knows ${device}`);
  const chosen = mapping ?? imported.mapping;
  return { codec: imported.codec, ...(chosen === undefined ? {} : { mapping: chosen }) };
}

async function decodeByScript(
  script: CodecScript,
  mapping: string | undefined,
  uplink: UplinkInput,
  options: DecodeOptions,
): Promise<void> {
  const variables = Object.fromEntries(
    options.variable.map((pair) => [pair.replace(/=.*/s, ''), pair.replace(/^[^=]*=?/, '')]),
  );
  const { bytes, fPort, receivedAt } = uplink;
  const sandbox = openSandbox();
  try {
    if (mapping !== undefined) {
      const imported = { script, mapping: readMapping(mapping), variables };
      await sayHow(sandbox, imported, uplink);
      printReadings(await decodeByCodec(sandbox, imported, uplink), options);
      return;
    }
    const outcome = await sandbox.run(script, 'decodeUplink', {
      bytes: [...bytes],
      fPort,
      recvTime: receivedAt,
      variables,
    });
    if (!outcome.ok) throw new VigieError(outcome.code, outcome.message);
    process.stderr.write(`called ${outcome.signature}\n`);
    process.stdout.write(`${JSON.stringify(outcome.output, null, options.json ? 0 : 2)}\n`);
  } finally {
    await sandbox.close();
  }
}

/** For whoever writes a mapping: which function of the codec was called, and which rules found nothing. */
async function sayHow(sandbox: CodecSandbox, { script, mapping, variables = {} }: ImportedCodec, uplink: UplinkInput) {
  const { bytes, fPort, receivedAt: recvTime } = uplink;
  const outcome = await sandbox.run(script, 'decodeUplink', { bytes: [...bytes], fPort, recvTime, variables });
  if (!outcome.ok) return;
  process.stderr.write(`called ${outcome.signature}\n`);
  for (const { path, quantity } of idleRules(mapping, outcome.output.data))
    process.stderr.write(`nothing at ${path} for ${quantity}\n`);
}

function readMapping(path: string): CodecMapping {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new VigieError('CODEC_UNREADABLE', `${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
  const checked = checkMapping(parseJson(text, path));
  if (!checked.ok) throw new VigieError('MAPPING_INVALID', `${path}: ${describeViolations(checked.violations)}`);
  return checked.mapping;
}

function printReadings(outcome: DecodeOutcome, { json }: DecodeOptions): void {
  if (!outcome.ok) throw new VigieError(outcome.code, outcome.message);
  const { readings, rejected } = normalise(outcome.decoded);
  const { deviceAt, alarm, warnings, samples } = outcome.decoded;
  const record = {
    readings,
    ...(deviceAt === undefined ? {} : { deviceAt: new Date(deviceAt).toISOString() }),
    ...(alarm ? { alarm } : {}),
    ...(samples && {
      samples: samples.map((sample) => ({ at: new Date(sample.at).toISOString(), ...normalise(sample) })),
    }),
    ...(warnings ? { warnings } : {}),
    ...(rejected.length === 0 ? {} : { rejected: rejected.map(({ code, message }) => ({ code, message })) }),
  };
  process.stdout.write(`${JSON.stringify(record, null, json ? 0 : 2)}\n`);
}
