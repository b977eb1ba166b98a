import { Agent, request } from 'node:https';
import { type Acknowledgement, gatewayTopic, uplinkTopic } from '@vigie/contract';
import { connectAsync, type MqttClient } from 'mqtt';
import type { ServerTargets } from './server-targets.ts';

/** An answer that took longer is none. */
const PATIENCE_MS = 10_000;

/** A healthy gateway: how long one reading of it takes to be stored and acknowledged. */
export class HonestGateway {
  readonly #targets: ServerTargets;
  readonly #epoch = `doors${Date.now().toString(36)}`;
  #client: Promise<MqttClient> | undefined;
  #seq = 0;
  #batch = 0;

  constructor(targets: ServerTargets) {
    this.#targets = targets;
  }

  async acknowledgedMs(): Promise<number> {
    this.#client ??= this.#connect();
    const client = await this.#client;
    const { gateway } = this.#targets.honest;
    const batch = ++this.#batch;
    const began = performance.now();
    const acknowledged = new Promise<void>((resolve, reject) => {
      const done = setTimeout(() => reject(new Error('no acknowledgement in time')), PATIENCE_MS);
      const look = (_topic: string, payload: Buffer) => {
        if ((JSON.parse(payload.toString()) as Acknowledgement).throughBatch < batch) return;
        clearTimeout(done);
        client.off('message', look);
        resolve();
      };
      client.on('message', look);
    });
    const record = { kind: 'event', code: 'TORTURE_PROBE', severity: 'info', at: Date.now() };
    const records = [{ seq: ++this.#seq, record }];
    const envelope = { v: 1, epoch: this.#epoch, lane: 'live', batch, sentAt: Date.now(), records };
    client.publish(uplinkTopic(gateway, 'live'), JSON.stringify(envelope));
    await acknowledged;
    return performance.now() - began;
  }

  async #connect(): Promise<MqttClient> {
    const { mqttPort: port, ca, honest } = this.#targets;
    const client = await connectAsync({
      ...{ protocol: 'mqtts', host: '127.0.0.1', port, ca, cert: honest.certificate, key: honest.key },
      ...{ clientId: honest.gateway, reconnectPeriod: 0, clean: true },
    });
    client.on('error', () => undefined);
    client.on('close', () => {
      this.#client = undefined;
      this.#batch = 0;
    });
    await client.subscribeAsync(gatewayTopic(honest.gateway, 'ack'), { qos: 0 });
    return client;
  }
}

/** A program that uses the API over one connection: how long one answer takes. */
export class HonestClient {
  readonly #targets: ServerTargets;
  readonly #agent: Agent;

  constructor(targets: ServerTargets) {
    this.#targets = targets;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 1, ca: targets.ca });
  }

  answeredMs(path = '/api/v1/tenants'): Promise<number> {
    const { httpPort: port, token } = this.#targets;
    const began = performance.now();
    return new Promise((resolve, reject) => {
      const call = request(
        {
          ...{ host: '127.0.0.1', port, path, agent: this.#agent, timeout: PATIENCE_MS },
          headers: { authorization: `Bearer ${token}` },
        },
        (response) => {
          response.resume();
          response.on('end', () => {
            if (response.statusCode === 200) resolve(performance.now() - began);
            else reject(new Error(`${path}: ${response.statusCode}`));
          });
        },
      );
      call.on('timeout', () => call.destroy(new Error('no answer in time')));
      call.on('error', reject);
      call.end();
    });
  }
}
