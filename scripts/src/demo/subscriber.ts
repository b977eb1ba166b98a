import { tenantFilter } from '@vigie/contract';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Observation } from './verdict.ts';

export interface SubscriberOptions {
  port: number;
  ca: string;
  username: string;
  password: string;
  tenant: string;
}

export interface CityMessage extends Observation {
  id: string;
  /** ISO 8601. */
  receivedAt: string;
  historical?: boolean;
}

/**
 * A platform: a persistent MQTT session at QoS 1 on all of its tenant's readings. It drops redeliveries by the id that
 * each reading carries.
 */
export class Subscriber {
  readonly #byId = new Map<string, Observation>();
  readonly #client: MqttClient;
  #listener: (message: CityMessage) => void = () => undefined;

  private constructor(client: MqttClient) {
    this.#client = client;
  }

  static async connect({ port, ca, username, password, tenant }: SubscriberOptions): Promise<Subscriber> {
    const client = await connectAsync({
      protocol: 'mqtts',
      host: '127.0.0.1',
      port,
      ca,
      username,
      password,
      clientId: `demo-platform-${username}`,
      clean: false,
      reconnectPeriod: 500,
    });
    const subscriber = new Subscriber(client);
    client.on('message', (_topic, payload) => {
      const message = JSON.parse(payload.toString()) as CityMessage;
      subscriber.#listener(message);
      const { id, device, quantity, channel, value } = message;
      subscriber.#byId.set(id, { device, quantity, value, ...(channel === undefined ? {} : { channel }) });
    });
    client.on('error', () => undefined);
    await client.subscribeAsync(tenantFilter(tenant), { qos: 1 });
    return subscriber;
  }

  /** Called with each message as it comes, redeliveries too. */
  listen(listener: (message: CityMessage) => void): void {
    this.#listener = listener;
  }

  get count(): number {
    return this.#byId.size;
  }

  observations(): Observation[] {
    return [...this.#byId.values()];
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }
}
