import type { EventRecord, ModbusBus, ModbusDeviceConfig } from '@vigie/contract';
import type { ModbusDefinition, RegisterPoint } from '@vigie/decoders';
import { pino } from 'pino';
import { afterEach } from 'vitest';
import type { ModbusMessage } from '../src/device-message.ts';
import { imbalanceOf, Ledger } from '../src/ledger.ts';
import { ModbusStage } from '../src/modbus/modbus-stage.ts';
import { hasProgram } from './has-program.ts';
import { type RunningSlave, readAnswer, type SlaveBehaviour } from './modbus-slave.ts';

const valueAt = (address: number, unit: number): number => address + unit * 1_000;
export const polite: SlaveBehaviour = (request) => request.answer(readAnswer(request, valueAt));

export function point(address: number, more: Partial<RegisterPoint> = {}): RegisterPoint {
  return { table: 'holdingRegister', address, type: 'uint16', quantity: 'elec.power', ...more };
}

export function meter(registers: RegisterPoint[]): ModbusDefinition {
  const about = { id: 'test/meter', version: 1, vendor: 'test', title: 'Meter', domain: 'electricity', source: 'none' };
  return { ...about, domain: 'electricity', protocol: 'modbus', registers };
}

export function device(id: string, bus: string, unit: number, intervalMs = 100): ModbusDeviceConfig {
  return { id, model: 'test/meter', modbus: { bus, unit, intervalMs } };
}

export function tcpBus(id: string, port: number): ModbusBus {
  return { id, type: 'tcp', host: '127.0.0.1', port, timeoutMs: 500 };
}

export function rtuBus(id: string, path: string, baudRate = 115_200): ModbusBus {
  return { id, type: 'rtu', path, baudRate, parity: 'none', stopBits: 1, timeoutMs: 500 };
}

export const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.close();
});

export async function slave<S extends RunningSlave>(started: Promise<S>): Promise<S> {
  const ready = await started;
  running.push(ready);
  return ready;
}

export function start(definition = meter([point(10), point(11)])) {
  const messages: ModbusMessage[] = [];
  const events: EventRecord[] = [];
  const ledger = new Ledger();
  const stage = new ModbusStage({
    ledger,
    clock: { now: () => Date.now(), monotonicMs: () => performance.now(), trusted: () => true },
    log: pino({ level: 'silent' }),
    sink: async (message) => {
      if (message.protocol === 'modbus') messages.push(message);
    },
    event: (event) => events.push(event),
    random: () => 0.5,
    findModel: (model) => (model === definition.id ? definition : undefined),
  });
  running.push({ close: () => stage.stop() });
  const of = (id: string): ModbusMessage[] => messages.filter((message) => message.device.id === id);
  const balance = (): number => imbalanceOf(ledger.stage('modbus.polls').snapshot());
  return { stage, messages, of, events, ledger, balance };
}

export const withoutPty = !hasProgram('socat');
