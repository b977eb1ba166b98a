import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { type CodecLimits, CodecSandbox } from '@vigie/decoders';
import { CODEC_WASM_URL, CODEC_WORKER_URL } from '@vigie/decoders/codec-assets';

/** A sandbox on the files of this source tree. */
export function openSandbox(limits: Partial<CodecLimits> = {}): CodecSandbox {
  return new CodecSandbox({
    wasm: new WebAssembly.Module(readFileSync(CODEC_WASM_URL)),
    startWorker: (options) => new Worker(CODEC_WORKER_URL, options),
    limits,
  });
}
