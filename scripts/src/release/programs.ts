/** A program as it is shipped: bundled, with what cannot be bundled beside it. */
export interface ShippedProgram {
  name: string;
  /** The file that is started, and the threads it starts; each becomes one .js file in `app/`. */
  entries: readonly string[];
  /** npm packages with native or WebAssembly files: copied with all that they depend on. */
  copied: readonly string[];
  /** Files and folders copied into the release: from, to. */
  files: readonly (readonly [from: string, to: string])[];
}

const INSTALLER = ['deploy/install.sh', 'deploy/install.sh'] as const;

export const PROGRAMS: Readonly<Record<'agent' | 'server', ShippedProgram>> = {
  agent: {
    name: 'vigie-agent',
    entries: ['agent/src/vigie-agent.ts', 'agent/src/storage/storage-thread.ts'],
    copied: ['serialport'],
    files: [INSTALLER, ['deploy/agent', 'deploy']],
  },
  server: {
    name: 'vigie-server',
    entries: ['fleet-server/src/main.ts'],
    copied: [],
    files: [INSTALLER, ['deploy/server', 'deploy'], ['fleet-server/console/dist', 'app/console']],
  },
};
