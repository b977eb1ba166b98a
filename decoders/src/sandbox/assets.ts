/**
 * Where the files of the sandbox lie in a source tree. Reading them is the caller's business, and a bundled program
 * gives its own paths instead.
 */
export const CODEC_WASM_URL = new URL(import.meta.resolve('@jitl/quickjs-wasmfile-release-sync/wasm'));
export const CODEC_WORKER_URL = new URL('./codec-worker.ts', import.meta.url);
