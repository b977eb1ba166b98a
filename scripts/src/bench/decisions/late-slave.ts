import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { crc16 } from '../../../../agent/src/modbus/crc16.ts';

const READ_BYTES = 8;

/**
 * A slave on a serial line behind a converter (RTU over TCP) that is slow once: it answers its first request when the
 * second one comes, as a repeater or a busy meter does, and that one not at all. Each register holds its own address.
 */
export async function lateSlave(): Promise<{ port: number; stop(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let first: Buffer | undefined;
    socket.on('error', () => undefined);
    socket.on('data', (request: Buffer) => {
      if (request.length !== READ_BYTES) return;
      if (first) socket.write(answerTo(first));
      else first = request;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function answerTo(request: Buffer): Buffer {
  const [address, count] = [request.readUInt16BE(2), request.readUInt16BE(4)];
  const body = Buffer.alloc(3 + count * 2);
  request.copy(body, 0, 0, 2);
  body[2] = count * 2;
  for (let index = 0; index < count; index += 1) body.writeUInt16BE(address + index, 3 + index * 2);
  const sum = Buffer.alloc(2);
  sum.writeUInt16LE(crc16(body));
  return Buffer.concat([body, sum]);
}
