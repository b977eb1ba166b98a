import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { ModbusUdpBus } from '@vigie/contract';
import type { OpenLine } from './line.ts';

/** Datagrams to one address and from it alone. What comes from others is dropped by the kernel. */
export function udpLine({ host, port }: ModbusUdpBus): OpenLine {
  return (events, timeoutMs) =>
    new Promise((resolve, reject) => {
      const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
      let state: 'opening' | 'open' | 'closed' = 'opening';
      const end = (reason: string): void => {
        if (state === 'closed') return;
        const wasOpen = state === 'open';
        state = 'closed';
        clearTimeout(timer);
        socket.close();
        if (wasOpen) events.lost(reason);
        else reject(new Error(reason));
      };
      const timer = setTimeout(() => end(`no address within ${timeoutMs} ms`), timeoutMs);
      socket.on('error', (error) => end(error.message));
      socket.on('message', (bytes) => {
        if (state === 'open') events.data(bytes);
      });
      socket.connect(port, host, () => {
        if (state !== 'opening') return;
        clearTimeout(timer);
        state = 'open';
        resolve({ write: (bytes) => send(socket, bytes, end), close: () => close(socket, () => (state = 'closed')) });
      });
    });
}

function send(socket: Socket, bytes: Uint8Array, end: (reason: string) => void): void {
  socket.send(bytes, (error) => {
    if (error) end(error.message);
  });
}

function close(socket: Socket, ended: () => void): Promise<void> {
  ended();
  return new Promise((resolve) => socket.close(() => resolve()));
}
