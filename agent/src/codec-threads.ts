import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { CodecSandbox } from '@vigie/decoders';

interface CodecAssets {
  wasm: URL;
  worker: URL;
}

/** A sandbox for vendors' codecs. Its threads start with the first call. */
export async function openCodecSandbox(): Promise<CodecSandbox> {
  const { wasm, worker } = await codecAssets();
  return new CodecSandbox({
    wasm: new WebAssembly.Module(readFileSync(wasm)),
    startWorker: (options) => new Worker(worker, options),
  });
}

/** Bundled for a gateway the thread and QuickJS lie beside the program. */
async function codecAssets(): Promise<CodecAssets> {
  if (!import.meta.url.endsWith('.ts')) {
    return {
      wasm: new URL('./quickjs.wasm', import.meta.url),
      worker: new URL('./codec-worker.js', import.meta.url),
    };
  }
  const { CODEC_WASM_URL, CODEC_WORKER_URL } = await import('@vigie/decoders/codec-assets');
  return { wasm: CODEC_WASM_URL, worker: CODEC_WORKER_URL };
}
