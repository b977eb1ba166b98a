import { createServer } from 'node:net';
import { type District, GATEWAY, TENANT } from '../demo/district.ts';
import { until } from '../demo/program.ts';
import type { DoorTargets } from './doors/doors-of.ts';
import { serverTargets } from './doors/server-targets.ts';
import { Siege } from './doors/siege.ts';
import { runTorture } from './torture.ts';

const CONFIG = `/tenants/${TENANT}/gateways/${GATEWAY}/config`;
const CITY = ['--devices', '20', '--interval-ms', '1000', '--modbus-interval-ms', '1000', '--speed', '60'];
/** Visits to one door before the next one's turn comes: its neighbour needs enough samples for a p99. */
const VISITS_IN_A_ROW = 100;

/** Names of doors, to look at some alone; all where absent. */
const ONLY = process.env.VIGIE_TORTURE_DOORS?.split(',');

let siege: Siege | undefined;
let pids: number[] = [];

/**
 * Every listener is visited by the hostile: bytes of any kind, half handshakes, slow and silent connections, crowds, and
 * those who never read. Meanwhile a whole city is served: nothing that the gateway took may be lost, no program may end,
 * and no honest neighbour at the door may wait noticeably longer. (Datagrams that a flood pushes out of the kernel's
 * buffer were never taken: `emitted` is then larger than `stored`.)
 */
process.exitCode = await runTorture({
  name: 'doors',
  cycles: 10_000,
  city: CITY,
  cycle: async ({ district, random }, cycle) => {
    if (!siege) {
      siege = new Siege(await openAllDoors(district), ONLY);
      pids = district.programs.map(({ pid }) => pid);
      await siege.rest();
    }
    const { doors } = siege;
    const door = doors[Math.floor((cycle - 1) / VISITS_IN_A_ROW) % doors.length] ?? '';
    await siege.visit(door, Math.floor(random() * 2 ** 31));
  },
  figures: async ({ district }) => {
    const neighbours = (await siege?.end()) ?? [];
    const crashes = district.programs.filter(
      ({ exitCode, pid }) => exitCode !== undefined || !pids.includes(pid),
    ).length;
    const starved = neighbours.filter((neighbour) => neighbour.starved).length;
    for (const { door, restP99Ms, siegeP99Ms } of neighbours)
      process.stderr.write(`· ${door}: p99 ${restP99Ms.toFixed(1)} ms at rest, ${siegeP99Ms.toFixed(1)} ms besieged\n`);
    for (const [stage, { dropped }] of Object.entries((await district.agentStatus()).ledger))
      if (Object.keys(dropped).length > 0) process.stderr.write(`· ${stage} dropped ${JSON.stringify(dropped)}\n`);
    return { figures: { crashes, starved }, ok: crashes === 0 && starved === 0 };
  },
});
process.exit();

/** A configuration with every kind of listener; resolves when the gateway has it in force. */
async function openAllDoors(district: District): Promise<DoorTargets> {
  interface Document {
    revision: number;
    lorawan: { sources: { id: string; port: number }[] };
    modbus: object;
  }
  const { revision, ...good } = await district.api.get<Document>(CONFIG);
  const [stationPort, modbusPort] = [await freePort(), await freePort()];
  const station = { id: 'stations', type: 'basics-station', host: '127.0.0.1', port: stationPort };
  const point = { address: 0, type: 'float32', device: 'none', quantity: 'elec.power' };
  const server = { host: '127.0.0.1', port: modbusPort, staleAfterMs: 60_000, points: [point] };
  await district.api.put(CONFIG, {
    ...good,
    lorawan: { ...good.lorawan, sources: [...good.lorawan.sources, station] },
    modbus: { ...good.modbus, server },
  });
  const applied = async () => (await district.agentStatus()).config.applied > revision;
  await until('the configuration with all listeners', applied, { limitMs: 20_000 });
  const udpPort = good.lorawan.sources[0]?.port ?? 0;
  return {
    agent: { udpPort, stationPort, modbusPort, healthPort: district.agentHealthPort },
    server: await serverTargets(district.serverAddress),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
