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
      findModel: (model) => (model === 'eastron/sdm630' ? { protocol: 'modbus' } : undefined),
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
      findModel: () => ({ protocol: 'modbus' }),
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

describe('a first document', () => {
  /** What is not there, by the name of its section. */
  const absent = new Set<string>();
  const applied: string[] = [];
  const section = (name: string): ConfigSection => ({
    name,
    apply: async (config) => {
      if (config && absent.has(name)) throw new VigieError('CONFIG_BUS_FAILED', `${name} is not there`);
      applied.push(name);
    },
  });
  let state: TemporaryState;
  beforeEach(() => {
    state = new TemporaryState();
    absent.clear();
    applied.length = 0;
  });
  afterEach(() => state.close());

  async function start(sections = [section('lorawan'), section('modbus')]) {
    const manager = new ConfigManager({
      ...{ state: await state.open(), sections, retryMs: 20 },
      ...{ findModel: () => ({ protocol: 'modbus' }), changed: () => undefined, log: silentLog, boundedLog: silentLog },
    });
    await manager.start();
    return manager;
  }

  it('runs as far as it can: what is missing is named, tried again, and known after a restart', async () => {
    absent.add('modbus');
    const manager = await start();
    expect(await manager.receive(document(1))).toEqual({ ok: true, revision: 1 });
    expect(applied).toContain('lorawan');
    const missing = { modbus: expect.stringContaining('modbus is not there') };
    expect(manager.status()).toEqual({ applied: 1, missing });
    manager.stop();
    const restarted = await start();
    expect(restarted.status()).toEqual({ applied: 1, missing });
    absent.clear();
    await vi.waitFor(() => expect(restarted.status()).toEqual({ applied: 1 }));
    expect(applied.at(-1)).toBe('modbus');
    restarted.stop();
  });

  it('is refused for a fault of its own, and leaves nothing behind', async () => {
    const faulty: ConfigSection = {
      name: 'faulty',
      apply: async (config) => {
        if (config) throw new VigieError('CONFIG_INVALID', 'no such channel');
      },
    };
    const manager = await start([section('lorawan'), faulty]);
    expect(await manager.receive(document(1))).toMatchObject({ ok: false, code: 'CONFIG_INVALID' });
    expect(manager.status()).toMatchObject({ applied: 0, rejected: { revision: 1 } });
    manager.stop();
  });

  it('that a restart interrupted is tried once more, and then refused', async () => {
    await (await state.open()).write([{ collection: 'config', key: 'candidate', value: document(3) }]);
    const manager = await start();
    expect(manager.status()).toEqual({ applied: 3 });
    manager.stop();
    await (await state.open()).write([
      { collection: 'config', key: 'current' },
      { collection: 'config', key: 'candidate', value: document(4) },
      { collection: 'config', key: 'triedAgain', value: 4 },
    ]);
    const again = await start();
    expect(again.status()).toMatchObject({ rejected: { revision: 4, code: 'CONFIG_INTERRUPTED' } });
    again.stop();
  });

  it('that a former release refused for a missing port is asked for again', async () => {
    const rejected = { revision: 5, code: 'CONFIG_BUS_FAILED', message: 'no such port' };
    await (await state.open()).write([{ collection: 'config', key: 'rejected', value: rejected }]);
    const manager = await start();
    expect(manager.status()).toEqual({ applied: 0 });
    manager.stop();
  });
});
