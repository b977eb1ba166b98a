import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { gatewayTopic, uplinkTopic } from '@vigie/contract';
import { generate } from 'mqtt-packet';
import { mutated } from './hostile-tcp.ts';
import type { ServerTargets } from './server-targets.ts';

type Visit = (socket: TLSSocket, targets: ServerTargets, random: () => number) => void;

/** Longest stay of one visit: many are under way at once. */
const STAY_MS = 400;
const HELLOS = 580;
const BATCHES = 60;

function publish(topic: string, payload: string | Buffer): Buffer {
  return generate({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false });
}

function hello(targets: ServerTargets): Buffer {
  const body = { v: 1, versions: [1], agentVersion: '0', bootedAt: 1, config: { applied: 0 } };
  return publish(gatewayTopic(targets.hostile.gateway, 'hello'), JSON.stringify(body));
}

function batch(targets: ServerTargets, random: () => number, records: number): Buffer {
  const epoch = `evil${Math.floor(random() * 1e9).toString(36)}000000`.slice(0, 12);
  const record = { kind: 'event', code: 'TORTURE_FLOOD', severity: 'info', at: 1 };
  const all = Array.from({ length: records }, (_, index) => ({ seq: index + 1, record }));
  const body = { v: 1, epoch, lane: 'live', batch: 1, sentAt: 1, records: all };
  return publish(uplinkTopic(targets.hostile.gateway, 'live'), JSON.stringify(body));
}

const VISITS: Readonly<Record<string, Visit>> = {
  'greets without end and reads nothing': (socket, targets) => {
    socket.pause();
    socket.write(Buffer.concat(Array<Buffer>(HELLOS).fill(hello(targets))));
  },
  'floods with batches, each of a new outbox': (socket, targets, random) => {
    for (let sent = 0; sent < BATCHES; sent += 1) socket.write(batch(targets, random, 1 + Math.floor(random() * 40)));
  },
  'sends damaged batches': (socket, targets, random) => {
    for (let sent = 0; sent < BATCHES; sent += 1) {
      const damaged = mutated(
        Buffer.from(`{"v":1,"epoch":"evil00000000","lane":"live","records":[${random()}]}`),
        random,
      );
      socket.write(publish(uplinkTopic(targets.hostile.gateway, 'live'), damaged));
    }
  },
  'nests JSON': (socket, targets, random) => {
    const deep = '['.repeat(1_000 + Math.floor(random() * 100_000));
    for (const leaf of ['hello', 'status', 'home/report'] as const) {
      socket.write(publish(gatewayTopic(targets.hostile.gateway, leaf), deep));
    }
  },
  'announces a packet that never comes': (socket) => {
    socket.write(Buffer.of(0x30, 0xff, 0xff, 0xff, 0x7f));
  },
  'speaks for another': (socket, targets, random) => {
    socket.write(publish(uplinkTopic(targets.honest.gateway, 'live'), batch(targets, random, 1)));
    socket.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 1 }] }));
  },
};

/** One visit of a gateway whose identity is good and whose intentions are not. */
export async function visitAsGateway(targets: ServerTargets, random: () => number): Promise<void> {
  const { mqttPort: port, ca, hostile } = targets;
  const localAddress = `127.66.1.${1 + Math.floor(random() * 200)}`;
  const way = { host: '127.0.0.1', port, ca, cert: hostile.certificate, key: hostile.key, localAddress };
  const socket = connect(way);
  socket.on('error', () => undefined);
  const timer = setTimeout(() => socket.destroy(), 2 * STAY_MS);
  try {
    await once(socket, 'secureConnect');
    socket.write(
      generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 0, clientId: 'x' }),
    );
    await once(socket, 'data');
    const kinds = Object.values(VISITS);
    kinds[Math.floor(random() * kinds.length)]?.(socket, targets, random);
    await new Promise((resolve) => setTimeout(resolve, STAY_MS));
  } catch {
    // The server hung up: that is its good right.
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}
