/** A program as it is shipped: bundled, with what cannot be bundled beside it. */
export interface ShippedProgram {
  name: string;
  /** The file that is started, and the threads it starts; each becomes one .js file in `app/`. */
  entries: readonly [string, ...string[]];
  /** Folders with prebuilt binaries of npm packages, one folder for each machine in them. */
  natives: readonly string[];
  /** Files of packages that lie beside the bundled program: from, name. */
  assets: readonly (readonly [from: string, name: string])[];
  /** Files and folders copied into the release: from, to. */
  files: readonly (readonly [from: string, to: string])[];
  nodeOptions: readonly string[];
  environment: Readonly<Record<string, string>>;
}

const INSTALLER = ['deploy/install.sh', 'deploy/install.sh'] as const;
const QUIET = '--disable-warning=ExperimentalWarning';

export const PROGRAMS: Readonly<Record<'agent' | 'server', ShippedProgram>> = {
  agent: {
    name: 'vigie-agent',
    entries: [
      'agent/src/vigie-agent.ts',
      'agent/src/storage/storage-thread.ts',
      'decoders/src/sandbox/codec-worker.ts',
    ],
    natives: ['node_modules/@serialport/bindings-cpp/prebuilds'],
    assets: [['node_modules/@jitl/quickjs-wasmfile-release-sync/dist/emscripten-module.wasm', 'quickjs.wasm']],
    files: [INSTALLER, ['deploy/agent', 'deploy']],
    // Memory is the scarce thing on a gateway: a small young generation and one arena of malloc save 15 MB.
    nodeOptions: [QUIET, '--max-semi-space-size=1', '--optimize-for-size'],
    environment: { MALLOC_ARENA_MAX: '1' },
  },
  server: {
    name: 'vigie-server',
    entries: ['fleet-server/src/main.ts', 'fleet-server/src/store/sqlite/worker.ts'],
    natives: [],
    assets: [],
    files: [INSTALLER, ['deploy/server', 'deploy'], ['fleet-server/console/dist', 'app/console']],
    nodeOptions: [QUIET],
    environment: {},
  },
};

/** The bundled file of an entry. */
export function scriptOf(entry: string): string {
  return entry.replace(/^.*\//, '').replace(/\.ts$/, '.js');
}
