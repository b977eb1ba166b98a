import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModbusDeviceConfig } from '@vigie/contract';
import { describe, expect, it, vi } from 'vitest';
import { device, polite, rtuBus, running, slave, start, tcpBus, withoutPty } from '../../test/modbus-bench.ts';
import { startSerialSlave, startTcpSlave } from '../../test/modbus-slave.ts';

describe('a document for the Modbus stage', () => {
  it('keeps a bus as it is when only another changes', async () => {
    const one = await slave(startTcpSlave(polite));
    const two = await slave(startTcpSlave(polite));
    const { stage, of, balance } = start();
    await stage.apply({ buses: [tcpBus('one', one.port)] }, [device('a', 'one', 1)]);
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(1));
    const [before] = stage.status();
    await stage.apply({ buses: [tcpBus('one', one.port), tcpBus('two', two.port)] }, [
      device('a', 'one', 1),
      device('b', 'two', 1),
    ]);
    expect(stage.status()[0]?.polls).toBeGreaterThanOrEqual(before?.polls ?? 0);
    await vi.waitFor(() => expect(of('b').length).toBeGreaterThan(0));
    await stage.apply(undefined, []);
    expect(stage.status()).toEqual([]);
    expect(balance()).toBe(0);
  });

  it.skipIf(withoutPty)('refuses what it cannot live with and leaves the rest running', async () => {
    const serial = await slave(startSerialSlave(polite));
    const { stage, of } = start();
    const line = rtuBus('line', serial.path);
    await stage.apply({ buses: [line] }, [device('a', 'line', 1)]);
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(0));

    const unknown: ModbusDeviceConfig = { ...device('x', 'line', 4), model: 'test/unknown' };
    await expect(stage.apply({ buses: [line] }, [unknown])).rejects.toMatchObject({ code: 'CONFIG_MODEL_UNKNOWN' });
    const slower = rtuBus('line', serial.path, 9_600);
    const buses = [slower, rtuBus('gone', '/dev/does-not-exist')];
    await expect(stage.apply({ buses }, [device('a', 'line', 1)])).rejects.toMatchObject({ code: 'CONFIG_BUS_FAILED' });

    const seen = of('a').length;
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(seen + 1));
    await stage.apply({ buses: [slower] }, [device('a', 'line', 1)]);
    const slow = of('a').length;
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(slow + 1));
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
    await vi.waitFor(() => expect(of('net').length).toBeGreaterThan(1));
    expect(stage.missing()).toEqual([
      'Bus line: no serial port can be opened there',
      expect.stringContaining('Device x: test/unknown'),
    ]);
    await vi.waitFor(() => expect(stage.status()[0]?.lastError?.code).toBe('MODBUS_CONNECTION'));

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
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(0));
    await blocker.close();
    await stage.start(config, [device('a', 'net', 1)]);
    const client = connect(blocker.port, '127.0.0.1');
    await once(client, 'connect');
    client.destroy();
  });

  it('passes on what reporting asks for and keeps a port that is taken from breaking what runs', async () => {
    const network = await slave(startTcpSlave(polite));
    const { stage, of } = start();
    const quiet = device('a', 'net', 1);
    const reported = { ...quiet, modbus: { ...quiet.modbus, reporting: { on: 'change' as const } } };
    const buses = [tcpBus('net', network.port)];
    await stage.apply({ buses }, [reported]);
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(0));
    const [message] = of('a');
    const readings = [{ quantity: 'elec.power', value: 5 }];
    if (message) expect([stage.report(message, readings), stage.report(message, readings)]).toEqual([readings, []]);
    const server = { host: '127.0.0.1', port: network.port, staleAfterMs: 1_000, points: [] };
    await expect(stage.apply({ buses, server }, [])).rejects.toMatchObject({ code: 'CONFIG_PORT_BUSY' });
    const seen = of('a').length;
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(seen));
  });
});
