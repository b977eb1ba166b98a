import type { DecodeOutcome, UplinkInput } from '../definition.ts';
import type { CodecFunction, CodecInput, CodecOutcome } from '../sandbox/codec-call.ts';
import type { CodecScript } from '../sandbox/codec-engine.ts';
import { applyMapping } from './apply-mapping.ts';
import type { ImportedCodec } from './imported-codec.ts';

/** What runs a codec: a `CodecSandbox`. */
export interface CodecRunner {
  run(script: CodecScript, call: CodecFunction, input: CodecInput): Promise<CodecOutcome>;
}

/** Decodes an uplink by a vendor's codec in the sandbox and its mapping to the vocabulary. */
export async function decodeByCodec(
  sandbox: CodecRunner,
  { script, mapping, variables = {} }: ImportedCodec,
  { bytes, fPort, receivedAt }: UplinkInput,
): Promise<DecodeOutcome> {
  const input = { bytes: [...bytes], fPort, recvTime: receivedAt, variables };
  const outcome = await sandbox.run(script, 'decodeUplink', input);
  return outcome.ok
    ? applyMapping(mapping, outcome.output)
    : { ok: false, code: outcome.code, message: outcome.message };
}
