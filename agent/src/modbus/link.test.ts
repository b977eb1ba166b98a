import type { ModbusBus } from '@vigie/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasProgram } from '../../test/has-program.ts';
import {
  exceptionAnswer,
  type RunningSlave,
  readAnswer,
  type SlaveBehaviour,
  type SlaveRequest,
  startRtuOverTcpSlave,
  startSerialSlave,
  startTcpSlave,
} from '../../test/modbus-slave.ts';
import { linkOf } from './bus-link.ts';
import type { Link } from './link.ts';

const ECHO = 0x08;
const valueAt = (address: number, unit: number): number => address + unit * 1_000;
const polite: SlaveBehaviour = (request) => request.answer(readAnswer(request, valueAt));

const running: (RunningSlave | Link)[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.close();
});

const timeoutMs = 400;

function tcpBus(port: number): ModbusBus {
  return { id: 'b', type: 'tcp', host: '127.0.0.1', port, timeoutMs };
}

async function tcp(behaviour: SlaveBehaviour): Promise<{ link: Link; slave: RunningSlave }> {
  const slave = await startTcpSlave(behaviour);
  return start(slave, tcpBus(slave.port));
}

async function rtu(behaviour: SlaveBehaviour): Promise<{ link: Link; slave: RunningSlave }> {
  const slave = await startSerialSlave(behaviour);
  const { path } = slave;
  return start(slave, { id: 'b', type: 'rtu', path, baudRate: 115_200, parity: 'none', stopBits: 1, timeoutMs });
}

async function rtuOverTcp(behaviour: SlaveBehaviour): Promise<{ link: Link; slave: RunningSlave }> {
  const slave = await startRtuOverTcpSlave(behaviour);
  return start(slave, { id: 'b', type: 'rtu-over-tcp', host: '127.0.0.1', port: slave.port, timeoutMs });
}

function start(slave: RunningSlave, bus: ModbusBus): { link: Link; slave: RunningSlave } {
  const link = linkOf(bus, { monotonicMs: () => performance.now(), random: () => 0.5 });
  running.push(slave, link);
  return { link, slave };
}

async function read(link: Link, address: number, count = 2, unit = 1): Promise<number[] | string> {
  const exchange = await link.exchange(unit, { kind: 'read', table: 'holdingRegister', address, count });
  if (!exchange.ok) return exchange.code;
  if (exchange.reply.kind === 'exception') return `exception ${exchange.reply.exception}`;
  return exchange.reply.kind === 'values' ? exchange.reply.values : exchange.reply.kind;
}

const withoutPty = !hasProgram('socat');

describe.each([
  ['TCP', tcp, false],
  ['RTU', rtu, withoutPty],
  ['RTU over TCP', rtuOverTcp, false],
])('a link by %s', (_, open, skipped) => {
  beforeEach((context) => context.skip(skipped, 'socat is not installed'));

  it('reads registers and bits', async () => {
    const { link } = await open(polite);
    expect(await read(link, 100, 3, 2)).toEqual([2_100, 2_101, 2_102]);
    const bits = await link.exchange(1, { kind: 'read', table: 'coil', address: 3, count: 10 });
    expect(bits).toEqual({ ok: true, reply: { kind: 'values', values: [1, 0, 1, 0, 1, 0, 1, 0, 1, 0] } });
  });

  it('puts an answer together that comes byte by byte', async () => {
    const { link } = await open((request) => {
      request.answer(readAnswer(request, valueAt), { pieces: 3, pieceGapMs: 5 });
    });
    expect(await read(link, 10, 4)).toEqual([1_010, 1_011, 1_012, 1_013]);
  });

  it('tells an exception from a failure', async () => {
    const { link } = await open((request) => request.answer(exceptionAnswer(request.functionCode, 2)));
    expect(await read(link, 10)).toBe('exception 2');
  });

  it('reports silence as a time-out and goes on', async () => {
    let silent = true;
    const { link } = await open((request) => {
      if (silent) return;
      if (request.functionCode === ECHO) request.answer(request.pdu);
      else polite(request);
    });
    expect(await read(link, 10)).toBe('MODBUS_TIMEOUT');
    silent = false;
    expect(await read(link, 20)).toEqual([1_020, 1_021]);
  });

  it('takes no value from another slave, function or length', async () => {
    const wrong: SlaveBehaviour[] = [
      (request) => request.answer(readAnswer(request, valueAt), { unit: 9 }),
      (request) => request.answer(exceptionAnswer(request.functionCode, 2), { unit: 9 }),
      (request) => request.answer(readAnswer({ ...request, functionCode: 4 }, valueAt)),
      (request) => request.answer(readAnswer({ ...request, count: 3 }, valueAt)),
      (request) => request.answer(readAnswer(request, valueAt).subarray(0, -1)),
    ];
    let next = 0;
    const { link } = await open((request) => {
      // What is asked between the reads, to learn of echoes and old answers, is answered well.
      if (request.functionCode === ECHO || request.address === 0) polite(request);
      else wrong[next++]?.(request);
    });
    for (const _ of wrong) expect(await read(link, 10)).toBe('MODBUS_RESPONSE_INVALID');
  });

  it('never takes a late answer for the next one', async () => {
    let late: (() => void) | undefined;
    let first = true;
    const { link } = await open((request) => {
      const answer = (): void =>
        request.answer(request.functionCode === ECHO ? request.pdu : readAnswer(request, valueAt));
      if (first) late = answer;
      else {
        // the old answer comes when the next one is waited for, right before it
        late?.();
        late = undefined;
        answer();
      }
      first = false;
    });
    expect(await read(link, 100)).toBe('MODBUS_TIMEOUT');
    for (const address of [200, 300]) {
      // a busy machine may time out once more, but no answer may be another's
      const answers = await vi.waitFor(
        async () => {
          const result = await read(link, address);
          if (result === 'MODBUS_TIMEOUT') throw new Error('not answered yet');
          return result;
        },
        { timeout: 10_000, interval: 20 },
      );
      expect(answers).toEqual([1_000 + address, 1_001 + address]);
    }
  });
});

