import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { parseArgs } from 'node:util';
import { encodeBatch, gatewayTopic, uplinkTopic } from '@vigie/contract';
import { generate, type Packet } from 'mqtt-packet';
import { District } from '../demo/district.ts';
import { seededRandom } from '../simulate/random.ts';
import { mutated } from './doors/hostile-tcp.ts';
import { HonestGateway } from './doors/server-neighbours.ts';
import { type ServerTargets, serverTargets } from './doors/server-targets.ts';

const PACKETS_EACH = 50;
const AT_ONCE = 4;
/** A server that neither answers nor hangs up by then has swallowed the connection. */
const PATIENCE_MS = 10_000;
/** After so many packets all caches are full. */
const WARM_UP = 20_000;
const MEGABYTE = 1_048_576;

const PING = generate({ cmd: 'pingreq' });
const CONNECT: Packet = {
  ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 30, clientId: 'fuzz' },
};

/** Valid packets of every kind that a gateway may send, and of some that it may not: what mutation starts from. */
function corpus({ hostile, honest }: ServerTargets): Buffer[] {
  const head = { v: 1, epoch: 'fuzz00000001', lane: 'live' as const, batch: 1, sentAt: 1 };
  const record = { kind: 'event' as const, code: 'FUZZ_PROBE', severity: 'info' as const, at: 1 };
  const batches = (['columns', 'json'] as const).map((format) => encodeBatch(head, [{ seq: 1, record }], format));
  const hello = { v: 1, versions: [1], agentVersion: '0', bootedAt: 1, config: { applied: 0 } };
  const publish = (topic: string, payload: string | Uint8Array, qos: 0 | 1 | 2 = 0) =>
    generate({
      cmd: 'publish',
      topic,
      payload: Buffer.from(payload),
      qos,
      dup: false,
      retain: qos === 2,
      messageId: 7,
    });
  return [
    ...batches.map((payload) => publish(uplinkTopic(hostile.gateway, 'live'), payload)),
    ...batches.map((payload) => publish(uplinkTopic(hostile.gateway, 'backlog'), payload, 1)),
    publish(gatewayTopic(hostile.gateway, 'hello'), JSON.stringify(hello)),
    publish(gatewayTopic(hostile.gateway, 'status'), '{"v":1}'),
    publish(gatewayTopic(hostile.gateway, 'home/report'), '{"v":1,"kind":"frames","done":[]}'),
    publish(uplinkTopic(honest.gateway, 'live'), batches[0] ?? ''),
    publish('$SYS/fuzz', 'x', 2),
    generate({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [{ topic: gatewayTopic(hostile.gateway, 'ack'), qos: 0 }],
    }),
    generate({ cmd: 'subscribe', messageId: 2, subscriptions: [{ topic: '#', qos: 2 }] }),
    generate({ cmd: 'unsubscribe', messageId: 3, unsubscriptions: ['a/b'] }),
    ...(['puback', 'pubrec', 'pubrel', 'pubcomp'] as const).map((cmd) => generate({ cmd, messageId: 9 })),
    generate(CONNECT),
    PING,
    generate({ cmd: 'disconnect' }),
  ];
}

/** One connection with a good identity and packets that are not; resolves when the server answered or hung up. */
function visit({ mqttPort: port, ca, hostile }: ServerTargets, bytes: Buffer): Promise<'over' | 'stuck'> {
  return new Promise((resolve) => {
    const { certificate: cert, key } = hostile;
    const way = { host: '127.0.0.1', port, ca, cert, key, localAddress: '127.66.2.1' };
    const socket = connect(way);
    const end = (outcome: 'over' | 'stuck') => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => end('stuck'), PATIENCE_MS);
    socket.on('error', () => undefined);
    socket.on('close', () => end('over'));
    socket.once('secureConnect', () => socket.write(generate(CONNECT)));
    socket.once('data', () => {
      socket.write(Buffer.concat([bytes, PING]));
      // What comes back says that all before it was read; whether the packets were whole is not known.
      socket.once('data', () => end('over'));
      setTimeout(() => end('over'), 200).unref();
    });
  });
}

/** Sends damaged MQTT packets to the fleet server as it is shipped; counts ends of the process and lost neighbours. */
async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      cycles: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  const [packets, random] = [Number(values.cycles), seededRandom(Number(values.seed))];
  const folder = mkdtempSync(join(tmpdir(), 'vigie-mqtt-fuzz-'));
  const say = (line: string) => !values.json && process.stderr.write(`· ${line}\n`);
  const district = new District({ folder, httpPort: 0, mqttPort: 0, city: ['--devices', '1'], say });
  try {
    await district.start();
    await district.stopCity();
    const targets = await serverTargets(district.serverAddress);
    const seeds = corpus(targets);
    const [server] = district.programs;
    if (!server) throw new Error('the fleet server is not there');
    const honest = new HonestGateway(targets);
    const beganMs = performance.now();
    let [sent, stuck, baseline, highest] = [0, 0, 0, 0];
    const one = async () => {
      const bytes = Array.from({ length: PACKETS_EACH }, () =>
        mutated(seeds[Math.floor(random() * seeds.length)] ?? PING, random),
      );
      sent += PACKETS_EACH;
      if ((await visit(targets, Buffer.concat(bytes))) === 'stuck') stuck += 1;
    };
    while (sent < packets && server.exitCode === undefined) {
      await Promise.all(Array.from({ length: AT_ONCE }, one));
      if (sent < Math.min(WARM_UP, packets / 2)) continue;
      const rss = server.rssBytes();
      baseline ||= rss;
      highest = Math.max(highest, rss);
      if (sent % 20_000 < PACKETS_EACH * AT_ONCE) say(`${sent} of ${packets}, ${Math.round(rss / MEGABYTE)} MB`);
    }
    const crashes = server.exitCode === undefined ? 0 : 1;
    const starved = await honest.acknowledgedMs().then(
      () => 0,
      () => 1,
    );
    const memoryGrowthMb = Math.round((highest - baseline) / MEGABYTE);
    const seconds = Math.round((performance.now() - beganMs) / 1_000);
    process.stdout.write(`${JSON.stringify({ packets: sent, crashes, stuck, starved, memoryGrowthMb, seconds })}\n`);
    return crashes + stuck + starved === 0;
  } finally {
    await district.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exit((await main()) ? 0 : 1);
