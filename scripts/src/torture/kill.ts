import { runTorture } from './torture.ts';

/** The agent is killed at random moments under load: what it called stored arrives, once. */
process.exitCode = await runTorture({
  name: 'kill',
  cycles: 20,
  cycle: async ({ district, pause }) => {
    await pause(20, 1_500);
    await district.killAgent();
    district.startAgent();
  },
});
process.exit();
