import { expect, it } from 'vitest';
import { IngestGate } from './ingest-gate.ts';

it('lets so many in, then the next, live ones first, and refuses beyond the bytes that may wait', async () => {
  const gate = new IngestGate({ batches: 2, waitingBytes: 100 });
  expect([await gate.enter('backlog', 1_000), await gate.enter('backlog', 1_000)]).toEqual([true, true]);
  const order: string[] = [];
  const third = gate.enter('backlog', 60).then(() => order.push('third'));
  const fourth = gate.enter('live', 40).then(() => order.push('fourth'));
  expect(await gate.enter('backlog', 1)).toBe(false);
  expect({ inside: gate.inside, waiting: gate.waitingBytes }).toEqual({ inside: 2, waiting: 100 });
  gate.leave();
  await fourth;
  expect(gate.waitingBytes).toBe(60);
  gate.leave();
  await third;
  expect(order).toEqual(['fourth', 'third']);
  gate.leave();
  gate.leave();
  expect({ inside: gate.inside, waiting: gate.waitingBytes }).toEqual({ inside: 0, waiting: 0 });
});
