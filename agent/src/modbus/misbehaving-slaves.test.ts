import type { ModbusBus, ModbusDeviceConfig } from '@vigie/contract';
import type { RegisterPoint } from '@vigie/decoders';
import { describe, expect, it, vi } from 'vitest';
import { device, meter, point, polite, rtuBus, slave, start, tcpBus, withoutPty } from '../../test/modbus-bench.ts';
import {
  closesAfterAnswer,
  deafAfterConnect,
  loses,
  missing,
  needsRest,
  type Refusal,
} from '../../test/modbus-misbehaviour.ts';
import {
  exceptionAnswer,
  type RunningSlave,
  readAnswer,
  startRtuOverTcpSlave,
  startSerialSlave,
  startTcpSlave,
} from '../../test/modbus-slave.ts';

const PATIENCE = { timeout: 60_000, interval: 20 };
const valueAt = (address: number, unit: number): number => address + unit * 1_000;

type Bench = ReturnType<typeof start>;

/** Polls until each of the addresses was read right, and shows that nothing was ever read wrong. */
async function readsAll({ of }: Bench, addresses: readonly number[], id = 'a', unit = 1): Promise<void> {
  const wordAt = (at: number, address: number): number | undefined =>
    of(id)[at]?.image.words('holdingRegister', address, 1)?.[0];
  await vi.waitFor(() => {
    const last = of(id).length - 1;
    for (const address of addresses) {
      // One poll may lack what the one before it had.
      expect(wordAt(last, address) ?? wordAt(last - 1, address)).toBe(valueAt(address, unit));
    }
  }, PATIENCE);
  for (const { image } of of(id)) {
    for (const address of addresses) {
      expect([undefined, valueAt(address, unit)]).toContain(image.words('holdingRegister', address, 1)?.[0]);
    }
  }
}

async function polling(
  registers: RegisterPoint[],
  bus: (running: RunningSlave & { port: number }) => ModbusBus,
  running: RunningSlave & { port: number },
  changes: Partial<ModbusDeviceConfig['modbus']> = {},
): Promise<Bench> {
  const bench = start(meter(registers));
  const polled = device('a', 'net', 1);
  await bench.stage.apply({ buses: [bus(running)] }, [{ ...polled, modbus: { ...polled.modbus, ...changes } }]);
  return bench;
}

const net = ({ port }: { port: number }): ModbusBus => ({ ...tcpBus('net', port), timeoutMs: 150 });
const FAR_APART = [0, 100, 200, 300, 400];
const points = (addresses: readonly number[]): RegisterPoint[] =>
  addresses.map((address) => point(address, { channel: `C${address}` }));

describe('a TCP slave that closes the connection after each answer', () => {
  it('gives all blocks in one poll', async () => {
    const running = await slave(startTcpSlave(closesAfterAnswer(polite)));
    const bench = await polling(points(FAR_APART), net, running);
    await readsAll(bench, FAR_APART);
    const whole = bench.of('a').filter(({ image }) => FAR_APART.every((at) => image.words('holdingRegister', at, 1)));
    expect(whole.length).toBeGreaterThan(0);
  });
});

describe('a TCP slave that hears nothing at the beginning of a connection', () => {
  it.each([400, 1_200])('is read when %d ms have passed, on the same connection', async (ms) => {
    const running = await slave(startTcpSlave(deafAfterConnect(ms, polite)));
    const bench = await polling(points(FAR_APART), net, running);
    await readsAll(bench, FAR_APART);
    const answered = running.requests.filter(({ connectedForMs }) => connectedForMs >= ms).length;
    expect(answered).toBeGreaterThanOrEqual(FAR_APART.length);
  });

  it('is not asked before `connectDelayMs`', async () => {
    const running = await slave(startTcpSlave(deafAfterConnect(300, polite)));
    const bench = await polling(points([0]), (at) => ({ ...tcpBus('net', at.port), connectDelayMs: 400 }), running);
    await readsAll(bench, [0]);
    expect(bench.stage.status()[0]?.errors).toEqual({});
  });
});

