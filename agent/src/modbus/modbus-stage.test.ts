import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventRecord, ModbusBus, ModbusDeviceConfig } from '@vigie/contract';
import { decodeRegisters, type ModbusDefinition, type ModbusWrite, type RegisterPoint } from '@vigie/decoders';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hasProgram } from '../../test/has-program.ts';
import {
  exceptionAnswer,
  type RunningSlave,
  readAnswer,
  type SlaveBehaviour,
  startSerialSlave,
  startTcpSlave,
} from '../../test/modbus-slave.ts';
import type { ModbusMessage } from '../device-message.ts';
import type { OrderProgress } from '../device-order.ts';
import { imbalanceOf, Ledger } from '../ledger.ts';
import { ModbusStage } from './modbus-stage.ts';

const valueAt = (address: number, unit: number): number => address + unit * 1_000;
const polite: SlaveBehaviour = (request) => request.answer(readAnswer(request, valueAt));

function point(address: number, more: Partial<RegisterPoint> = {}): RegisterPoint {
  return { table: 'holdingRegister', address, type: 'uint16', quantity: 'elec.power', ...more };
}

function meter(registers: RegisterPoint[]): ModbusDefinition {
  const about = { id: 'test/meter', version: 1, vendor: 'test', title: 'Meter', domain: 'electricity', source: 'none' };
  return { ...about, domain: 'electricity', protocol: 'modbus', registers };
}

function device(id: string, bus: string, unit: number, intervalMs = 100): ModbusDeviceConfig {
  return { id, model: 'test/meter', modbus: { bus, unit, intervalMs } };
}

function tcpBus(id: string, port: number): ModbusBus {
  return { id, type: 'tcp', host: '127.0.0.1', port, timeoutMs: 100 };
}

function rtuBus(id: string, path: string, baudRate = 115_200): ModbusBus {
  return { id, type: 'rtu', path, baudRate, parity: 'none', stopBits: 1, timeoutMs: 100 };
}

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.close();
});

async function slave<S extends RunningSlave>(started: Promise<S>): Promise<S> {
  const ready = await started;
  running.push(ready);
  return ready;
}

function start(definition = meter([point(10), point(11)])) {
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
    findDefinition: (model) => (model === definition.id ? definition : undefined),
  });
  running.push({ close: () => stage.stop() });
  const of = (id: string): ModbusMessage[] => messages.filter((message) => message.device.id === id);
  const balance = (): number => imbalanceOf(ledger.stage('modbus.polls').snapshot());
  return { stage, messages, of, events, ledger, balance };
}

const withoutPty = !hasProgram('socat');

