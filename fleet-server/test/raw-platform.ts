import { connect, type TLSSocket } from 'node:tls';
import { generate, type Packet, parser } from 'mqtt-packet';
import type { CityMessage } from '../src/subscriptions/city-message.ts';
import type { PlatformCredentials } from './test-platform.ts';
import type { TestServer } from './test-server.ts';

/** A platform that acknowledges what it chooses to, in any order: MQTT libraries acknowledge in turn. */
export class RawPlatform {
  readonly received: CityMessage[] = [];
  readonly #socket: TLSSocket;
  #pings = 0;

  private constructor(socket: TLSSocket, acknowledges: (message: CityMessage) => boolean) {
    this.#socket = socket;
    const packets = parser();
    packets.on('packet', (packet) => {
      if (packet.cmd === 'pingresp') this.#pings += 1;
      if (packet.cmd !== 'publish') return;
      const message = JSON.parse(packet.payload.toString()) as CityMessage;
      this.received.push(message);
      if (packet.messageId !== undefined && acknowledges(message)) {
        this.#send({ cmd: 'puback', messageId: packet.messageId });
      }
    });
    socket.on('data', (part: Buffer) => packets.parse(part));
    socket.on('error', () => undefined);
  }

  static async connect(
    server: TestServer,
    { username, password }: PlatformCredentials,
    filter: string,
    acknowledges: (message: CityMessage) => boolean,
  ): Promise<RawPlatform> {
    const socket = connect({ host: '127.0.0.1', port: server.running.mqtt.port, ca: server.ca });
    const platform = new RawPlatform(socket, acknowledges);
    const subscribed = new Promise<void>((resolve) => {
      const replies = parser();
      replies.on('packet', ({ cmd }) => cmd === 'suback' && resolve());
      socket.on('data', (part: Buffer) => replies.parse(part));
    });
    platform.#send({
      ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: false, keepalive: 0 },
      ...{ clientId: 'raw', username, password: Buffer.from(password) },
    });
    platform.#send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: filter, qos: 1 }] });
    await subscribed;
    return platform;
  }

  /** Sends a PINGREQ: when the answer is counted, the server has taken everything that was sent before. */
  ping(): void {
    this.#send({ cmd: 'pingreq' });
  }

  get pings(): number {
    return this.#pings;
  }

  end(): void {
    this.#socket.destroy();
  }

  #send(packet: Packet): void {
    this.#socket.write(generate(packet));
  }
}
