import type { OutboxRecord } from '@vigie/contract';
import { findDefinition, fromHex } from '@vigie/decoders';
import { expect, it } from 'vitest';
import { BoundedLog } from './bounded-log.ts';
import { CounterWatch } from './counter-watch.ts';
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
  const sink = createPipeline({
    findModel: findDefinition,
    decodeByCodec: () => Promise.reject(new Error('no codec here')),
    counters: new CounterWatch(),
    append: async (record) => {
      records.push(record);
      return { ok: true };
    },
    clock,
    stage,
    log: new BoundedLog(createLog('silent'), clock),
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