describe('ModbusStage', () => {
  it.skipIf(withoutPty)('polls by TCP and by a serial line and balances its ledger', async () => {
    const network = await slave(startTcpSlave(polite));
    const serial = await slave(startSerialSlave(polite));
    const { stage, of, ledger, balance } = start();
    const buses = [tcpBus('net', network.port), rtuBus('line', serial.path)];
    await stage.apply({ buses }, [device('a', 'net', 1), device('b', 'line', 2), device('c', 'line', 3)]);
    await vi.waitFor(() => expect(Math.min(...['a', 'b', 'c'].map((id) => of(id).length))).toBeGreaterThan(3), 5_000);
    expect(of('a')[0]?.image.words('holdingRegister', 10, 2)).toEqual([1_010, 1_011]);
    expect(of('c')[0]?.image.words('holdingRegister', 11, 1)).toEqual([3_011]);
    expect(of('c')[0]?.image.words('holdingRegister', 11, 2)).toBeUndefined();
    expect(stage.status().map(({ state }) => state)).toEqual(['ok', 'ok', 'ok']);
    expect(balance()).toBe(0);
    await stage.stop();
    const { in: begun, out, held, dropped } = ledger.stage('modbus.polls').snapshot();
    expect(begun).toBe(out + (dropped.MODBUS_CANCELLED ?? 0));
    expect(held).toBe(0);
  });

  it.skipIf(withoutPty)('polls the others on as if a dead slave were not there', async () => {
    const serial = await slave(startSerialSlave((request) => request.unit !== 9 && polite(request)));
    const { stage, of, ledger, balance } = start();
    const devices = [device('dead', 'line', 9), device('a', 'line', 1), device('b', 'line', 2)];
    await stage.apply({ buses: [rtuBus('line', serial.path)] }, devices);
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(15), 10_000);
    expect(of('b').length).toBeGreaterThan(13);
    expect(serial.requests.filter(({ unit }) => unit === 9).length).toBeLessThan(4);
    expect(stage.status().find((status) => status.device === 'dead')).toMatchObject({
      state: 'failing',
      lastError: { code: 'MODBUS_TIMEOUT' },
    });
    expect(ledger.stage('modbus.polls').snapshot().dropped.MODBUS_TIMEOUT).toBeGreaterThan(0);
    expect(balance()).toBe(0);
  });

  it.skipIf(withoutPty)('does not give up a slave that was silent once and cannot prove itself', async () => {
    let lose = 0;
    const serial = await slave(
      startSerialSlave((request) => {
        if (request.functionCode === 8 || (request.unit === 1 && lose-- === 1)) return;
        polite(request);
      }),
    );
    const { stage, of, events } = start();
    const devices = [device('a', 'line', 1), device('b', 'line', 2)];
    await stage.apply({ buses: [rtuBus('line', serial.path)] }, devices);
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(2), 5_000);
    lose = 1;
    await vi.waitFor(() => expect(stage.status()[0]?.consecutiveFailures).toBe(1), 5_000);
    const [seen, others] = [of('a').length, of('b').length];
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(seen), 5_000);
    expect(of('b').length).toBeGreaterThan(others + 5);
    expect(stage.status()[0]?.errors).toEqual({ MODBUS_TIMEOUT: 1 });
    expect(events).toEqual([]);
  });

  it('finds the register that a slave refuses, reads around it and remembers', async () => {
    const serial = await slave(
      startTcpSlave((request) => {
        const covers = request.address <= 13 && request.address + request.count > 13;
        if (covers) request.answer(exceptionAnswer(request.functionCode, 2));
        else polite(request);
      }),
    );
    const { stage, of } = start(meter([10, 11, 12, 13, 14, 15].map((address) => point(address))));
    await stage.apply({ buses: [tcpBus('net', serial.port)] }, [device('a', 'net', 1)]);
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(2), 5_000);
    for (const { image } of of('a')) {
      expect(image.words('holdingRegister', 13, 1)).toBeUndefined();
      expect([10, 11, 12, 14, 15].map((address) => image.words('holdingRegister', address, 1)?.[0])).toEqual([
        1_010, 1_011, 1_012, 1_014, 1_015,
      ]);
    }
    expect(stage.status()[0]?.refused).toEqual(['holdingRegister:13-13']);
    expect(serial.requests.slice(-2).map(({ address, count }) => [address, count])).toEqual([
      [10, 3],
      [14, 2],
    ]);
  });

  it('hands over what was read before a poll failed', async () => {
    const network = await slave(startTcpSlave((request) => request.address < 100 && polite(request)));
    const { stage, of, ledger, balance } = start(meter([point(10), point(200)]));
    await stage.apply({ buses: [tcpBus('net', network.port)] }, [device('a', 'net', 1)]);
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(0), 5_000);
    const [message] = of('a');
    expect(message?.image.words('holdingRegister', 10, 1)).toEqual([1_010]);
    expect(message?.image.words('holdingRegister', 200, 1)).toBeUndefined();
    expect(stage.status()[0]?.lastError?.code).toBe('MODBUS_TIMEOUT');
    expect(ledger.stage('modbus.polls').snapshot().dropped).toEqual({});
    expect(balance()).toBe(0);
  });

  it('writes before the next poll and reads back', async () => {
    const registers = new Map<number, number>();
    const network = await slave(
      startTcpSlave((request) => {
        if (request.functionCode !== 6) return request.answer(readAnswer(request, (at) => registers.get(at) ?? 0));
        registers.set(request.address, request.address === 50 ? 0 : request.count);
        request.answer(request.pdu);
      }),
    );
    const { stage } = start();
    await stage.apply({ buses: [tcpBus('net', network.port)] }, [device('a', 'net', 1, 60_000)]);
    const order = async (address: number, expiresAt = Date.now() + 10_000): Promise<OrderProgress[]> => {
      const seen: OrderProgress[] = [];
      const payload: ModbusWrite[] = [{ table: 'holdingRegister', address, values: [40], readBack: true }];
      const conduct = { begin: async () => true, report: (progress: OrderProgress) => void seen.push(progress) };
      stage.execute({ id: 'o', device: 'a', expiresAt, payload }, conduct);
      await vi.waitFor(() => expect(['confirmed', 'failed', 'expired']).toContain(seen.at(-1)?.state), 5_000);
      return seen;
    };
    expect(await order(40)).toEqual([{ state: 'sent' }, { state: 'confirmed', result: { 'holdingRegister.40': 40 } }]);
    expect((await order(50)).at(-1)).toMatchObject({ state: 'failed', code: 'COMMAND_READBACK' });
    expect(await order(40, Date.now() - 1)).toEqual([{ state: 'expired' }]);
    const unknown: OrderProgress[] = [];
    const begin = vi.fn(async () => false);
    const report = (progress: OrderProgress): void => void unknown.push(progress);
    stage.execute({ id: 'o', device: 'z', expiresAt: 0, payload: [] }, { begin, report });
    expect(unknown).toMatchObject([{ state: 'failed', code: 'COMMAND_DEVICE_UNKNOWN' }]);

    const payload: ModbusWrite[] = [{ table: 'holdingRegister', address: 41, values: [1], readBack: true }];
    stage.execute({ id: 'p', device: 'a', expiresAt: Date.now() + 10_000, payload }, { begin, report });
    await vi.waitFor(() => expect(begin).toHaveBeenCalledOnce());
    await order(40);
    expect(registers.has(41)).toBe(false);
    expect(unknown).toHaveLength(1);
  });

  it('fades a lamp while the bus goes on polling, and lets a later order take its place', async () => {
    const written: number[] = [];
    let level = 100;
    const network = await slave(
      startTcpSlave((request) => {
        if (request.functionCode !== 6) return request.answer(readAnswer(request, () => level));
        level = request.count;
        written.push(level);
        request.answer(request.pdu);
      }),
    );
    const { stage, of } = start();
    await stage.apply({ buses: [tcpBus('net', network.port)] }, [device('a', 'net', 1), device('b', 'net', 2)]);
    const dim = (id: string, value: number, rampMs: number): OrderProgress[] => {
      const seen: OrderProgress[] = [];
      const write: ModbusWrite = { table: 'holdingRegister', address: 7, values: [value], readBack: true, rampMs };
      const conduct = { begin: async () => true, report: (progress: OrderProgress) => void seen.push(progress) };
      stage.execute({ id, device: 'a', expiresAt: Date.now() + 10_000, payload: [write] }, conduct);
      return seen;
    };
    const fade = dim('o', 40, 1_000);
    const polls = of('b').length;
    await vi.waitFor(() => expect(fade.at(-1)?.state).toBe('confirmed'), 5_000);
    expect(written).toEqual([85, 70, 55, 40]);
    expect(of('b').length).toBeGreaterThan(polls + 4);
    const slow = dim('p', 100, 60_000);
    await vi.waitFor(() => expect(written.length).toBeGreaterThan(4), 5_000);
    const quick = dim('q', 5, 100);
    await vi.waitFor(() => expect(quick.at(-1)?.state).toBe('confirmed'), 5_000);
    expect(slow.at(-1)).toMatchObject({ state: 'failed', code: 'COMMAND_REFUSED' });
    expect(level).toBe(5);
  });

  it.each([true, false])('changes single bits of a register, function 22 known to the slave: %s', async (known) => {
    let register = 0b1111_0000;
    const network = await slave(
      startTcpSlave((request) => {
        const { functionCode, pdu } = request;
        if (functionCode === 6) {
          register = request.count;
          request.answer(pdu);
        } else if (functionCode === 0x16 && known) {
          register = (register & pdu.readUInt16BE(3)) | (pdu.readUInt16BE(5) & ~pdu.readUInt16BE(3));
          request.answer(pdu);
        } else if (functionCode === 0x16) {
          request.answer(exceptionAnswer(functionCode, 1));
        } else {
          request.answer(readAnswer(request, () => register));
        }
      }),
    );
    const { stage } = start();
    await stage.apply({ buses: [tcpBus('net', network.port)] }, [device('a', 'net', 1, 60_000)]);
    const seen: OrderProgress[] = [];
    const write: ModbusWrite = {
      table: 'holdingRegister',
      address: 7,
      values: [0b0101],
      readBack: true,
      mask: 0b1_1111,
    };
    const conduct = { begin: async () => true, report: (progress: OrderProgress) => void seen.push(progress) };
    stage.execute({ id: 'o', device: 'a', expiresAt: Date.now() + 10_000, payload: [write] }, conduct);
    await vi.waitFor(() => expect(seen.at(-1)?.state).toBe('confirmed'), 5_000);
    expect(register).toBe(0b1110_0101);
  });

  it('finds the SunSpec blocks of a device and reads them where they are', async () => {
    const map = new Map([
      [50_000, 0x5375],
      [50_001, 0x6e53],
      [50_002, 1],
      [50_003, 2],
      [50_006, 103],
      [50_007, 2],
      [50_008, 1_234],
      [50_009, 0xfffe],
      [50_010, 0xffff],
    ]);
    const network = await slave(
      startTcpSlave((request) => {
        const inside = request.address >= 50_000 && request.address + request.count <= 50_012;
        if (inside) request.answer(readAnswer(request, (at) => map.get(at) ?? 0));
        else request.answer(exceptionAnswer(request.functionCode, 2));
      }),
    );
    const current = point(0, { quantity: 'elec.current', scaleRegister: 1 });
    const { stage, of } = start({ ...meter([]), sunspec: [{ models: [101, 103], registers: [current] }] });
    await stage.apply({ buses: [tcpBus('net', network.port)] }, [device('a', 'net', 1)]);
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(1), 5_000);
    for (const { image, layout } of of('a')) {
      expect(layout && decodeRegisters(layout, image)).toEqual({
        ok: true,
        decoded: { readings: [{ quantity: 'elec.current', value: 12.34 }] },
      });
    }
    const walked = network.requests.filter(({ address }) => address === 40_000).length;
    expect(walked).toBe(1);
  });

  it('keeps a bus as it is when only another changes', async () => {
    const one = await slave(startTcpSlave(polite));
    const two = await slave(startTcpSlave(polite));
    const { stage, of, balance } = start();
    await stage.apply({ buses: [tcpBus('one', one.port)] }, [device('a', 'one', 1)]);
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(1), 5_000);
    const [before] = stage.status();
    await stage.apply({ buses: [tcpBus('one', one.port), tcpBus('two', two.port)] }, [
      device('a', 'one', 1),
      device('b', 'two', 1),
    ]);
    expect(stage.status()[0]?.polls).toBeGreaterThanOrEqual(before?.polls ?? 0);
    await vi.waitFor(() => expect(of('b').length).toBeGreaterThan(0), 5_000);
    await stage.apply(undefined, []);
    expect(stage.status()).toEqual([]);
    expect(balance()).toBe(0);
  });

  it.skipIf(withoutPty)('refuses what it cannot live with and leaves the rest running', async () => {
    const serial = await slave(startSerialSlave(polite));
    const { stage, of } = start();
    const line = rtuBus('line', serial.path);
    await stage.apply({ buses: [line] }, [device('a', 'line', 1)]);
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(0), 5_000);

    const unknown: ModbusDeviceConfig = { ...device('x', 'line', 4), model: 'test/unknown' };
    await expect(stage.apply({ buses: [line] }, [unknown])).rejects.toMatchObject({ code: 'CONFIG_MODEL_UNKNOWN' });
    const slower = rtuBus('line', serial.path, 9_600);
    const buses = [slower, rtuBus('gone', '/dev/does-not-exist')];
    await expect(stage.apply({ buses }, [device('a', 'line', 1)])).rejects.toMatchObject({ code: 'CONFIG_BUS_FAILED' });

    const seen = of('a').length;
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(seen + 1), 5_000);
    await stage.apply({ buses: [slower] }, [device('a', 'line', 1)]);
    const slow = of('a').length;
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(slow + 1), 5_000);
  });

  it.skipIf(withoutPty)('starts without a port that is missing, names it and takes it up when it comes', async () => {
    const network = await slave(startTcpSlave(polite));
    const serial = await slave(startSerialSlave(polite));
    const folder = mkdtempSync(join(tmpdir(), 'vigie-port-'));
    running.push({ close: async () => rmSync(folder, { recursive: true }) });
    const path = join(folder, 'later');
    const { stage, of, events } = start();
    const buses = [rtuBus('line', path), tcpBus('net', network.port)];
    // it would be asked again in a quarter of an hour only, were it not for the port
    const devices = [device('serial', 'line', 2, 900_000), device('net', 'net', 1)];
    await expect(stage.apply({ buses }, devices)).rejects.toMatchObject({ code: 'CONFIG_BUS_FAILED' });
    expect(stage.status()).toEqual([]);

    const unknown: ModbusDeviceConfig = { ...device('x', 'net', 4), model: 'test/unknown' };
    await stage.start({ buses }, [...devices, unknown]);
    await vi.waitFor(() => expect(of('net').length).toBeGreaterThan(1), 5_000);
    expect(stage.missing()).toEqual([
      expect.stringMatching(/^Bus line: .*later/),
      expect.stringContaining('Device x: test/unknown'),
    ]);
    await vi.waitFor(() => expect(stage.status()[0]?.lastError?.code).toBe('MODBUS_CONNECTION'), 5_000);

    // a document may touch the rest meanwhile
    const [line] = buses;
    await stage.apply({ buses: line ? [line] : [] }, devices.slice(0, 1));
    expect(stage.missing()).toEqual([expect.stringContaining('Bus line')]);
    symlinkSync(serial.path, path);
    await vi.waitFor(() => expect(of('serial').length).toBeGreaterThan(0), 10_000);
    expect(stage.missing()).toEqual([]);
    expect(events.filter(({ code }) => code !== 'MODBUS_DEVICE_SILENT')).toEqual([]);
  });

  it('starts without the address of its server when that is taken, and with it when it is free', async () => {
    const network = await slave(startTcpSlave(polite));
    const blocker = await startTcpSlave(polite);
    const { stage, of } = start();
    const server = { host: '127.0.0.1', port: blocker.port, staleAfterMs: 1_000, points: [] };
    const config = { buses: [tcpBus('net', network.port)], server };
    await expect(stage.start(config, [device('a', 'net', 1)])).rejects.toMatchObject({ code: 'CONFIG_PORT_BUSY' });
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(0), 5_000);
    await blocker.close();
    await stage.start(config, [device('a', 'net', 1)]);
    const client = connect(blocker.port, '127.0.0.1');
    await once(client, 'connect');
    client.destroy();
  });

  it('tells once that a device fell silent and once that it is back', async () => {
    let silent = false;
    const network = await slave(startTcpSlave((request) => silent || polite(request)));
    const { stage, of, events } = start();
    await stage.apply({ buses: [tcpBus('net', network.port)] }, [device('a', 'net', 1)]);
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(1), 5_000);
    silent = true;
    await vi.waitFor(() => expect(stage.status()[0]?.consecutiveFailures).toBeGreaterThan(3), 5_000);
    silent = false;
    await vi.waitFor(() => expect(stage.status()[0]?.state).toBe('ok'), 5_000);
    expect(events.map(({ code, device: id }) => [code, id])).toEqual([
      ['MODBUS_DEVICE_SILENT', 'a'],
      ['MODBUS_DEVICE_BACK', 'a'],
    ]);
  });

  it.skipIf(withoutPty)('tells when a line is too slow for its polls and what would fit', async () => {
    const serial = await slave(startSerialSlave(polite));
    const { stage, events } = start(meter(Array.from({ length: 100 }, (_, address) => point(address))));
    await stage.apply({ buses: [rtuBus('line', serial.path, 1_200)] }, [device('a', 'line', 1)]);
    expect(events).toMatchObject([{ code: 'MODBUS_LINE_OVERLOADED', severity: 'warning' }]);
    expect(events[0]?.message).toMatch(/a every \d{4,5} ms/);
    expect(stage.lineLoads()[0]?.share).toBeGreaterThan(1);
  });

  it('passes on what reporting asks for and keeps a port that is taken from breaking what runs', async () => {
    const network = await slave(startTcpSlave(polite));
    const { stage, of } = start();
    const quiet = device('a', 'net', 1);
    const reported = { ...quiet, modbus: { ...quiet.modbus, reporting: { on: 'change' as const } } };
    const buses = [tcpBus('net', network.port)];
    await stage.apply({ buses }, [reported]);
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(0), 5_000);
    const [message] = of('a');
    const readings = [{ quantity: 'elec.power', value: 5 }];
    if (message) expect([stage.report(message, readings), stage.report(message, readings)]).toEqual([readings, []]);
    const server = { host: '127.0.0.1', port: network.port, staleAfterMs: 1_000, points: [] };
    await expect(stage.apply({ buses, server }, [])).rejects.toMatchObject({ code: 'CONFIG_PORT_BUSY' });
    const seen = of('a').length;
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(seen), 5_000);
  });

  it('lives with a TCP slave that is not there and takes it up when it comes', async () => {
    const absent = await startTcpSlave(polite);
    await absent.close();
    const { stage, of, ledger, balance } = start();
    await stage.apply({ buses: [tcpBus('net', absent.port)] }, [device('a', 'net', 1)]);
    const dropped = (): number => ledger.stage('modbus.polls').snapshot().dropped.MODBUS_CONNECTION ?? 0;
    await vi.waitFor(() => expect(dropped()).toBeGreaterThan(1), 5_000);
    expect(of('a')).toEqual([]);
    expect(balance()).toBe(0);
    await slave(startTcpSlave(polite, absent.port));
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(1), 10_000);
    expect(stage.status()[0]?.state).toBe('ok');
  });
});
