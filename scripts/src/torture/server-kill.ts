import { until } from '../demo/program.ts';
import { runTorture } from './torture.ts';

/** The server is killed at random moments, between commit and acknowledgement too: nothing is stored twice. */
process.exitCode = await runTorture({
  name: 'server-kill',
  cycles: 10,
  cycle: async ({ district, pause }) => {
    await pause(20, 1_500);
    await district.killServer();
    await district.startServer();
    await until('the agent to be back', async () => (await district.agentStatus()).link.up, { limitMs: 60_000 });
  },
});
process.exit();
