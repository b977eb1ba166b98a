import { connect, type TLSSocket } from 'node:tls';
import { generate, type Packet, parser } from 'mqtt-packet';
import type { TestServer } from './test-server.ts';

/** Somebody who speaks MQTT byte by byte, and need not read what is answered. */
export class RawMqtt {
  readonly socket: TLSSocket;
  readonly received: Packet[] = [];
  closed = false;

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    const packets = parser();
    packets.on('packet', (packet) => this.received.push(packet));
    packets.on('error', () => undefined);
    socket.on('data', (part: Buffer) => packets.parse(part));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
    });
  }

  static async connect(
    server: TestServer,
    { localAddress, ...identity }: { cert?: string; key?: string; localAddress?: string } = {},
  ): Promise<RawMqtt> {
    const { port } = server.running.mqtt;
    const socket = connect({
      ...{ host: '127.0.0.1', port, ca: server.ca, ...identity },
      ...(localAddress === undefined ? {} : { localAddress }),
      checkServerIdentity: () => undefined,
    });
    const raw = new RawMqtt(socket);
    await new Promise<void>((resolve) => {
      socket.once('secureConnect', () => resolve());
      socket.once('close', () => resolve());
    });
    return raw;
  }

  send(packet: Packet): void {
    this.socket.write(generate(packet));
  }

  hello(over: { clientId?: string; username?: string; password?: string } = {}): void {
    const { password, ...rest } = over;
    this.send({
      ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 0, clientId: 'raw' },
      ...rest,
      ...(password === undefined ? {} : { password: Buffer.from(password) }),
    });
  }

  get connack(): number | undefined {
    const packet = this.received.find(({ cmd }) => cmd === 'connack');
    return packet?.cmd === 'connack' ? packet.returnCode : undefined;
  }

  end(): void {
    this.socket.destroy();
  }
}
