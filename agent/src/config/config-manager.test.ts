import { type GatewayConfig, VigieError } from '@vigie/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog, TemporaryState } from '../../test/temporary-state.ts';
import { ConfigManager, type ConfigSection } from './config-manager.ts';

const document = (revision: number, port = 502): GatewayConfig => ({
  schema: 1,
  revision,
  modbus: { buses: [{ id: 'bus', type: 'tcp', host: '127.0.0.1', port }] },
  devices: [{ id: 'meter', model: 'eastron/sdm630', modbus: { bus: 'bus', unit: 1, intervalMs: 1_000 } }],
});

/** A section that refuses port 666 and remembers what it was given. */
class Section implements ConfigSection {
  readonly name = 'modbus';
  readonly applied: (number | undefined)[] = [];
  absent = false;

  async apply(config: GatewayConfig | undefined): Promise<void> {
    const [bus] = config?.modbus?.buses ?? [];
    if (this.absent || (bus?.type === 'tcp' && bus.port === 666))
      throw new VigieError('CONFIG_BUS_FAILED', 'no such port');
    this.applied.push(config?.revision);
  }
}

describe('ConfigManager', () => {
  const state = new TemporaryState();
  let section: Section;
  beforeEach(() => {
    section = new Section();
  });
  afterEach(() => void vi.useRealTimers());

  async function start(retryMs = 60_000) {
    const manager = new ConfigManager({
      state: await state.open(),
      sections: [section],
      protocolOf: (model) => (model === 'eastron/sdm630' ? 'modbus' : undefined),
      changed: () => undefined,
      log: silentLog,
      boundedLog: silentLog,
      retryMs,
    });
    await manager.start();
    return manager;
  }

  it('goes from document to document, keeps the last good one and starts on it without the server', async () => {
    const manager = await start();
    expect(manager.status()).toEqual({ applied: 0 });
    expect(await manager.receive(document(3))).toEqual({ ok: true, revision: 3 });
    expect(await manager.receive(document(4, 666))).toMatchObject({ ok: false, code: 'CONFIG_BUS_FAILED' });
    expect(section.applied).toEqual([3, 3]);
    expect(manager.status()).toMatchObject({ applied: 3, rejected: { revision: 4, code: 'CONFIG_BUS_FAILED' } });
    manager.stop();

    section = new Section();
    const restarted = await start();
    expect(section.applied).toEqual([3]);
    expect(restarted.status()).toMatchObject({ applied: 3, rejected: { revision: 4 } });
    expect(await restarted.receive(document(5))).toEqual({ ok: true, revision: 5 });
    expect(restarted.status()).toEqual({ applied: 5 });
    expect(await restarted.receive(document(4))).toMatchObject({ ok: false, code: 'CONFIG_STALE' });
    restarted.stop();
  });

  it('names what is wrong with a document and touches nothing', async () => {
    const manager = await start();
    const [device] = document(9).devices;
    const cases: [unknown, string, string][] = [
      ['nonsense', 'CONFIG_INVALID', ''],
      [{ ...document(9), surprise: 1 }, 'CONFIG_INVALID', '/surprise'],
      [{ ...document(9), modbus: { buses: [] } }, 'CONFIG_REFERENCE', '/devices/0/modbus/bus'],
      [{ ...document(9), devices: [device, device] }, 'CONFIG_REFERENCE', 'twice'],
      [{ ...document(9), devices: [{ ...device, model: 'no/such' }] }, 'CONFIG_MODEL_UNKNOWN', 'meter (no/such)'],
    ];
    for (const [bad, code, words] of cases) {
      const outcome = await manager.receive(bad);
      expect(outcome).toMatchObject({ ok: false, code });
      if (!outcome.ok) expect(outcome.message).toContain(words);
    }
    expect(section.applied).toEqual([5]);
    manager.stop();
  });

  it('refuses a document that the process did not survive', async () => {
    await (await state.open()).write([{ collection: 'config', key: 'candidate', value: document(7) }]);
    const manager = await start();
    expect(manager.status()).toMatchObject({ applied: 5, rejected: { revision: 7, code: 'CONFIG_INTERRUPTED' } });
    manager.stop();
  });

  it('does what it can with the last good document and tries the rest again', async () => {
    section.absent = true;
    const manager = await start(20);
    expect([...manager.problems.keys()]).toEqual(['modbus']);
    section.absent = false;
    await vi.waitFor(() => expect(section.applied).toEqual([5]));
    await vi.waitFor(() => expect(manager.problems.size).toBe(0));
    manager.stop();
  });

  it('lets a section start as far as it can, names what it lacks and starts only that one again', async () => {
    const other = new Section();
    const missing: string[] = [];
    const started: number[] = [];
    let taken = true;
    const partial: ConfigSection = {
      name: 'partial',
      apply: () => Promise.reject(new Error('a document from before is to be started on, not applied')),
      start: async ({ revision }) => {
        started.push(revision);
        if (taken) throw new Error('address taken');
      },
      missing: () => missing,
    };
    const manager = new ConfigManager({
      state: await state.open(),
      sections: [other, partial],
      protocolOf: () => 'modbus',
      changed: () => undefined,
      log: silentLog,
      boundedLog: silentLog,
      retryMs: 20,
    });
    await manager.start();
    expect(Object.fromEntries(manager.problems)).toEqual({ partial: 'address taken' });
    missing.push('Bus line: gone');
    expect(Object.fromEntries(manager.problems)).toEqual({ partial: 'address taken; Bus line: gone' });
    await vi.waitFor(() => expect(started.length).toBeGreaterThan(2));
    expect(new Set(started)).toEqual(new Set([5]));
    taken = false;
    await vi.waitFor(() => expect(Object.fromEntries(manager.problems)).toEqual({ partial: 'Bus line: gone' }));
    missing.length = 0;
    expect(manager.problems.size).toBe(0);
    expect(other.applied).toEqual([5]);

    // a document that is refused is followed by a start on the last good one
    const before = started.length;
    expect(await manager.receive(document(6))).toMatchObject({ ok: false, code: 'INTERNAL' });
    expect(started.slice(before)).toEqual([5]);
    manager.stop();
    await state.close();
  });
});
