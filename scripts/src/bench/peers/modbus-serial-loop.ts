import { createRequire } from 'node:module';
import { connect } from 'mqtt';
import { LOAD, slaveName } from './load.ts';

/** The part of `modbus-serial` that is used here. */
interface ModbusSerial {
  connectTCP(host: string, options: { port: number }): Promise<void>;
  setID(unit: number): void;
  setTimeout(ms: number): void;
  readHoldingRegisters(first: number, count: number): Promise<{ data: number[] }>;
}

const TIMEOUT_MS = 1_000;
const [packages = '', brokerPort, ...ports] = process.argv.slice(2);
const ModbusRtu = createRequire(packages)('modbus-serial') as new () => ModbusSerial;

/** What somebody writes in an afternoon: poll, publish as JSON at QoS 1, nothing decoded and nothing stored. */
const broker = connect(`mqtt://127.0.0.1:${brokerPort}`, { reconnectPeriod: 1_000 });
broker.on('error', () => undefined);
for (const [index, port] of ports.entries()) {
  const slave = new ModbusRtu();
  await slave.connectTCP('127.0.0.1', { port: Number(port) });
  slave.setID(LOAD.unit);
  slave.setTimeout(TIMEOUT_MS);
  setInterval(() => {
    slave
      .readHoldingRegisters(0, LOAD.registers)
      .then(({ data }) => {
        broker.publish(`registers/${slaveName(index)}`, JSON.stringify(data), { qos: 1 });
      })
      .catch((error: unknown) => console.error(error));
  }, LOAD.intervalMs);
}
