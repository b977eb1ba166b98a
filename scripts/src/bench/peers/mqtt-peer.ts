import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { Mosquitto } from '../../../../agent/test/mosquitto.ts';
import { Backhaul } from '../../demo/backhaul.ts';
import { Program } from '../../demo/program.ts';
import type { Poll } from './load.ts';
import type { Peer, RunningPeer } from './peer.ts';

export interface MqttPeer extends Omit<Peer, 'start'> {
  topic: string;
  /** The polls that a message to the broker holds. */
  polls(topic: string, payload: Buffer): Poll[];
  /** What it asks of the platform that it expects behind the broker, and sends nothing before it is answered: by number. */
  asks?: { request: string; response: string; answer: object };
  /** Writes its configuration into the folder and says how it is started there. */
  prepare(site: { folder: string; brokerPort: number; ports: readonly number[] }): {
    command: readonly string[];
    environment?: Readonly<Record<string, string>>;
  };
}

/** A gateway that publishes to a plain MQTT broker: mosquitto behind a wire that can be cut, and a subscriber that records. */
export function throughBroker({ key, title, does, ...peer }: MqttPeer): Peer {
  return { key, title, does, start: (ports, folder) => startPeer(key, peer, ports, folder) };
}

async function startPeer(
  key: string,
  { topic, polls, asks, prepare }: Omit<MqttPeer, 'key' | 'title' | 'does'>,
  ports: readonly number[],
  folder: string,
): Promise<RunningPeer> {
  mkdirSync(folder, { recursive: true });
  const broker = await Mosquitto.startPlain();
  const wire = new Backhaul(() => ({ host: '127.0.0.1', port: broker.port }));
  const arrived: Poll[] = [];
  const sink: MqttClient = await connectAsync(`mqtt://127.0.0.1:${broker.port}`);
  sink.on('message', (from, payload) => {
    if (asks && from.startsWith(asks.request))
      sink.publish(`${asks.response}${from.slice(asks.request.length)}`, JSON.stringify(asks.answer), { qos: 1 });
    else arrived.push(...polls(from, payload));
  });
  await sink.subscribeAsync(asks ? [topic, `${asks.request}+`] : topic, { qos: 1 });
  const { command, environment } = prepare({ folder, brokerPort: await wire.listen(), ports });
  const start = () =>
    new Program(key, ['env', `--chdir=${folder}`, ...command], join(folder, 'output.log'), { ...environment });
  let program = start();
  return {
    arrived,
    get processGroup() {
      return program.pid;
    },
    cut: () => wire.cut(),
    mend: () => wire.mend(),
    killAndRestart: async () => {
      await program.stop('SIGKILL');
      program = start();
    },
    stop: async () => {
      await program.stop();
      wire.close();
      await sink.endAsync(true);
      await broker.close();
    },
  };
}
