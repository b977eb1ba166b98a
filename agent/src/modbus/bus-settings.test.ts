import { expect, it, vi } from 'vitest';
import { device, polite, slave, start, tcpBus } from '../../test/modbus-bench.ts';
import { startTcpSlave } from '../../test/modbus-slave.ts';

const PATIENCE_MS = 15_000;

it('gives a connection free as soon as there is nothing to ask, where the bus says so', async () => {
  const network = await slave(startTcpSlave(polite));
  const { stage, of } = start();
  const buses = [{ ...tcpBus('net', network.port), closeAfterPoll: true }];
  await stage.apply({ buses }, [device('a', 'net', 1, 100)]);
  await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(3), PATIENCE_MS);
  await vi.waitFor(() => expect(network.open).toBe(0), PATIENCE_MS);
  expect(network.connections).toBeGreaterThan(3);
});

it('keeps it where the bus does not', async () => {
  const network = await slave(startTcpSlave(polite));
  const { stage, of } = start();
  await stage.apply({ buses: [tcpBus('net', network.port)] }, [device('a', 'net', 1, 100)]);
  await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(3), PATIENCE_MS);
  expect(network.connections).toBe(1);
});

it.each([
  ['the bus', { retries: 2 }, {}, 3],
  ['the device, before the bus', { retries: 2 }, { retries: 0 }, 1],
])('asks a silent slave as often as %s says', async (_, ofBus, ofDevice, times) => {
  const network = await slave(startTcpSlave(() => undefined));
  const { stage, ledger } = start();
  const buses = [{ ...tcpBus('net', network.port), timeoutMs: 50, ...ofBus }];
  const { modbus, ...rest } = device('a', 'net', 1, 60_000);
  await stage.apply({ buses }, [{ ...rest, modbus: { ...modbus, ...ofDevice } }]);
  const failed = () => ledger.stage('modbus.polls').snapshot().dropped.MODBUS_TIMEOUT;
  await vi.waitFor(() => expect(failed()).toBe(1), PATIENCE_MS);
  expect(network.requests.filter(({ functionCode }) => functionCode === 3)).toHaveLength(times);
});
