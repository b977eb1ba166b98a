import type { ModbusBus, ModbusDeviceConfig } from '@vigie/contract';
import type { ModbusDefinition } from '@vigie/decoders';
import { describe, expect, it } from 'vitest';
import { lineLoad } from './line-load.ts';

const BUS: ModbusBus = { id: 'line', type: 'rtu', path: '/dev/x', baudRate: 9_600, parity: 'even', stopBits: 1 };

function definition(registers: number, every = 1): ModbusDefinition {
  return {
    protocol: 'modbus',
    id: 'test/meter',
    version: 1,
    vendor: 'test',
    title: 'Meter',
    domain: 'electricity',
    source: 'none',
    registers: Array.from({ length: registers }, (_, address) => ({
      table: 'holdingRegister',
      address,
      type: 'uint16',
      quantity: 'elec.power',
      every,
    })),
  };
}

function polled(id: string, intervalMs: number, registers: number, every = 1) {
  const device: ModbusDeviceConfig = { id, model: 'test/meter', modbus: { bus: 'line', unit: 1, intervalMs } };
  return { device, definition: definition(registers, every) };
}

describe('lineLoad', () => {
  it('reckons the time of requests, answers and silences', () => {
    // 13 + 200 bytes of 11 bits at 9,600 baud are 244 ms; two silences are 8 ms, the slave takes 5.
    const load = lineLoad(BUS, [polled('a', 1_000, 100)]);
    expect(load?.devices[0]?.pollMs).toBeCloseTo(257, 0);
    expect(load?.share).toBeCloseTo(0.257, 2);
    expect(load?.stretch).toBe(1);
  });

  it('says which intervals would fit when the polls do not', () => {
    const load = lineLoad(BUS, [polled('a', 200, 100), polled('b', 400, 100)]);
    expect(load?.share).toBeGreaterThan(1);
    const fitting = load?.devices.map(({ fittingIntervalMs }) => fittingIntervalMs) ?? [];
    const again = lineLoad(BUS, [polled('a', fitting[0] ?? 1, 100), polled('b', fitting[1] ?? 1, 100)]);
    expect(again?.share).toBeLessThanOrEqual(0.8);
    expect(again?.share).toBeGreaterThan(0.78);
  });

  it('counts what is read rarely for its part', () => {
    const often = lineLoad(BUS, [polled('a', 1_000, 100)])?.share ?? 0;
    const rarely = lineLoad(BUS, [{ ...polled('a', 1_000, 0), definition: mixed() }])?.share ?? 0;
    expect(rarely).toBeLessThan(often / 4);
  });

  it('knows no limit for a network', () => {
    expect(lineLoad({ id: 'n', type: 'tcp', host: 'h', port: 502 }, [polled('a', 100, 100)])).toBeUndefined();
  });
});

/** One register every poll, a hundred every tenth. */
function mixed(): ModbusDefinition {
  const fast = definition(1).registers;
  const slow = definition(100, 10).registers.map((point) => ({ ...point, address: point.address + 500 }));
  return { ...definition(0), registers: [...fast, ...slow] };
}
