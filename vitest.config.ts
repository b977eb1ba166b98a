import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      '{contract,decoders,agent,fleet-server,scripts}/src/**/*.test.ts',
      '{agent,fleet-server,scripts}/test/**/*.test.ts',
    ],
    // The catalogue loads its definitions by Node: they and the tests must meet the same modules of ours.
    server: { deps: { external: [/\/(contract|decoders)\/src\/(?!.*\.test\.ts)/] } },
    setupFiles: './scripts/src/test/patience.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Most tests wait for processes, sockets and clocks: one worker less than there are cores would leave two cores idle.
    maxWorkers: 2,
  },
});
