import { normalize } from 'node:path/posix';
import type { ModbusRtuBus } from '@vigie/contract';
import { SerialPort } from 'serialport';
import type { Line, LineEvents, OpenLine } from './line.ts';

/** A serial port of this machine. */
export function serialLine(bus: ModbusRtuBus): OpenLine {
  return async (events) => openPort(bus, await findPath(bus), events);
}

/** Where the adapter with the configured serial number is now; `list()` finds nothing without udev. */
async function findPath({ path, usbSerial }: ModbusRtuBus): Promise<string> {
  if (usbSerial === undefined) return path;
  const ports = await SerialPort.list().catch(() => []);
  return ports.find(({ serialNumber }) => serialNumber === usbSerial)?.path ?? path;
}

function openPort(
  { baudRate, parity, stopBits, dataBits = 8, rtsToggle }: ModbusRtuBus,
  path: string,
  events: LineEvents,
): Promise<Line> {
  return new Promise((resolve, reject) => {
    const port = new SerialPort({ path, baudRate, parity, stopBits, dataBits, autoOpen: false });
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
        reject(new Error(whyNotOpen(path, error)));
        return;
      }
      resolve({
        write: (bytes) => (rtsToggle ? writeWithRts(port, bytes, lost) : void port.write(Buffer.from(bytes))),
        close: () => {
          closing = true;
          return new Promise((closed) => (port.isOpen ? port.close(() => closed()) : closed()));
        },
      });
    });
  });
}

/**
 * Whoever writes the document must not learn from it what lies at a path of this machine: whether a file is there, is a
 * folder or may be read. Of devices it may be told, since that is what a technician meets.
 */
export function whyNotOpen(path: string, { message }: Error): string {
  const place = normalize(path);
  return place.startsWith('/dev/') && !place.startsWith('/dev/shm/') ? message : 'no serial port can be opened there';
}

/** The part of a serial port that turning a half-duplex driver around needs. */
export interface RtsPort {
  set(options: { rts: boolean }, done: (error: Error | null | undefined) => void): void;
  write(bytes: Buffer): unknown;
  drain(done: (error: Error | null | undefined) => void): void;
}

/** Raises RTS, sends, waits until the last bit has left and lets RTS fall, so that the slave can answer. */
export function writeWithRts(port: RtsPort, bytes: Uint8Array, failed: (reason: string) => void): void {
  port.set({ rts: true }, (raised) => {
    if (raised) {
      failed(raised.message);
      return;
    }
    port.write(Buffer.from(bytes));
    port.drain((drained) => {
      port.set({ rts: false }, (fallen) => {
        const error = drained ?? fallen;
        if (error) failed(error.message);
      });
    });
  });
}
