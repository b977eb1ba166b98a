import type { OutboxRecord } from '@vigie/contract';
import type { District } from '../demo/district.ts';
import type { Bench, Measured, Rules } from './bench.ts';
import { fillOutbox, pause, settled, withDistrict } from './bench-district.ts';
import { cityRecords, DISTRICT, readingsIn, SILENT_CITY } from './city-records.ts';
import { CostMeter, rounded } from './process-cost.ts';
import { bareJson } from './raw-limits.ts';

const BACKLOG_RECORDS = 20_000;
const BATCH_RECORDS = 500;
const LIVE_SECONDS = 180;

interface Passed {
  up: number;
  down: number;
  readings: number;
  records: number;
  programs: Record<string, string>;
}

const RULES = { bytesPerReadingBacklog: { atMost: 6 }, bytesPerReadingLive: { atMost: 60 } } satisfies Rules;

/** Bytes of TLS for each reading, both ways, counted at the wire between a real agent and a real server. */
export const wireBench: Bench<keyof typeof RULES> = { rules: RULES, measure };

async function measure(): Promise<Measured<keyof typeof RULES>> {
  const records = await history(BACKLOG_RECORDS);
  const backlog = await measureBacklog(records);
  const kinds = { lorawan: records.filter(isLorawan), modbus: records.filter((record) => !isLorawan(record)) };
  const [lorawan, modbus] = [await measureBacklog(kinds.lorawan), await measureBacklog(kinds.modbus)];
  const live = await measureLive();
  const batches = Array.from({ length: BACKLOG_RECORDS / BATCH_RECORDS }, (_, index) =>
    records.slice(index * BATCH_RECORDS, (index + 1) * BATCH_RECORDS),
  );
  const json = bareJson(batches, readingsIn(records));
  const each = ({ up, down, readings }: Passed) => rounded((up + down) / readings, 2);
  return {
    figures: { bytesPerReadingBacklog: each(backlog), bytesPerReadingLive: each(live) },
    conditions: {
      city: `${DISTRICT.devices} LoRaWAN devices at 15 minutes and the city's 6 Modbus slaves at 10 s`,
      counted: 'bytes of TLS in both directions, with MQTT, status messages and acknowledgements; TCP/IP headers not',
      backlog: `${records.length} records, ${backlog.readings} readings, of hours of that city; ${detail(backlog)}`,
      backlogLorawanOnly: `${each(lorawan)} bytes a reading, ${each({ ...lorawan, readings: lorawan.records })} a record`,
      backlogModbusOnly: `${each(modbus)} bytes a reading, ${each({ ...modbus, readings: modbus.records })} a record`,
      live: `${LIVE_SECONDS} s in real time, ${live.records} records, ${live.readings} readings; ${detail(live)}`,
      jsonInSameBatches: rounded(json.plain),
      bareZstdOfThatJson: rounded(json.zstd, 2),
      ratioToBareZstd: rounded(each(backlog) / json.zstd, 2),
      ...live.programs,
    },
  };
}

function detail({ up, down, readings }: Passed): string {
  return `up ${(up / readings).toFixed(2)}, down ${(down / readings).toFixed(2)}`;
}

async function history(count: number): Promise<OutboxRecord[]> {
  const records: OutboxRecord[] = [];
  for await (const group of cityRecords({ ...DISTRICT, fromMs: Date.now() - 2 * 86_400_000 })) {
    records.push(...group);
    if (records.length >= count) break;
  }
  return records.slice(0, count);
}

function isLorawan(record: OutboxRecord): boolean {
  return record.kind === 'readings' && record.link !== undefined;
}

/** A silent city: all that passes is the session, the configuration and the backlog. */
function measureBacklog(records: readonly OutboxRecord[]): Promise<Passed> {
  return withDistrict(SILENT_CITY, async (district) => {
    await settled(district);
    await district.killAgent();
    fillOutbox(district.agentData, records);
    const cost = new CostMeter(district.programs);
    const before = { ...district.backhaul.bytes };
    district.startAgent();
    await settled(district, 0);
    const { up, down } = passedSince(district, before);
    return { up, down, readings: readingsIn(records), records: records.length, programs: cost.conditions() };
  });
}

function measureLive(): Promise<Passed> {
  const { seed, devices, lorawanIntervalMs, modbusIntervalMs } = DISTRICT;
  const pace = ['--interval-ms', String(lorawanIntervalMs), '--modbus-interval-ms', String(modbusIntervalMs)];
  return withDistrict(['--seed', String(seed), '--devices', String(devices), '--abp', ...pace], async (district) => {
    await settled(district);
    const emittedBefore = district.emitted().length;
    const before = { ...district.backhaul.bytes };
    const cost = new CostMeter(district.programs);
    const recordsBefore = (await district.agentStatus()).ledger.buffer?.in ?? 0;
    await pause(LIVE_SECONDS);
    const { up, down } = passedSince(district, before);
    const records = ((await district.agentStatus()).ledger.buffer?.in ?? 0) - recordsBefore;
    const readings = district.emitted().length - emittedBefore;
    return { up, down, readings, records, programs: cost.conditions() };
  });
}

function passedSince({ backhaul }: District, before: { up: number; down: number }): { up: number; down: number } {
  return { up: backhaul.bytes.up - before.up, down: backhaul.bytes.down - before.down };
}