describe('a slave that needs a rest after each answer', () => {
  it('is read whole, for the gateway learns how long', async () => {
    const running = await slave(startTcpSlave(needsRest(100, polite)));
    const bench = await polling(points(FAR_APART), net, running);
    await readsAll(bench, FAR_APART);
    await vi.waitFor(() => {
      const last = bench.of('a').slice(-3);
      for (const { image } of last) {
        expect(FAR_APART.every((address) => image.words('holdingRegister', address, 1))).toBe(true);
      }
    }, PATIENCE);
  });

  it('is never pressed where `pauseMs` of the device says how long', async () => {
    const running = await slave(startTcpSlave(needsRest(100, polite)));
    const bench = await polling(points([0, 100, 200]), net, running, { pauseMs: 130 });
    await readsAll(bench, [0, 100, 200]);
    expect(bench.stage.status()[0]?.errors).toEqual({});
  });

  it('is never pressed where `pauseMs` of the bus says how long', async () => {
    const running = await slave(startTcpSlave(needsRest(100, polite)));
    const bench = await polling(points([0, 100, 200]), (at) => ({ ...tcpBus('net', at.port), pauseMs: 130 }), running);
    await readsAll(bench, [0, 100, 200]);
    expect(bench.stage.status()[0]?.errors).toEqual({});
  });
});

describe('a register that is not there', () => {
  it.each<[string, number[], number[], Refusal]>(
    (['silence', 1, 2, 3, 4, 5, 6, 7, 8, 9] as const).flatMap((refusal): [string, number[], number[], Refusal][] => [
      [`between two that are asked for (${refusal})`, [10, 12, 13], [11], refusal],
      [`before others far away (${refusal})`, [0, 100, 200], [0], refusal],
      [`in the middle of a block (${refusal})`, [20, 21, 22, 23, 24], [22], refusal],
    ]),
  )('%s costs no other', async (_, addresses, absent, refusal) => {
    const running = await slave(startTcpSlave(missing(absent, refusal, valueAt)));
    const bench = await polling(points(addresses), net, running);
    await readsAll(
      bench,
      addresses.filter((address) => !absent.includes(address)),
    );
  });

  it.skipIf(withoutPty)('is found on a serial line where a slave keeps silent about it', async () => {
    const serial = await slave(startSerialSlave(missing([11], 'silence', valueAt)));
    const bench = start(meter(points([10, 12, 13])));
    await bench.stage.apply({ buses: [{ ...rtuBus('line', serial.path), timeoutMs: 150 }] }, [device('a', 'line', 1)]);
    await readsAll(bench, [10, 12, 13]);
  });

  it('is asked for again when the device has it', async () => {
    const absent = [100];
    const running = await slave(startTcpSlave((request) => missing(absent, 'silence', valueAt)(request)));
    const bench = await polling(points([0, 100]), net, running);
    await readsAll(bench, [0]);
    await vi.waitFor(() => expect(bench.stage.status()[0]?.refused).toEqual(['holdingRegister:100-100']), PATIENCE);
    absent.pop();
    await readsAll(bench, [0, 100]);
  });
});

describe('answers that are lost', () => {
  it('cost all blocks alike', { timeout: 90_000 }, async () => {
    let state = 7;
    const random = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 0x1_0000_0000;
    };
    const addresses = [0, 100, 200, 300, 400, 500, 600, 700];
    const running = await slave(startTcpSlave(loses(0.2, random, polite)));
    const bench = await polling(points(addresses), net, running);
    await vi.waitFor(() => expect(bench.of('a').length).toBeGreaterThan(25), PATIENCE);
    const counts = addresses.map(
      (address) => bench.of('a').filter(({ image }) => image.words('holdingRegister', address, 1)).length,
    );
    expect(Math.min(...counts)).toBeGreaterThan(0.75 * Math.max(...counts));
  });
});

