import type { OutboxRecord, ReadingsRecord } from '@vigie/contract';
import { findDefinition, fromHex, lorawan } from '@vigie/decoders';
import { expect, it } from 'vitest';
import { MemoryStateStore } from '../test/lorawan/memory-state-store.ts';
import { BoundedLog } from './bounded-log.ts';
import { CounterWatch } from './counter-watch.ts';
import { DeviceMemory } from './device-memory.ts';
import type { LorawanMessage } from './device-message.ts';
import { imbalanceOf, Stage } from './ledger.ts';
import { createLog } from './log.ts';
import { createPipeline } from './pipeline.ts';

const clock = { now: () => 0, monotonicMs: () => 0, trusted: () => true };

function frame(fCnt: number, fPort: number, hex: string): LorawanMessage {
  return {
    protocol: 'lorawan',
    device: { id: 'bridge', model: 'diehl/hydrus' } as LorawanMessage['device'],
    receivedAt: 0,
    fPort,
    payload: fromHex(hex) ?? new Uint8Array(),
    link: { fCnt, dataRate: 'SF7BW125', frequencyHz: 868_100_000, rssiDbm: -80, snrDb: 5, receptions: 1 },
    mark: { key: 'session', value: fCnt },
  };
}

it('makes one record of a message that came in several frames, and its ledger tells of the others', async () => {
  const records: OutboxRecord[] = [];
  const stage = new Stage('pipeline');
  const log = new BoundedLog(createLog('silent'), clock);
  const sink = createPipeline({
    findModel: findDefinition,
    decodeByCodec: () => Promise.reject(new Error('no codec here')),
    counters: new CounterWatch(),
    memory: new DeviceMemory(new MemoryStateStore(), log),
    append: async (record) => {
      records.push(record);
      return { ok: true };
    },
    clock,
    stage,
    log,
  });
  const telegram = '1e4424238b07797389607a8f00107d041312170100426cbf23441344100100';
  await sink(frame(4, 12, telegram.slice(0, 40)));
  await sink(frame(5, 22, telegram.slice(40)));
  await sink(frame(6, 22, telegram.slice(40)));
  expect(records).toMatchObject([
    { readings: [{ quantity: 'water.volume', channel: '60897379', value: 71_442 }, {}, {}, {}] },
  ]);
  expect(stage.snapshot()).toMatchObject({ in: 3, out: 1, dropped: { DECODE_PART: 1, DECODE_PART_MISSING: 1 } });
  expect(imbalanceOf(stage.snapshot())).toBe(0);
});

it('loses no alarm for want of a reading', async () => {
  const records: { record: OutboxRecord; mark: unknown }[] = [];
  const stage = new Stage('pipeline');
  const log = new BoundedLog(createLog('silent'), clock);
  const sink = createPipeline({
    findModel: findDefinition,
    decodeByCodec: () => Promise.reject(new Error('no codec here')),
    counters: new CounterWatch(),
    memory: new DeviceMemory(new MemoryStateStore(), log),
    append: async (record, mark) => {
      records.push({ record, mark });
      return { ok: true };
    },
    ...{ clock, stage, log },
  });
  const outage = frame(7, 85, 'ff3fff');
  await sink({ ...outage, device: { id: 'socket', model: 'milesight/ws523' } as LorawanMessage['device'] });
  const event = {
    kind: 'event',
    code: 'DEVICE_ALARM',
    severity: 'alarm',
    device: 'socket',
    message: 'FPort 85: ff3fff',
  };
  expect(records).toMatchObject([{ record: event, mark: outage.mark }]);
  expect(stage.snapshot()).toMatchObject({ in: 1, out: 1 });
});

const HOUR_MS = 3_600_000;
const RECEIVED = Date.UTC(2026, 5, 1, 12);

/** A meter of water that tells its index and, as increments, the hours before. */
const DATALOG = lorawan({
  ...{ id: 'test/datalog', version: 1, vendor: 'Test', title: 'Test', domain: 'water', source: 'this test' },
  uplinks: [
    {
      ports: 'any',
      steps: [
        { type: 'uint16', name: 'index', quantity: 'water.volume' },
        {
          repeat: 'rest',
          index: 'line',
          steps: [
            { type: 'uint8', name: 'used' },
            { let: 'index', be: { terms: [{ name: 'index' }, { name: 'used', times: -1 }] } },
            {
              sample: {
                from: 'reception',
                minusMs: { constant: HOUR_MS, terms: [{ name: 'line', times: HOUR_MS }] },
                toleranceMs: HOUR_MS / 2,
              },
              steps: [{ value: 'index', quantity: 'water.volume' }],
            },
          ],
        },
      ],
    },
  ],
});

function datalogBench(state = new MemoryStateStore()) {
  const records: { record: ReadingsRecord; mark: unknown }[] = [];
  const stage = new Stage('pipeline');
  const log = new BoundedLog(createLog('silent'), clock);
  const memory = new DeviceMemory(state, log);
  let refuses = false;
  const sink = createPipeline({
    findModel: () => DATALOG,
    decodeByCodec: () => Promise.reject(new Error('no codec here')),
    counters: new CounterWatch(),
    memory,
    append: async (record, mark) => {
      if (refuses) return { ok: false, reason: 'BUFFER_FULL' };
      if (record.kind === 'readings') records.push({ record, mark });
      return { ok: true };
    },
    clock,
    stage,
    log,
  });
  const hear = (fCnt: number, hex: string, afterMs: number) =>
    sink({ ...frame(fCnt, 1, hex), receivedAt: RECEIVED + afterMs });
  const refuse = (does: boolean) => {
    refuses = does;
  };
  return { records, stage, memory, hear, refuse };
}

it('tells each sample of a datalog at its own time, in the order of time and once, and no counter steps back', async () => {
  const state = new MemoryStateStore();
  const before = datalogBench(state);
  await before.memory.load();
  await before.hear(1, '03e8 01 02 03', 0);
  // The next hour, a minute late: three of its four lines are known.
  await before.hear(2, '03ed 05 01 02 03', HOUR_MS + 60_000);
  const told = ({ record }: { record: ReadingsRecord }) => [
    ((record.times.deviceAt ?? record.times.receivedAt) - RECEIVED) / HOUR_MS,
    record.readings[0]?.value,
    record.sample ?? false,
    record.link !== undefined,
  ];
  expect(before.records.map(told)).toEqual([
    [-3, 994, true, false],
    [-2, 997, true, false],
    [-1, 999, true, false],
    [0, 1_000, false, true],
    [1 + 1 / 60, 1_005, false, true],
  ]);
  expect(before.records.flatMap(({ record }) => record.readings.map(({ quality }) => quality ?? 'good'))).toEqual(
    Array(5).fill('good'),
  );
  expect(before.records.filter(({ mark }) => mark !== undefined)).toHaveLength(2);
  // After a restart it still knows what it told.
  const after = datalogBench(state);
  await after.memory.load();
  await after.hear(3, '03ed 05 01 02 03', HOUR_MS + 90_000);
  expect(after.records.map(told)).toMatchObject([[1 + 90 / 3_600, 1_005, false, true]]);
});

it('takes a datalog for unheard when one of its records was refused, so that all come again', async () => {
  const { hear, refuse, records, stage } = datalogBench();
  refuse(true);
  await expect(hear(1, '03e8 01 02', 0)).rejects.toThrow('BUFFER_FULL');
  refuse(false);
  await hear(1, '03e8 01 02', 0);
  expect(records).toHaveLength(3);
  expect(imbalanceOf(stage.snapshot())).toBe(0);
});
