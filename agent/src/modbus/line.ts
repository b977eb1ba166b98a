import { connect } from 'node:net';
import type { ModbusRtuBus, ModbusTcpBus } from '@vigie/contract';
import { SerialPort } from 'serialport';

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

export function tcpLine(bus: ModbusTcpBus): OpenLine {
  return (events, timeoutMs) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: bus.host, port: bus.port, noDelay: true, keepAlive: true });
      let open = false;
      let closing = false;
      let reason = 'closed by the other side';
      const timer = setTimeout(() => socket.destroy(new Error(`no connection within ${timeoutMs} ms`)), timeoutMs);
      socket.on('connect', () => {
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

export function serialLine(bus: ModbusRtuBus): OpenLine {
  return (events) =>
    new Promise((resolve, reject) => {
      const { path, baudRate, parity, stopBits } = bus;
      const port = new SerialPort({ path, baudRate, parity, stopBits, dataBits: 8, autoOpen: false });
      let closing = false;
      const lost = (reason: string): void => {
        if (closing) return;
        closing = true;
        events.lost(reason);
      };
      port.on('data', (bytes: Buffer) => events.data(bytes));
      port.on('error', (error) => lost(error.message));
      port.on('close', (error: Error | null) => lost(error?.message ?? 'the port was closed'));
      port.open((error) => {
        if (error) {
          reject(error);
          return;
        }
        resolve({
          write: (bytes) => void port.write(Buffer.from(bytes)),
          close: () => {
            closing = true;
            return new Promise((closed) => (port.isOpen ? port.close(() => closed()) : closed()));
          },
        });
      });
    });
}
