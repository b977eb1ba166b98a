import { randomUUID } from 'node:crypto';
import type { CommandRecord, CommandRequest } from '@vigie/contract';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { silentLog, TemporaryState } from '../../test/temporary-state.ts';
import type { OrderConduct } from '../device-order.ts';
import { imbalanceOf, Stage } from '../ledger.ts';
import { CommandDesk } from './command-desk.ts';

describe('CommandDesk', () => {
  const state = new TemporaryState();
  const desks: CommandDesk[] = [];
  let now = 1_000_000;
  afterAll(async () => {
    for (const desk of desks) desk.stop();
    await state.close();
  });

  const request = (expiresInMs = 60_000): CommandRequest => ({
    v: 1,
    id: randomUUID(),
    device: 'lamp',
    name: 'lamp.dim',
    args: { level: 40 },
    issuedAt: now,
    expiresAt: now + expiresInMs,
  });

  async function start(known = true) {
    const given: { request: CommandRequest; conduct: OrderConduct }[] = [];
    const records: CommandRecord[] = [];
    const stage = new Stage('commands');
    const desk = new CommandDesk({
      state: await state.open(),
      clock: { now: () => now, monotonicMs: () => now, trusted: () => true },
      stage,
      record: async (record) => void records.push(record),
      dispatch: (order, conduct) => {
        if (!known) return { ok: false, code: 'COMMAND_DEVICE_UNKNOWN', message: order.device };
        given.push({ request: order, conduct });
        return { ok: true };
      },
      log: silentLog,
      boundedLog: silentLog,
    });
    desks.push(desk);
    await desk.start();
    const states = (id: string) => records.filter(({ command }) => command === id).map((record) => record.state);
    return { desk, given, records, states, stage };
  }

  it('sees a command through its states and answers a repetition without doing it again', async () => {
    const { desk, given, states, records, stage } = await start();
    const order = request();
    await desk.receive(order);
    const conduct = given[0]?.conduct;
    expect(await conduct?.begin()).toBe(true);
    conduct?.report({ state: 'sent' });
    await vi.waitFor(() => expect(states(order.id)).toEqual(['delivered', 'sent']));
    conduct?.report({ state: 'confirmed', result: { level: 40 } });
    await vi.waitFor(() => expect(records.at(-1)).toMatchObject({ state: 'confirmed', result: { level: 40 } }));
    conduct?.report({ state: 'failed', code: 'COMMAND_REFUSED', message: 'late' });
    await desk.receive(order);
    expect(given).toHaveLength(1);
    expect(states(order.id)).toEqual(['delivered', 'sent', 'confirmed', 'confirmed']);
    expect(imbalanceOf(stage.snapshot())).toBe(0);
  });

  it('repeats after a restart only what had not begun', async () => {
    const first = await start();
    const [waiting, begun] = [request(), request()];
    await first.desk.receive(waiting);
    await first.desk.receive(begun);
    await first.given[1]?.conduct.begin();
    first.desk.stop();

    const second = await start();
    expect(second.given.map((given) => given.request.id)).toEqual([waiting.id]);
    expect(second.states(begun.id)).toEqual(['failed']);
    expect(second.records.find(({ command }) => command === begun.id)?.error?.code).toBe('COMMAND_INTERRUPTED');
    second.given[0]?.conduct.report({ state: 'expired' });
    await vi.waitFor(() => expect(second.states(waiting.id)).toEqual(['expired']));
    expect(imbalanceOf(second.stage.snapshot())).toBe(0);
  });

  it('lets nothing be done after its time', async () => {
    const { desk, given, states } = await start();
    const [late, tooLate] = [request(50), request(-1)];
    await desk.receive(tooLate);
    await desk.receive(late);
    now += 100;
    expect(await given[0]?.conduct.begin()).toBe(false);
    await vi.waitFor(() => expect(states(late.id)).toEqual(['delivered', 'expired']));
    expect(given).toHaveLength(1);
    expect(states(tooLate.id)).toEqual(['delivered', 'expired']);
  });

  it('fails what no device is there for, and drops nonsense with a count', async () => {
    const { desk, records, stage } = await start(false);
    await desk.receive(request());
    await vi.waitFor(() =>
      expect(records.at(-1)).toMatchObject({ state: 'failed', error: { code: 'COMMAND_DEVICE_UNKNOWN' } }),
    );
    for (const nonsense of [undefined, 5, { v: 1 }, { ...request(), id: '../../etc' }]) await desk.receive(nonsense);
    expect(stage.snapshot().dropped.REQUEST_INVALID).toBe(4);
    expect(imbalanceOf(stage.snapshot())).toBe(0);
  });
});
