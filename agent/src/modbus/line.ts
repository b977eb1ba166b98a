import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ModbusRtuBus, ModbusRtuOverTcpBus, ModbusTcpBus, ModbusTlsBus } from '@vigie/contract';

/** An open connection that carries bytes both ways: a socket or a serial port. */
export interface Line {
  write(bytes: Uint8Array): void;
  close(): Promise<void>;
}

export interface LineEvents {
  data(bytes: Uint8Array): void;
  /** At most once, and never after `close()` was called. */
  lost(reason: string): void;
}

/** Opens the line of a bus; rejects when it cannot be opened within `timeoutMs`. */
export type OpenLine = (events: LineEvents, timeoutMs: number) => Promise<Line>;

export function tcpLine({ host, port }: ModbusTcpBus | ModbusRtuOverTcpBus): OpenLine {
  return (events, timeoutMs) =>
    socketLine(connect({ host, port, noDelay: true, keepAlive: true }), 'connect', events, timeoutMs);
}

/** MODBUS/TCP Security V3.6: TLS 1.2 or later with both certificates; with the slave's alone where it asks for none. */
export function tlsLine({ host, port, ca, certificate: cert, key, serverName }: ModbusTlsBus): OpenLine {
  return (events, timeoutMs) => {
    // An address is no server name (RFC 6066 section 3), but the certificate must still be for it.
    const name = serverName ?? host;
    const servername = /^[0-9.:]+$/.test(name) ? {} : { servername: name };
    const own = cert === undefined || key === undefined ? {} : { cert, key };
    const socket = connectTls({ host, port, ca, ...own, minVersion: 'TLSv1.2', ...servername });
    socket.setNoDelay(true);
    return socketLine(socket, 'secureConnect', events, timeoutMs);
  };
}

function socketLine(socket: Socket, opened: string, events: LineEvents, timeoutMs: number): Promise<Line> {
  return new Promise((resolve, reject) => {
    let open = false;
    let closing = false;
    let reason = 'closed by the other side';
    const timer = setTimeout(() => socket.destroy(new Error(`no connection within ${timeoutMs} ms`)), timeoutMs);
    socket.once(opened, () => {
      clearTimeout(timer);
      open = true;
      resolve({
        write: (bytes) => void socket.write(bytes),
        close: () => {
          closing = true;
          socket.destroy();
          return Promise.resolve();
        },
      });
    });
    socket.on('data', (bytes) => events.data(bytes));
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.on('close', () => {
      clearTimeout(timer);
      if (!open) reject(new Error(reason));
      else if (!closing) events.lost(reason);
    });
  });
}

/** Time of one character: start bit, data bits, parity, stop bits (V1.02 section 2.5.1); 0 on a network. */
export function characterMs({ baudRate, parity, stopBits, dataBits = 8 }: ModbusRtuBus): number {
  return ((1 + dataBits + (parity === 'none' ? 0 : 1) + stopBits) / baudRate) * 1_000;
}
