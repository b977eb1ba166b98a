import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { type Issued, TestAuthority } from '../../../../agent/test/certificates.ts';
import { Mosquitto } from '../../../../agent/test/mosquitto.ts';
import type { Bench, Measured, Rules } from '../bench.ts';
import { cpuSecondsOf, memoryOf, rounded } from '../process-cost.ts';
import { childOf } from './child-of.ts';

const GATEWAYS = 200;
const WINDOW = 4;
const MESSAGE_BYTES = 2_000;
const WARM_UP_MS = 2_000;
const MEASURE_MS = 8_000;

const RULES = {
  messagesPerSecond: { beside: ['crypto'] },
  mosquittoMessagesPerSecond: { beside: ['crypto'] },
  messagesPerCpuSecond: { beside: ['crypto'], atLeast: 1.4 },
  mosquittoMessagesPerCpuSecond: { beside: ['crypto'] },
  rssMb: {},
  mosquittoRssMb: {},
} satisfies Rules;

/** Messages of many gateways by mutual TLS until they are in the process that consumes them: aedes in it, mosquitto before it. */
export const broker: Bench<keyof typeof RULES> = { rules: RULES, measure };

/** A broker under test, with the processes that it and its consumer are. */
interface Site {
  port: number;
  pids: readonly number[];
  consumer: ChildProcess;
  stop(): Promise<void>;
}

async function measure(): Promise<Measured<keyof typeof RULES>> {
  const authority = await TestAuthority.create();
  const [own, gateway] = [await authority.issue('broker'), await authority.issue('gateway')];
  const aedes = await fanIn(await startAedes(authority.pem, own), authority.pem, gateway);
  const mosquitto = await fanIn(await startMosquitto(authority.pem, own, gateway), authority.pem, gateway);
  return {
    figures: {
      messagesPerSecond: Math.round(aedes.perSecond),
      mosquittoMessagesPerSecond: Math.round(mosquitto.perSecond),
      messagesPerCpuSecond: Math.round(aedes.perCpuSecond),
      mosquittoMessagesPerCpuSecond: Math.round(mosquitto.perCpuSecond),
      rssMb: rounded(aedes.rssMb),
      mosquittoRssMb: rounded(mosquitto.rssMb),
    },
    conditions: {
      versions: `${versionOfMosquitto()}, Node ${process.versions.node}`,
      work: `${GATEWAYS} connections by mutual TLS, ${WINDOW} messages of ${MESSAGE_BYTES} bytes at QoS 1 under way on each, ${MEASURE_MS / 1_000} s`,
      counted: 'messages in the consumer; processor and memory of broker and consumer together, the load beside them',
    },
  };
}

async function fanIn(site: Site, ca: string, { certificate: cert, key }: Issued) {
  const clients: MqttClient[] = [];
  try {
    for (let index = 0; index < GATEWAYS; index += 1)
      clients.push(
        await connectAsync(`mqtts://127.0.0.1:${site.port}`, { ca, cert, key, clientId: `gateway-${index}` }),
      );
    let running = true;
    const body = Buffer.alloc(MESSAGE_BYTES, 0x5a);
    const send = async (client: MqttClient, index: number) => {
      while (running) await client.publishAsync(`up/gateway-${index}`, body, { qos: 1 });
    };
    const senders = clients.flatMap((client, index) => Array.from({ length: WINDOW }, () => send(client, index)));
    await pause(WARM_UP_MS);
    const [before, cpu, beganMs] = [await messagesOf(site), cpuOf(site), performance.now()];
    await pause(MEASURE_MS);
    const messages = (await messagesOf(site)) - before;
    const [cpuSeconds, seconds] = [cpuOf(site) - cpu, (performance.now() - beganMs) / 1_000];
    const rssMb = site.pids.reduce((sum, pid) => sum + memoryOf(pid).rssMb, 0);
    running = false;
    await Promise.all(senders);
    return { perSecond: messages / seconds, perCpuSecond: messages / cpuSeconds, rssMb };
  } finally {
    await Promise.all(clients.map((client) => client.endAsync(true)));
    await site.stop();
  }
}

async function startAedes(ca: string, own: Issued): Promise<Site> {
  const consumer = fork(join(import.meta.dirname, 'aedes-process.ts'));
  consumer.send({ ca, ...own });
  const [{ port }] = (await once(consumer, 'message')) as [{ port: number }];
  return { port, pids: [consumer.pid ?? 0], consumer, stop: async () => consumer.disconnect() };
}

async function startMosquitto(ca: string, own: Issued, gateway: Issued): Promise<Site> {
  const mosquitto = await Mosquitto.start(ca, own);
  const consumer = fork(join(import.meta.dirname, 'consumer-process.ts'));
  consumer.send({ port: mosquitto.port, ca, ...gateway });
  await once(consumer, 'message');
  return {
    port: mosquitto.port,
    pids: [childOf(process.pid, 'mosquitto'), consumer.pid ?? 0],
    consumer,
    stop: async () => {
      consumer.disconnect();
      await mosquitto.close();
    },
  };
}

async function messagesOf({ consumer }: Site): Promise<number> {
  consumer.send('messages');
  const [{ messages }] = (await once(consumer, 'message')) as [{ messages: number }];
  return messages;
}

function cpuOf({ pids }: Site): number {
  return pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
}

/** Its help begins with its version; it has no option for that alone and ends with 3. */
function versionOfMosquitto(): string {
  try {
    return execFileSync('mosquitto', ['-h'], { encoding: 'utf8' }).split('\n')[0] ?? '';
  } catch (error) {
    return String((error as { stdout?: string }).stdout).split('\n')[0] ?? '';
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
