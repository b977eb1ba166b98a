import { GATEWAY, TENANT } from '../demo/district.ts';
import { until } from '../demo/program.ts';
import { runTorture } from './torture.ts';

const PATH = `/tenants/${TENANT}/gateways/${GATEWAY}/config`;

/** The link comes back and a new configuration with it while records wait: the buffer is not touched. */
process.exitCode = await runTorture({
  name: 'reconnect',
  cycles: 5,
  cycle: async ({ district, pause }) => {
    district.backhaul.cut();
    await pause(500, 1_500);
    const { revision, ...document } = await district.api.get<{ revision: number }>(PATH);
    await district.api.put(PATH, { ...document, buffer: { maxBytes: 100_000_000 + revision } });
    district.backhaul.mend();
    const applied = async () => (await district.agentStatus()).config.applied === revision + 1;
    await until('the new document', applied, { limitMs: 90_000, everyMs: 100 });
  },
});
process.exit();
