import { describe, expect, it } from 'vitest';
import { IngestGate, type Sender } from './ingest-gate.ts';

const LIMITS = { batches: 2, batchesPerGateway: 2, waitingBytes: 100, waitingBytesPerGateway: 100 };
const of = (gateway: string, tenant = 'ville'): Sender => ({ tenant, gateway });

describe('IngestGate', () => {
  it('lets so many in, then the next, live ones first, and refuses beyond the bytes that may wait', async () => {
    const gate = new IngestGate(LIMITS);
    const first = of('gw-1');
    expect([await gate.enter(first, 'backlog', 1_000), await gate.enter(first, 'backlog', 1_000)]).toEqual([
      true,
      true,
    ]);
    const order: string[] = [];
    const third = gate.enter(first, 'backlog', 60).then(() => order.push('third'));
    const fourth = gate.enter(of('gw-2'), 'live', 40).then(() => order.push('fourth'));
    expect(await gate.enter(first, 'backlog', 1)).toBe(false);
    expect({ inside: gate.inside, waiting: gate.waitingBytes }).toEqual({ inside: 2, waiting: 100 });
    gate.leave(first);
    await fourth;
    expect(gate.waitingBytes).toBe(60);
    gate.leave(first);
    await third;
    expect(order).toEqual(['fourth', 'third']);
    gate.leave(first);
    gate.leave(of('gw-2'));
    expect({ inside: gate.inside, waiting: gate.waitingBytes }).toEqual({ inside: 0, waiting: 0 });
  });

  it('lets another gateway in at once while one floods it', async () => {
    const gate = new IngestGate({ ...LIMITS, batches: 4, waitingBytes: 10_000, waitingBytesPerGateway: 5_000 });
    const flood = Array.from({ length: 300 }, () => gate.enter(of('flood'), 'live', 10));
    expect(await gate.enter(of('quiet'), 'live', 10)).toBe(true);
    expect(gate.inside).toBe(3);
    expect(await flood.at(0)).toBe(true);
  });

  it('keeps the waiting bytes of one gateway from those of others', async () => {
    const gate = new IngestGate({ ...LIMITS, batches: 1, waitingBytesPerGateway: 50 });
    await gate.enter(of('a'), 'live', 1);
    const waits = gate.enter(of('a'), 'live', 50);
    expect(await gate.enter(of('a'), 'live', 1)).toBe(false);
    const other = gate.enter(of('b'), 'live', 50);
    gate.leave(of('a'));
    expect(await waits).toBe(true);
    gate.leave(of('a'));
    expect(await other).toBe(true);
  });

  it('takes tenants in turns, and within a tenant its gateways', async () => {
    const gate = new IngestGate({ ...LIMITS, batches: 1, waitingBytes: 10_000, waitingBytesPerGateway: 10_000 });
    const order: string[] = [];
    await gate.enter(of('first'), 'live', 1);
    const enter = (tenant: string, gateway: string) =>
      gate.enter(of(gateway, tenant), 'live', 1).then(() => {
        order.push(gateway);
        gate.leave(of(gateway, tenant));
      });
    const all = [
      ...['a1', 'a1', 'a1', 'a2', 'a3'].map((gateway) => enter('a', gateway)),
      ...['b1', 'b1'].map((gateway) => enter('b', gateway)),
    ];
    gate.leave(of('first'));
    await Promise.all(all);
    expect(order).toEqual(['a1', 'b1', 'a2', 'b1', 'a3', 'a1', 'a1']);
  });

  it('lets a backlog through beside a flood of live batches', async () => {
    const gate = new IngestGate({ ...LIMITS, batches: 1, waitingBytes: 10_000, waitingBytesPerGateway: 10_000 });
    await gate.enter(of('first'), 'live', 1);
    const order: string[] = [];
    const enter = (lane: 'live' | 'backlog') =>
      gate.enter(of('gw'), lane, 1).then(() => {
        order.push(lane);
        gate.leave(of('gw'));
      });
    const all = [...Array.from({ length: 10 }, () => enter('live')), enter('backlog')];
    gate.leave(of('first'));
    await Promise.all(all);
    expect(order.indexOf('backlog')).toBeLessThan(6);
  });
});
