import { createRequire } from 'node:module';
import { join } from 'node:path';
import { linkOf } from '../../../../agent/src/modbus/bus-link.ts';

/** Reads holding registers, or rejects. */
export interface ModbusClient {
  read(first: number, count: number): Promise<ArrayLike<number>>;
  close(): Promise<void>;
}

export type Connect = (port: number, type: 'tcp' | 'rtu-over-tcp') => Promise<ModbusClient>;

/** The part of modbus-serial that is used here. */
interface ModbusSerial {
  connectTCP(host: string, options: { port: number }): Promise<void>;
  connectTelnet(host: string, options: { port: number }): Promise<void>;
  setID(unit: number): void;
  setTimeout(ms: number): void;
  readHoldingRegisters(first: number, count: number): Promise<{ data: number[] }>;
  close(done: () => void): void;
}

const UNIT = 1;
const TIMEOUT_MS = 400;

export const ourClient: Connect = async (port, type) => {
  const bus = { id: 'bus', type, host: '127.0.0.1', port, timeoutMs: TIMEOUT_MS };
  const link = linkOf(bus, { monotonicMs: () => performance.now(), random: Math.random });
  return {
    read: async (address, count) => {
      await link.open();
      const exchange = await link.exchange(UNIT, { kind: 'read', table: 'holdingRegister', address, count });
      if (!exchange.ok) throw new Error(exchange.code);
      if (exchange.reply.kind !== 'values') throw new Error(exchange.reply.kind);
      return exchange.reply.values;
    },
    close: () => link.close(),
  };
};

/** `packages` is the folder in which modbus-serial is installed. */
export function modbusSerial(packages: string): Connect {
  return async (port, type) => {
    const ModbusRtu: new () => ModbusSerial = createRequire(join(packages, 'package.json'))('modbus-serial');
    const client = new ModbusRtu();
    await (type === 'tcp' ? client.connectTCP('127.0.0.1', { port }) : client.connectTelnet('127.0.0.1', { port }));
    client.setID(UNIT);
    client.setTimeout(TIMEOUT_MS);
    return {
      read: async (first, count) => (await client.readHoldingRegisters(first, count)).data,
      close: () => new Promise((resolve) => client.close(() => resolve())),
    };
  };
}
