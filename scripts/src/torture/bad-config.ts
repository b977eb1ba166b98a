import { GATEWAY, TENANT } from '../demo/district.ts';
import { until } from '../demo/program.ts';
import { runTorture } from './torture.ts';

const LIMIT_MS = 10_000;
const PATH = `/tenants/${TENANT}/gateways/${GATEWAY}/config`;
const BROKEN_BUS = { id: 'broken', type: 'rtu', path: '/dev/vigie-none', baudRate: 9600, parity: 'none', stopBits: 1 };
let slowestMs = 0;

/** Documents that the gateway cannot live with, some of them with a kill while they are applied: the last good one stays. */
process.exitCode = await runTorture({
  name: 'bad-config',
  cycles: 5,
  cycle: async ({ district, pause, random }) => {
    const { revision, ...good } = await district.api.get<{ revision: number; modbus: { buses: object[] } }>(PATH);
    await district.api.put(PATH, { ...good, modbus: { buses: [...good.modbus.buses, BROKEN_BUS] } });
    const startedMs = performance.now();
    if (random() < 0.5) {
      await pause(0, 60);
      await district.killAgent();
      district.startAgent();
    }
    const refused = async () => {
      const { config } = await district.agentStatus();
      return config.rejected?.revision === revision + 1;
    };
    await until('the document to be refused', () => refused().catch(() => false), { limitMs: LIMIT_MS, everyMs: 50 });
    slowestMs = Math.max(slowestMs, performance.now() - startedMs);
    await district.api.put(PATH, good);
    const applied = async () => (await district.agentStatus()).config.applied === revision + 2;
    await until('the good document', () => applied().catch(() => false), { limitMs: LIMIT_MS, everyMs: 50 });
  },
  figures: async () => ({ figures: { slowestRefusalMs: Math.round(slowestMs) }, ok: slowestMs < LIMIT_MS }),
});
process.exit();
