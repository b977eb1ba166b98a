import { type Acknowledgement, encodeBatch, gatewayTopic, type OutboxRecord, uplinkTopic } from '@vigie/contract';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Identity } from '../../../agent/src/enrol/identity.ts';
import { cityRecords, DISTRICT, readingsIn } from './city-records.ts';

/** Gateways that send a backlog each, as their forwarders would, from a process of their own. */
export interface IngestOrder {
  identities: Identity[];
  readingsEach: number;
}

export type IngestReport =
  | { ready: { readings: number; batches: number; records: number } }
  | { done: { beganAt: number; endedAt: number } };

const BATCH_RECORDS = 500;
const BATCH_BYTES = 256 * 1_024;
const WINDOW = 4;

interface Prepared {
  identity: Identity;
  batches: Uint8Array[];
  readings: number;
  records: number;
}

let prepared: Prepared[] = [];
process.on('message', (message: IngestOrder | 'go') => {
  obey(message).catch(fail);
});
process.on('disconnect', () => process.exit(0));

async function obey(message: IngestOrder | 'go'): Promise<void> {
  if (message !== 'go') {
    prepared = [];
    for (const [index, identity] of message.identities.entries())
      prepared.push(await prepare(identity, index, message.readingsEach));
    const readings = prepared.reduce((sum, gateway) => sum + gateway.readings, 0);
    const records = prepared.reduce((sum, gateway) => sum + gateway.records, 0);
    const batches = prepared.reduce((sum, gateway) => sum + gateway.batches.length, 0);
    process.send?.({ ready: { readings, batches, records } } satisfies IngestReport);
    return;
  }
  const clients = await Promise.all(prepared.map(({ identity }) => connectGateway(identity)));
  const beganAt = Date.now();
  await Promise.all(prepared.map((gateway, index) => send(gateway, clients[index])));
  process.send?.({ done: { beganAt, endedAt: Date.now() } } satisfies IngestReport);
  for (const client of clients) await client.endAsync(true);
}

function fail(error: unknown): never {
  console.error(error);
  process.exit(1);
}

/** Batches are made beforehand: what is measured is the server. */
async function prepare(identity: Identity, index: number, readingsWanted: number): Promise<Prepared> {
  const epoch = `bench${Date.now().toString(36)}${index}`;
  const batches: Uint8Array[] = [];
  let [readings, seq, bytes] = [0, 0, 0];
  let batch: { seq: number; record: OutboxRecord }[] = [];
  for await (const group of cityRecords({ ...DISTRICT, seed: index + 1, fromMs: Date.now() - 5 * 86_400_000 })) {
    for (const record of group) {
      batch.push({ seq: ++seq, record });
      bytes += JSON.stringify(record).length;
      if (batch.length < BATCH_RECORDS && bytes < BATCH_BYTES) continue;
      const head = { v: 1, epoch, lane: 'backlog' as const, batch: batches.length + 1, sentAt: Date.now() };
      batches.push(encodeBatch(head, batch, 'columns'));
      readings += readingsIn(batch.map(({ record: taken }) => taken));
      [batch, bytes] = [[], 0];
    }
    if (readings >= readingsWanted) break;
  }
  return { identity, batches, readings, records: seq - batch.length };
}

async function connectGateway({ gateway, mqtt, ca, certificate, key }: Identity): Promise<MqttClient> {
  const client = await connectAsync({
    ...{ protocol: 'mqtts', host: mqtt.host, port: mqtt.port, ca, cert: certificate, key },
    ...{ clientId: gateway, reconnectPeriod: 0, clean: true },
  });
  await client.subscribeAsync(gatewayTopic(gateway, 'ack'), { qos: 0 });
  return client;
}

/** Resolves when the server has acknowledged the last batch. */
function send({ identity, batches }: Prepared, client: MqttClient | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    const fill = (through: number) => {
      for (; sent < batches.length && sent - through < WINDOW; sent += 1) {
        client?.publish(uplinkTopic(identity.gateway, 'backlog'), Buffer.from(batches[sent] ?? []), { qos: 0 });
      }
    };
    client?.on('message', (_topic, payload) => {
      const { throughBatch, rejected } = JSON.parse(payload.toString()) as Acknowledgement;
      if (rejected) reject(new Error(`rejected: ${JSON.stringify(rejected[0])}`));
      if (throughBatch >= batches.length) resolve();
      else fill(throughBatch);
    });
    client?.on('close', () => reject(new Error('the server ended the connection')));
    fill(0);
  });
}
