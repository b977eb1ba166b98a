import { decodeRegisters } from '@vigie/decoders';
import { describe, expect, it, vi } from 'vitest';
import { device, meter, point, polite, rtuBus, slave, start, tcpBus, withoutPty } from '../../test/modbus-bench.ts';
import { exceptionAnswer, readAnswer, startSerialSlave, startTcpSlave } from '../../test/modbus-slave.ts';

describe('ModbusStage', () => {
  it.skipIf(withoutPty)('polls by TCP and by a serial line and balances its ledger', async () => {
    const network = await slave(startTcpSlave(polite));
    const serial = await slave(startSerialSlave(polite));
    const { stage, of, ledger, balance } = start();
    const buses = [tcpBus('net', network.port), rtuBus('line', serial.path)];
    await stage.apply({ buses }, [device('a', 'net', 1), device('b', 'line', 2), device('c', 'line', 3)]);
    await vi.waitFor(() => expect(Math.min(...['a', 'b', 'c'].map((id) => of(id).length))).toBeGreaterThan(3));
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
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(2), 15_000);
    lose = 1;
    await vi.waitFor(() => expect(stage.status()[0]?.consecutiveFailures).toBe(1), 15_000);
    const [seen, others] = [of('a').length, of('b').length];
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(seen), 15_000);
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
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(2), 15_000);
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
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(0), 15_000);
    const [message] = of('a');
    expect(message?.image.words('holdingRegister', 10, 1)).toEqual([1_010]);
    expect(message?.image.words('holdingRegister', 200, 1)).toBeUndefined();
    expect(stage.status()[0]?.lastError?.code).toBe('MODBUS_TIMEOUT');
    expect(ledger.stage('modbus.polls').snapshot().dropped).toEqual({});
    expect(balance()).toBe(0);
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
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(1), 15_000);
    for (const { image, layout } of of('a')) {
      expect(layout && decodeRegisters(layout, image)).toEqual({
        ok: true,
        decoded: { readings: [{ quantity: 'elec.current', value: 12.34 }] },
      });
    }
    const walked = network.requests.filter(({ address }) => address === 40_000).length;
    expect(walked).toBe(1);
  });

  it('tells once that a device fell silent and once that it is back', async () => {
    let silent = false;
    const network = await slave(startTcpSlave((request) => silent || polite(request)));
    const { stage, of, events } = start();
    await stage.apply({ buses: [tcpBus('net', network.port)] }, [device('a', 'net', 1)]);
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(1), 15_000);
    silent = true;
    await vi.waitFor(() => expect(stage.status()[0]?.consecutiveFailures).toBeGreaterThan(3), 15_000);
    silent = false;
    await vi.waitFor(() => expect(stage.status()[0]?.state).toBe('ok'), 15_000);
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

  it('lives with a TCP slave that is not there and takes it up when it comes', async () => {
    const absent = await startTcpSlave(polite);
    await absent.close();
    const { stage, of, ledger, balance } = start();
    await stage.apply({ buses: [tcpBus('net', absent.port)] }, [device('a', 'net', 1)]);
    const dropped = (): number => ledger.stage('modbus.polls').snapshot().dropped.MODBUS_CONNECTION ?? 0;
    await vi.waitFor(() => expect(dropped()).toBeGreaterThan(1), 15_000);
    expect(of('a')).toEqual([]);
    expect(balance()).toBe(0);
    await slave(startTcpSlave(polite, absent.port));
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(1), 10_000);
    expect(stage.status()[0]?.state).toBe('ok');
  });
});
