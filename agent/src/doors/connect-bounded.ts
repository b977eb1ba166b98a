import { PacketGuard } from '@vigie/contract';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';

/**
 * A client whose broker cannot make it gather more than `maxPacketBytes` of one packet: the parser by itself would take
 * up to 256 MiB (MQTT 3.1.1, section 2.2.3). The connection is cut, with PACKET_TOO_LARGE as its error.
 */
export function connectBounded(options: IClientOptions & { url?: string }, maxPacketBytes: number): MqttClient {
  const { url, ...others } = options;
  const bounded = { ...others, manualConnect: true };
  const client = url === undefined ? connect(bounded) : connect(url, bounded);
  const connectNow = client.connect.bind(client);
  // Each connection has a stream of its own, and begins with the first byte of a packet.
  client.connect = () => {
    const connected = connectNow();
    const guard = new PacketGuard(maxPacketBytes);
    const { stream } = client;
    stream.prependListener('data', (chunk: Buffer) => {
      if (guard.accepts(chunk)) return;
      stream.destroy();
      client.emit('error', new Error('PACKET_TOO_LARGE'));
    });
    return connected;
  };
  return client.connect();
}
