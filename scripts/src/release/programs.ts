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
  /** Folders of packages that another tool has bundled into those files, with all that they depend on. */
  bundledElsewhere: readonly string[];
  /** Packages of packages that it never uses. */
  unused: readonly string[];
  /** Packages that are copies of what Node has itself. */
  nodeInstead: Readonly<Record<string, string>>;
  nodeOptions: readonly string[];
  environment: Readonly<Record<string, string>>;
}

const INSTALLER = ['deploy/install.sh', 'deploy/install.sh'] as const;
const QUIET = '--disable-warning=ExperimentalWarning';

/**
 * Memory is the scarce thing on a gateway. A heap that is collected before it grows, a young generation of 1 MB, one thread
 * beside for the collector, and neither of the optimizing compilers: under full load they take 25 MB for their own work, and
 * the agent does 4,100 uplinks in a second of processor instead of 5,400 without them.
 */
const SMALL = ['--optimize-for-size', '--max-semi-space-size=1', '--v8-pool-size=1', '--no-turbofan', '--no-maglev'];

/** What a compiler or a document took goes back to the system at once: blocks from 30 kB on are mapped by themselves. */
const SMALL_MALLOC = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '65536', MALLOC_MMAP_THRESHOLD_: '30000' };

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
    bundledElsewhere: [],
    // The MQTT client's for browsers and proxies.
    unused: ['socks', 'worker-timers'],
    nodeInstead: { 'readable-stream': 'node:stream' },
    nodeOptions: [QUIET, ...SMALL],
    environment: SMALL_MALLOC,
  },
  server: {
    name: 'vigie-server',
    entries: ['fleet-server/src/main.ts', 'fleet-server/src/store/sqlite/worker.ts'],
    natives: [],
    assets: [],
    bundledElsewhere: ['fleet-server/console'],
    unused: [],
    nodeInstead: {},
    files: [INSTALLER, ['deploy/server', 'deploy'], ['fleet-server/console/dist', 'app/console']],
    nodeOptions: [QUIET],
    environment: {},
  },
};

/** The bundled file of an entry. */
export function scriptOf(entry: string): string {
  return `${scriptName(entry)}.js`;
}

export function scriptName(entry: string): string {
  return entry.replace(/^.*\//, '').replace(/\.ts$/, '');
}