/**
 * As a gateway under load does: while it lasts nothing is read and no timer runs, and timers that are due come before what
 * waits in the sockets, as they do behind an immediate.
 */
function standStill(ms: number, meanwhile: () => void): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      meanwhile();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
      resolve();
    });
  });
}

describe('a process that stood still', () => {
  it.each([
    ['TCP', tcp],
    ['RTU over TCP', rtuOverTcp],
  ])('hears the answer by %s that came meanwhile, though its time is up', async (_, open) => {
    let asked: SlaveRequest | undefined;
    const { link } = await open((request) => {
      if (request.address !== 20) return polite(request);
      asked = request;
    });
    expect(await read(link, 10)).toEqual([1_010, 1_011]);
    const late = read(link, 20);
    await vi.waitFor(() => expect(asked).toBeDefined(), { timeout: timeoutMs / 2, interval: 5 });
    await standStill(timeoutMs * 1.5, () => asked && polite(asked));
    expect(await late).toEqual([1_020, 1_021]);
  });

  it('reads what a slave says a second time before it asks for something else', async () => {
    const slave = await startRtuOverTcpSlave(polite);
    const pauseMs = 50;
    const { link } = start(slave, {
      id: 'b',
      type: 'rtu-over-tcp',
      host: '127.0.0.1',
      port: slave.port,
      timeoutMs,
      pauseMs,
    });
    // The first exchanges of a line prove that the slave can be told by its answers.
    for (const address of [10, 12]) expect(await read(link, address)).toEqual([1_000 + address, 1_001 + address]);
    const next = read(link, 20);
    await standStill(pauseMs * 3, () => polite(slave.requests.at(-1) as SlaveRequest));
    expect(await next).toEqual([1_020, 1_021]);
  });
});

describe('a link by TCP', () => {
  it('ignores an answer with another transaction and takes the right one after it', async () => {
    const { link } = await tcp((request) => {
      request.answer(readAnswer({ ...request, address: 999 }, valueAt), { transaction: request.transaction ^ 1 });
      request.answer(readAnswer(request, valueAt), { afterMs: 20 });
    });
    expect(await read(link, 10)).toEqual([1_010, 1_011]);
  });

  it('drops a connection whose stream makes no sense and connects again', async () => {
    let broken = true;
    const { link } = await tcp((request) => {
      if (broken) request.sendRaw(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
      else polite(request);
    });
    expect(await read(link, 10)).toBe('MODBUS_RESPONSE_INVALID');
    expect(link.connected).toBe(false);
    broken = false;
    await link.open();
    expect(await read(link, 10)).toEqual([1_010, 1_011]);
  });

  it('does not hammer a slave that refuses connections', async () => {
    const { link, slave } = await tcp(polite);
    await slave.close();
    expect(await read(link, 10)).toBe('MODBUS_CONNECTION');
    const began = performance.now();
    for (let attempt = 0; attempt < 100; attempt += 1) expect(await read(link, 10)).toBe('MODBUS_CONNECTION');
    expect(performance.now() - began).toBeLessThan(100);
    expect(link.retryAt).toBeGreaterThan(began);
  });
});

describe.skipIf(withoutPty)('a link by RTU', () => {
  it('finds the answer behind noise', async () => {
    const { link } = await rtu((request) => {
      request.sendRaw(Buffer.of(0, 0xff, 1, 3));
      polite(request);
    });
    expect(await read(link, 10)).toEqual([1_010, 1_011]);
  });

  it('tells a wrong checksum before the time-out', async () => {
    const { link } = await rtu((request) => {
      if (request.functionCode === ECHO) request.answer(request.pdu);
      else request.answer(readAnswer(request, valueAt), { corrupt: true });
    });
    const began = performance.now();
    expect(await read(link, 10)).toBe('MODBUS_CRC');
    expect(performance.now() - began).toBeLessThan(timeoutMs);
  });

  it('asks a slave that does not know the echo again only after a quiet time, and does not use the line meanwhile', async () => {
    let silent = false;
    const { link, slave } = await rtu((request) => {
      if (!silent && request.functionCode !== ECHO) polite(request);
    });
    // The second read learns that it does not echo, and is answered all the same.
    expect(await read(link, 10)).toEqual([1_010, 1_011]);
    expect(await read(link, 10)).toEqual([1_010, 1_011]);
    silent = true;
    expect(await read(link, 10)).toBe('MODBUS_TIMEOUT');
    silent = false;
    const asked = slave.requests.length;
    const began = performance.now();
    expect(await read(link, 10)).toBe('MODBUS_TIMEOUT');
    expect(slave.requests.length).toBe(asked);
    await vi.waitFor(async () => expect(await read(link, 20)).toEqual([1_020, 1_021]), {
      timeout: 20_000,
      interval: 20,
    });
    expect(performance.now() - began).toBeGreaterThan(5 * timeoutMs);
  });
});