describe('a slave that allows one register a request', () => {
  it('gives values of 32 bits all the same, and never a torn one', async () => {
    let value = 0x0001_fff0;
    const running = await slave(
      startTcpSlave((request) => {
        if (request.count > 1) return request.answer(exceptionAnswer(request.functionCode, 3));
        value += 7;
        const now = value;
        request.answer(readAnswer(request, (at) => (at === 50 ? now >>> 16 : now & 0xffff)));
      }),
    );
    const bench = await polling([point(50, { type: 'uint32' })], net, running);
    await vi.waitFor(() => expect(bench.of('a').length).toBeGreaterThan(5), PATIENCE);
    const seen = bench.of('a').map(({ image }) => {
      const [high = 0, low = 0] = image.words('holdingRegister', 50, 2) ?? [];
      return high * 0x1_0000 + low;
    });
    expect(seen.every((one, index) => one > (seen[index - 1] ?? 0) && one <= value)).toBe(true);
  });
});

describe('a TCP slave whose answers have another unit identifier', () => {
  it.each([
    [1, 0],
    [1, 255],
    [0, 1],
    [0, 0],
  ])('asked as %d is heard as %d, for the transaction is right', async (unit, answers) => {
    const running = await slave(
      startTcpSlave((request) =>
        request.answer(
          readAnswer(request, (at) => at),
          { unit: answers },
        ),
      ),
    );
    const bench = await polling(points([10]), net, running, { unit });
    await vi.waitFor(() => {
      expect(bench.of('a').at(-1)?.image.words('holdingRegister', 10, 1)).toEqual([10]);
    }, PATIENCE);
  });
});

describe('an adapter that gives back what it sends', () => {
  const held = new Map([
    [0, 2_301],
    [300, 1_111],
    [0x0201, 2_314],
  ]);
  const answers = (request: Parameters<typeof polite>[0], afterMs = 0): void =>
    request.answer(
      readAnswer(request, (at) => held.get(at) ?? 0),
      { afterMs },
    );

  it('leads to no wrong value while the slave is now and then busy', async () => {
    let asked = 0;
    let done = Promise.resolve();
    const running = await slave(
      startRtuOverTcpSlave(
        (request) => {
          asked += 1;
          const busyMs = asked % 5 === 0 ? 280 : 0;
          // One after the other: while it is busy, what was asked meanwhile waits.
          done = done.then(async () => {
            await new Promise((resolve) => setTimeout(resolve, busyMs));
            answers(request);
          });
        },
        { echo: true },
      ),
    );
    const bus = { id: 'net', type: 'rtu-over-tcp', host: '127.0.0.1', port: running.port, timeoutMs: 150 } as const;
    const bench = await polling(points([0, 300]), () => bus, running);
    await vi.waitFor(() => expect(bench.of('a').length).toBeGreaterThan(15), PATIENCE);
    for (const { image } of bench.of('a')) {
      expect([undefined, 2_301]).toContain(image.words('holdingRegister', 0, 1)?.[0]);
      expect([undefined, 1_111]).toContain(image.words('holdingRegister', 300, 1)?.[0]);
    }
  });

  it.skipIf(withoutPty)('does not damage the answer that comes slowly behind the echo', async () => {
    const serial = await slave(startSerialSlave((request) => answers(request, 80), { echo: true }));
    const bench = start(meter(points([0x0201])));
    await bench.stage.apply({ buses: [rtuBus('line', serial.path)] }, [device('a', 'line', 1)]);
    await vi.waitFor(() => expect(bench.of('a').length).toBeGreaterThan(3), PATIENCE);
    for (const { image } of bench.of('a')) expect(image.words('holdingRegister', 0x0201, 1)).toEqual([2_314]);
    expect(bench.stage.status()[0]?.errors).toEqual({});
  });
});
