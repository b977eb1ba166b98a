import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { describeViolations, VigieError, validate } from '@vigie/contract';
import { CODEC_FUNCTIONS, type CodecSandbox, DEFAULT_CODEC_LIMITS } from '@vigie/decoders';
import type { Command } from 'commander';
import Type, { type Static } from 'typebox';
import { CodecFiles } from './codec-file.ts';
import { openSandbox } from './open-sandbox.ts';

const Line = Type.Object({
  id: Type.Optional(Type.Unknown()),
  codec: Type.String({ minLength: 1 }),
  function: Type.Enum([...CODEC_FUNCTIONS]),
  input: Type.Record(Type.String(), Type.Unknown()),
});
type Line = Static<typeof Line>;

type Failed = { id: unknown; error: { code: string; message: string } };
type Result = { id: unknown; output: unknown } | Failed;

/** Calls that are under way at once; answers are printed in the order of the lines. */
const WINDOW = 64;

export function addBatch(program: Command): void {
  program
    .command('batch')
    .description('run many codec calls in one process, one JSON object a line, answers in the same order')
    .argument(
      '<file>',
      'JSONL of {"id", "codec": "path to .js", "function", "input"}, - for standard input; bytes as a list or as hex',
    )
    .option('--cpu-ms <n>', 'CPU time of one call', Number, DEFAULT_CODEC_LIMITS.cpuMs)
    .option('--memory-mb <n>', 'memory of a codec', Number, DEFAULT_CODEC_LIMITS.memoryBytes / 1_048_576)
    .action(async (file: string, { cpuMs, memoryMb }: { cpuMs: number; memoryMb: number }) => {
      const sandbox = openSandbox({ cpuMs, memoryBytes: memoryMb * 1_048_576 });
      try {
        await batch(file, sandbox, (line) => process.stdout.write(`${line}\n`));
      } finally {
        await sandbox.close();
      }
    });
}

/** Runs every line of the file; `print` gets a line of JSON for each, in order. */
export async function batch(file: string, sandbox: CodecSandbox, print: (line: string) => boolean): Promise<void> {
  const files = new CodecFiles(file === '-' ? undefined : file);
  const input = file === '-' ? process.stdin : createReadStream(file, 'utf8');
  const underWay: Promise<Result>[] = [];
  const printFirst = async (): Promise<void> => {
    const result = await underWay.shift();
    if (result && !print(JSON.stringify(result))) await new Promise((resolve) => process.stdout.once('drain', resolve));
  };
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    underWay.push(runLine(line, files, sandbox));
    if (underWay.length >= WINDOW) await printFirst();
  }
  while (underWay.length > 0) await printFirst();
}

async function runLine(text: string, files: CodecFiles, sandbox: CodecSandbox): Promise<Result> {
  const parsed = parseLine(text);
  if ('error' in parsed) return parsed;
  const { id = null, codec, function: call, input } = parsed.line;
  try {
    const outcome = await sandbox.run(files.read(codec), call, asReceived(call, input));
    return outcome.ok
      ? { id, output: outcome.output }
      : { id, error: { code: outcome.code, message: outcome.message } };
  } catch (error) {
    if (error instanceof VigieError) return { id, error: { code: error.code, message: error.message } };
    throw error;
  }
}

/**
 * TS013 gives a list of bytes and a time of reception with every frame. Collections of drivers, as Actility's, write the
 * bytes of their examples as hexadecimal digits, which their own runner turns into that list.
 */
function asReceived(call: Line['function'], input: Line['input']): Line['input'] {
  if (call !== 'decodeUplink' && call !== 'decodeDownlink') return input;
  const { bytes, recvTime = Date.now() } = input;
  const isHex = typeof bytes === 'string' && /^(?:[0-9a-f]{2})+$/i.test(bytes);
  return { ...input, ...(isHex ? { bytes: [...Buffer.from(bytes, 'hex')] } : {}), recvTime };
}

function parseLine(text: string): { line: Line } | Failed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { id: null, error: { code: 'REQUEST_INVALID', message: 'the line is not JSON' } };
  }
  const checked = validate(Line, value);
  if (checked.ok) return { line: checked.value };
  const id = value !== null && typeof value === 'object' && 'id' in value ? value.id : null;
  return { id, error: { code: 'REQUEST_INVALID', message: describeViolations(checked.violations) } };
}
