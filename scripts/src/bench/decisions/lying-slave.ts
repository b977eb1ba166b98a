import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** The answer that would be right: header of seven bytes, function, count of bytes, registers (Messaging on TCP/IP V1.0b, 3.1.3). */
type Lie = (right: Buffer) => Buffer;

const HEADER_BYTES = 7;

/** Answers that are whole frames and no answers to the request. */
export const LIES: Readonly<Record<string, Lie>> = {
  'the transaction of another request': changed(1, (byte) => byte ^ 0x01),
  'another unit': changed(6, (byte) => byte + 1),
  'another function': changed(7, () => 4),
  'fewer registers than were asked for': (right) => framed(right, 124),
  'one register more': (right) => framed(right, 126),
  'a count of bytes that is not that of the frame': changed(8, (byte) => byte - 2),
};

function changed(at: number, to: (byte: number) => number): Lie {
  return (right) => {
    const bytes = Buffer.from(right);
    bytes[at] = to(bytes[at] ?? 0);
    return bytes;
  };
}

function framed(right: Buffer, registers: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + 2 + registers * 2);
  right.copy(bytes, 0, 0, Math.min(right.length, bytes.length));
  bytes.writeUInt16BE(3 + registers * 2, 4);
  bytes[8] = registers * 2;
  return bytes;
}

/** A slave that answers each read by `lie`. */
export async function lyingSlave(lie: Lie): Promise<{ port: number; stop(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (request: Buffer) => socket.write(lie(rightAnswer(request))));
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

function rightAnswer(request: Buffer): Buffer {
  const registers = request.readUInt16BE(10);
  return framed(Buffer.concat([request.subarray(0, HEADER_BYTES + 1), Buffer.alloc(1 + registers * 2)]), registers);
}
