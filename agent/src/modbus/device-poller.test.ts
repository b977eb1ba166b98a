import type { ModbusDefinition } from '@vigie/decoders';
import { afterEach, describe, expect, it } from 'vitest';
import { rtuFrame } from '../../test/modbus-slave.ts';
import { DevicePoller, type PollResult } from './device-poller.ts';
import type { LineEvents } from './line.ts';
import { Link } from './link.ts';
import { RtuFraming } from './rtu-framing.ts';

const TIMEOUT_MS = 1_000;
const INTERVAL_MS = 1_000;
const definition: ModbusDefinition = {
  protocol: 'modbus',
  id: 'test/meter',
  version: 1,
  vendor: 'test',
  title: 'Meter',
  domain: 'electricity',
  source: 'none',
  registers: [{ table: 'holdingRegister', address: 0, type: 'uint16', quantity: 'elec.power' }],
};

const links: Link[] = [];
afterEach(async () => {
  for (const link of links.splice(0)) await link.close();
});

/** A device behind a line on which a slave answers at once, or not at all. */
function start() {
  const slave = { silent: false };
  const open = async (events: LineEvents) => ({
    write: (request: Uint8Array) => {
      if (slave.silent) return;
      const pdu = request[1] === 8 ? request.slice(1, -2) : Uint8Array.of(3, 2, 0, 42);
      setTimeout(() => events.data(rtuFrame(1, Buffer.from(pdu))), 10);
    },
    close: () => Promise.resolve(),
  });
  const monotonicMs = (): number => performance.now();
  const random = (): number => 0.5;
  const link = new Link({
    open,
    framing: () => new RtuFraming(),
    timeoutMs: TIMEOUT_MS,
    characterMs: 0,
    anonymous: true,
    monotonicMs,
    random,
  });
  links.push(link);
  const poller = new DevicePoller({
    device: { id: 'a', model: definition.id, modbus: { bus: 'line', unit: 1, intervalMs: INTERVAL_MS } },
    definition,
    timeoutMs: TIMEOUT_MS,
    now: () => Date.now(),
    monotonicMs,
    random,
  });
  const poll = async (
    othersAreWell: boolean,
  ): Promise<{ kind: PollResult['kind']; tookMs: number; dueInMs: number }> => {
    const began = performance.now();
    poller.begin();
    let { kind } = await poller.step(link, othersAreWell);
    while (kind === 'more') ({ kind } = await poller.step(link, othersAreWell));
    const ended = performance.now();
    return { kind, tookMs: ended - began, dueInMs: poller.dueAt - ended };
  };
  return { slave, poller, poll };
}

describe('a silent slave', () => {
  it('that never answered is left alone after its first silence, for the sake of those that answer', async () => {
    const { slave, poll } = start();
    slave.silent = true;
    const { kind, dueInMs } = await poll(true);
    expect(kind).toBe('failed');
    expect(dueInMs).toBeGreaterThan(99 * TIMEOUT_MS);
  });

  it('is asked on while there is nobody whom that could delay', async () => {
    const { slave, poll } = start();
    slave.silent = true;
    for (const _ of [1, 2]) expect((await poll(false)).dueInMs).toBeLessThan(2 * INTERVAL_MS);
  });

  it('that had answered is asked once more at once, with a time-out that it has always kept', async () => {
    const { slave, poller, poll } = start();
    for (const _ of [1, 2, 3]) expect((await poll(true)).kind).toBe('image');
    slave.silent = true;
    const { kind, tookMs, dueInMs } = await poll(true);
    expect(kind).toBe('failed');
    expect(tookMs).toBeGreaterThan(TIMEOUT_MS * 0.9);
    expect(tookMs).toBeLessThan(TIMEOUT_MS * 1.8);
    expect(dueInMs).toBeGreaterThan(99 * TIMEOUT_MS);
    // later on it has all the time again, since it may be slower than it was
    slave.silent = false;
    expect((await poll(true)).kind).toBe('image');
    expect(poller.statistics.isWell).toBe(true);
  });
});
