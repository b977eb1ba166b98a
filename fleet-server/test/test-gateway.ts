import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { PemConverter, Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import {
  type Acknowledgement,
  downlinkTopics,
  type EnrolmentResponse,
  gatewayTopic,
  type Lane,
  type OutboxRecord,
  parseClaim,
  uplinkTopic,
} from '@vigie/contract';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import type { TestServer } from './test-server.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export async function makeCsr(): Promise<{ csr: string; key: string }> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const csr = await Pkcs10CertificateRequestGenerator.create({
    name: 'CN=anything',
    keys,
    signingAlgorithm: ALGORITHM,
  });
  const key = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { csr: csr.toString('pem'), key };
}

/** Speaks the wire of a gateway, and nothing but the wire. */
export class TestGateway {
  readonly id: string;
  readonly identity: EnrolmentResponse & { key: string };
  readonly server: TestServer;
  readonly acknowledgements: Acknowledgement[] = [];
  readonly messages: { leaf: string; body: unknown }[] = [];
  epoch = 'epoch00001';
  client: MqttClient | undefined;
  #batch: Record<Lane, number> = { live: 0, backlog: 0 };
  #seq = 0;

  constructor(server: TestServer, identity: EnrolmentResponse & { key: string }) {
    this.server = server;
    this.identity = identity;
    this.id = identity.gateway;
  }

  /** Makes tenant and gateway where they are missing, and enrols by a claim. */
  static async enrol(server: TestServer, tenant: string, id: string): Promise<TestGateway> {
    await server.api({ method: 'POST', path: '/tenants', token: server.token, body: { id: tenant, name: tenant } });
    await server.api({
      method: 'POST',
      path: `/tenants/${tenant}/gateways`,
      token: server.token,
      body: { id, name: id },
    });
    const { claim } = await server.admin('POST', `/tenants/${tenant}/gateways/${id}/claims`, {});
    const { csr, key } = await makeCsr();
    const code = parseClaim(claim)?.code;
    const answer = await server.http('/enrol', { method: 'POST', body: { v: 1, code, csr } });
    if (answer.status !== 200) throw new Error(`enrolment: ${answer.status} ${JSON.stringify(answer.body)}`);
    return new TestGateway(server, { ...answer.body, key });
  }

  async connect(over: Partial<IClientOptions> = {}): Promise<void> {
    const client = await connectAsync({
      protocol: 'mqtts',
      host: '127.0.0.1',
      port: this.server.running.mqtt.port,
      ca: this.identity.ca,
      cert: this.identity.certificate,
      key: this.identity.key,
      clientId: this.id,
      reconnectPeriod: 0,
      clean: true,
      ...over,
    });
    client.on('error', () => undefined);
    this.client = client;
    this.#batch = { live: 0, backlog: 0 };
    client.on('message', (topic, payload) => {
      const leaf = topic.split('/').at(-1) ?? '';
      const body: unknown = JSON.parse(payload.toString());
      this.messages.push({ leaf, body });
      if (leaf === 'ack') this.acknowledgements.push(body as Acknowledgement);
    });
    await client.subscribeAsync(downlinkTopics(this.id), { qos: 0 });
  }

  hello(
    config: { applied: number; rejected?: { revision: number; code: string; message: string } } = { applied: 0 },
  ): void {
    this.publish('hello', { v: 1, versions: [1], agentVersion: '0.1.0', bootedAt: 1, config });
  }

  publish(leaf: 'hello' | 'status' | 'home/report', body: unknown): void {
    this.client?.publish(gatewayTopic(this.id, leaf), JSON.stringify(body));
  }

  /** Sends records with the next sequence numbers; answers the number of their batch. */
  send(records: (OutboxRecord | object)[], lane: Lane = 'live'): number {
    return this.sendAs(
      records.map((record) => ({ seq: ++this.#seq, record })),
      lane,
    );
  }

  sendAs(records: { seq: number; record: unknown }[], lane: Lane = 'live', batch = ++this.#batch[lane]): number {
    const envelope = { v: 1, epoch: this.epoch, lane, batch, sentAt: Date.now(), records };
    this.client?.publish(uplinkTopic(this.id, lane), JSON.stringify(envelope));
    return batch;
  }

  acknowledgedThrough(lane: Lane): number {
    return Math.max(0, ...this.acknowledgements.filter((a) => a.lane === lane).map((a) => a.throughBatch));
  }

  of(leaf: string): unknown[] {
    return this.messages.filter((message) => message.leaf === leaf).map(({ body }) => body);
  }

  async end(): Promise<void> {
    await this.client?.endAsync(true);
    this.client = undefined;
  }
}

export function readings(values: Record<string, number | string>, over: object = {}): OutboxRecord {
  return {
    kind: 'readings',
    device: 'meter-1',
    priority: 'reading',
    times: { receivedAt: Date.now(), clock: 'gateway', trusted: true },
    codec: { id: 'vigie/lighting-cabinet', version: 1 },
    readings: Object.entries(values).map(([quantity, value]) => ({ quantity, value })),
    ...over,
  };
}
