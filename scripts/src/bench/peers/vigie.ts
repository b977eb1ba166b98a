import type { RegisterModel } from '@vigie/contract';
import { connectAsync } from 'mqtt';
import { District, GATEWAY, TENANT } from '../../demo/district.ts';
import { SILENT_CITY } from '../city-records.ts';
import { cpuSecondsOf, memoryOf } from '../process-cost.ts';
import { LOAD, type Poll, slaveName, slaveOf } from './load.ts';
import type { Peer, RunningPeer } from './peer.ts';

const NUMBERED = 'elec.reactive';

const MODEL: RegisterModel = {
  id: 'bench/meter',
  domain: 'electricity',
  modbus: {
    registers: Array.from({ length: LOAD.registers }, (_, address) => ({
      ...{ table: 'holdingRegister', address, type: 'uint16' },
      ...(address === 0 ? { quantity: NUMBERED } : { quantity: 'elec.power', channel: `C${address}` }),
    })),
  },
};

/** The agent and the fleet server as they are shipped; the sink is a platform that subscribes to the fleet server. */
export const vigie: Peer = {
  key: 'vigie',
  title: 'Vigie',
  does: `${LOAD.registers} readings of each poll decoded, checked against the vocabulary, on the disk (fsync), by mutual TLS to the fleet server, and stored there before it acknowledges`,
  start: startVigie,
};

async function startVigie(ports: readonly number[], folder: string): Promise<RunningPeer> {
  const district = new District({ folder, httpPort: 0, mqttPort: 0, city: SILENT_CITY, say: () => undefined });
  await district.start();
  await district.stopCity();
  await district.subscriber.close();
  const arrived = await recordReadings(district);
  await district.api.put(`/tenants/${TENANT}/gateways/${GATEWAY}/config`, {
    schema: 1,
    models: [MODEL],
    modbus: { buses: ports.map((port, index) => ({ id: `bus-${index}`, type: 'tcp', host: '127.0.0.1', port })) },
    devices: ports.map((_, index) => ({
      ...{ id: slaveName(index), model: MODEL.id },
      modbus: { bus: `bus-${index}`, unit: LOAD.unit, intervalMs: LOAD.intervalMs },
    })),
  });
  const pidOf = (name: string) => district.programs.find((program) => program.name === name)?.pid ?? 0;
  const server = {
    pid: pidOf('vigie-server'),
    before: cpuSecondsOf(pidOf('vigie-server')),
    beganMs: performance.now(),
  };
  return {
    arrived: arrived.polls,
    get processGroup() {
      return pidOf('vigie-agent');
    },
    cut: () => district.backhaul.cut(),
    mend: () => district.backhaul.mend(),
    killAndRestart: async () => {
      await district.killAgent();
      district.startAgent();
    },
    beside: () => {
      const perMinute = ((cpuSecondsOf(server.pid) - server.before) / (performance.now() - server.beganMs)) * 60_000;
      return `its fleet server beside it: ${perMinute.toFixed(1)} s of processor a minute, ${memoryOf(server.pid).rssMb.toFixed(0)} MB`;
    },
    stop: async () => {
      await arrived.end();
      await district.stop();
    },
  };
}

/** Subscribes to the one reading of each poll that numbers it. */
async function recordReadings({ platform }: District): Promise<{ polls: Poll[]; end(): Promise<void> }> {
  if (!platform) throw new Error('the district has no platform');
  const { port, ca, username, password, tenant } = platform;
  const client = await connectAsync(`mqtts://127.0.0.1:${port}`, { ca, username, password, clientId: 'bench-sink' });
  const polls: Poll[] = [];
  client.on('message', (_topic, payload) => {
    const { device, value } = JSON.parse(payload.toString()) as { device: string; value: number };
    polls.push({ slave: slaveOf(device), number: value });
  });
  await client.subscribeAsync(`city/v1/${tenant}/+/+/${NUMBERED}`, { qos: 1 });
  return { polls, end: () => client.endAsync(true) };
}
