import type { ErrorCode } from '@vigie/contract';
import type { CommandValues, LorawanDownlink } from '../definition.ts';
import type { CodecOutput } from '../sandbox/codec-call.ts';
import type { CodecRunner } from './decode-by-codec.ts';
import type { ImportedCodec } from './imported-codec.ts';

/** The one command of a device that its vendor's codec speaks for: `{ "data": "<JSON>" }` goes to `encodeDownlink`. */
export const CODEC_COMMAND = 'downlink.send';

export type CodecCommandCheck =
  | { ok: true; data: unknown }
  | { ok: false; code: Extract<ErrorCode, 'COMMAND_UNKNOWN' | 'COMMAND_ARGUMENT'>; message: string };

export type CodecEncodeOutcome =
  | { ok: true; payload: LorawanDownlink }
  | { ok: false; code: ErrorCode; message: string };

/** Application ports (LoRaWAN 1.0.4, section 4.3.2). */
const LAST_FPORT = 223;
const MAX_PAYLOAD_BYTES = 242;
const MESSAGE_LENGTH = 256;

/** What can be said of such a command without the codec. */
export function checkCodecCommand(name: string, { data, ...others }: CommandValues): CodecCommandCheck {
  if (name !== CODEC_COMMAND) {
    return { ok: false, code: 'COMMAND_UNKNOWN', message: `the only command of this model is ${CODEC_COMMAND}` };
  }
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return refuse(`${name} has no argument ${unknown}`);
  if (typeof data !== 'string') return refuse('data must be a string that holds JSON');
  try {
    return { ok: true, data: JSON.parse(data) };
  } catch {
    return refuse('data is not JSON');
  }
}

/** Has the vendor's codec encode `data`. What it returns is checked like any other input. */
export async function encodeByCodec(
  sandbox: CodecRunner,
  { script, mapping, variables = {} }: ImportedCodec,
  data: unknown,
): Promise<CodecEncodeOutcome> {
  const outcome = await sandbox.run(script, 'encodeDownlink', {
    data,
    variables,
    ...(mapping.downlinkPort !== undefined && { fPort: mapping.downlinkPort }),
  });
  return outcome.ok ? downlinkOf(outcome.output) : { ok: false, code: outcome.code, message: outcome.message };
}

function downlinkOf({ errors, bytes, fPort }: CodecOutput): CodecEncodeOutcome {
  if (Array.isArray(errors) && errors.length > 0) return refuse(errors.map(String).join('; ').slice(0, MESSAGE_LENGTH));
  const isPort = typeof fPort === 'number' && Number.isInteger(fPort) && fPort >= 1 && fPort <= LAST_FPORT;
  if (!isPort || !isByteArray(bytes)) {
    return { ok: false, code: 'CODEC_RESULT', message: 'encodeDownlink returned no fPort of 1 to 223 with bytes' };
  }
  return { ok: true, payload: { fPort, bytes: Uint8Array.from(bytes) } };
}

function isByteArray(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= MAX_PAYLOAD_BYTES &&
    value.every((byte: unknown) => typeof byte === 'number' && Number.isInteger(byte) && byte >= 0 && byte <= 255)
  );
}

function refuse(message: string): { ok: false; code: 'COMMAND_ARGUMENT'; message: string } {
  return { ok: false, code: 'COMMAND_ARGUMENT', message };
}
