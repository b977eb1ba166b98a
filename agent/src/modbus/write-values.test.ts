import { afterEach, describe, expect, it } from 'vitest';
import { knows, memory } from '../../test/modbus-misbehaviour.ts';
import { type RunningSlave, startTcpSlave } from '../../test/modbus-slave.ts';
import { linkOf } from './bus-link.ts';
import type { Link } from './link.ts';
import { type WriteHabits, writeValues } from './write-values.ts';

const running: (RunningSlave | Link)[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.close();
});

async function slaveThatKnows(functions: readonly number[], habits: WriteHabits = {}) {
  const held = memory();
  const slave = await startTcpSlave(knows(functions, held));
  const bus = { id: 'b', type: 'tcp', host: '127.0.0.1', port: slave.port, timeoutMs: 2_000 } as const;
  const link = linkOf(bus, { monotonicMs: () => performance.now(), random: Math.random });
  running.push(slave, link);
  const writable = { habits, exchange: (request: Parameters<Link['exchange']>[1]) => link.exchange(1, request) };
  return { writable, habits, held: held.held, asked: () => slave.requests.map(({ functionCode }) => functionCode) };
}

describe('a device that does not know the usual function', () => {
  it.each([
    ['16 alone', [3, 16], 'writeRegisters', [7], [6, 16, 16]],
    ['15 alone', [1, 15], 'writeCoils', [1], [5, 15, 15]],
    ['6 alone', [3, 6], 'writeRegisters', [7, 8], [16, 6, 6, 6, 6]],
    ['5 alone', [1, 5], 'writeCoils', [1, 1], [15, 5, 5, 5, 5]],
  ] as const)('is written by function %s, and asked by it at once the next time', async (_, functions, kind, values, asked) => {
    const slave = await slaveThatKnows(functions);
    for (let round = 0; round < 2; round += 1) {
      expect(await writeValues(slave.writable, kind, 4, values)).toEqual({ ok: true, reply: { kind: 'done' } });
    }
    expect(slave.asked()).toEqual(asked);
    expect(values.map((_value, offset) => slave.held.get(4 + offset))).toEqual([...values]);
  });

  it('says so when it knows neither, and is not tried differently for another exception', async () => {
    const none = await slaveThatKnows([3]);
    expect(await writeValues(none.writable, 'writeRegisters', 4, [1])).toMatchObject({ reply: { exception: 1 } });
    expect(none.habits).toEqual({});
  });

  it('is written as its configuration says', async () => {
    const slave = await slaveThatKnows([3, 6, 16], { writeRegisters: 'multiple' });
    await writeValues(slave.writable, 'writeRegisters', 4, [1]);
    expect(slave.asked()).toEqual([16]);
  });
});
