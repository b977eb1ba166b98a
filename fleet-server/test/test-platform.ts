import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import type { CityMessage } from '../src/subscriptions/city-message.ts';
import type { TestServer } from './test-server.ts';

export interface PlatformCredentials {
  username: string;
  password: string;
}

export async function createPlatform(server: TestServer, tenant: string, name: string): Promise<PlatformCredentials> {
  const { password } = await server.admin('POST', `/tenants/${tenant}/platform-accounts`, { name });
  return { username: name, password };
}

/** A platform that subscribes by MQTT and drops redeliveries by the id of the reading. */
export class TestPlatform {
  readonly received = new Map<string, CityMessage>();
  readonly topics: string[] = [];
  deliveries = 0;
  client: MqttClient;

  private constructor(client: MqttClient) {
    this.client = client;
    client.on('error', () => undefined);
    client.on('message', (topic, payload) => {
      this.deliveries += 1;
      this.topics.push(topic);
      const message = JSON.parse(payload.toString()) as CityMessage;
      this.received.set(message.id, message);
    });
  }

  static async connect(
    server: TestServer,
    credentials: PlatformCredentials,
    over: Partial<IClientOptions> = {},
  ): Promise<TestPlatform> {
    const client = await connectAsync({
      protocol: 'mqtts',
      host: '127.0.0.1',
      port: server.running.mqtt.port,
      ca: server.ca,
      clientId: 'hypervisor',
      clean: false,
      reconnectPeriod: 0,
      ...credentials,
      ...over,
    });
    return new TestPlatform(client);
  }

  get values(): (number | string)[] {
    return [...this.received.values()].map(({ value }) => value);
  }

  /** The client sends PUBACK when its handler calls back. */
  neverAcknowledge(): void {
    this.client.handleMessage = () => undefined;
  }

  async end(): Promise<void> {
    await this.client.endAsync(true);
  }
}
