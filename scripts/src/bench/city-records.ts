import type { LorawanDeviceConfig, ModbusDeviceConfig, OutboxRecord, RadioLink } from '@vigie/contract';
import { findDefinition, type RegisterImage } from '@vigie/decoders';
import { BoundedLog } from '../../../agent/src/bounded-log.ts';
import { CounterWatch } from '../../../agent/src/counter-watch.ts';
import { DeviceMemory } from '../../../agent/src/device-memory.ts';
import type { DeviceMessage } from '../../../agent/src/device-message.ts';
import { Ledger } from '../../../agent/src/ledger.ts';
import { createLog } from '../../../agent/src/log.ts';
import { createPipeline } from '../../../agent/src/pipeline.ts';
import { MemoryStateStore } from '../../../agent/test/lorawan/memory-state-store.ts';
import { buildNodes, buildSlaves, type CityNode, type CitySlave } from '../simulate/city.ts';
import type { SlaveModel } from '../simulate/modbus/slave.ts';
import { between, type Random, seededRandom } from '../simulate/random.ts';

export interface CityHistory {
  seed: number;
  devices: number;
  lorawanIntervalMs: number;
  modbusIntervalMs: number;
  /** Real time of the first record. */
  fromMs: number;
}

/** A district as the benches take it: what one gateway hears and polls. */
export const DISTRICT = { seed: 1, devices: 1_000, lorawanIntervalMs: 900_000, modbusIntervalMs: 10_000 };

/** Options of a city that says next to nothing. */
export const SILENT_CITY = ['--devices', '1', '--interval-ms', '86400000', '--modbus-interval-ms', '86400000'];

/** Who speaks next, and when. */
interface Speaker {
  dueMs: number;
  everyMs: number;
  say: (atMs: number) => DeviceMessage;
}

const ANTENNAS = ['0016c001f1500001', '0016c001f1500002'];
const CHANNELS_HZ = [868_100_000, 868_300_000, 868_500_000];
const DATA_RATES = ['SF7BW125', 'SF8BW125', 'SF9BW125', 'SF10BW125'];
const ONE_ANTENNA_SHARE = 0.35;

/**
 * The records that an agent in the simulated city would have stored, through its own pipeline and at the pace of the
 * real district, without the wait: hours of it in seconds. Gives them in groups, in the order of their times.
 */
export async function* cityRecords(history: CityHistory): AsyncGenerator<OutboxRecord[], never> {
  let clockMs = history.fromMs;
  const clock = { now: () => clockMs, monotonicMs: () => clockMs, trusted: () => true };
  let group: OutboxRecord[] = [];
  const log = new BoundedLog(createLog('silent'), clock);
  const pipeline = createPipeline({
    findModel: findDefinition,
    decodeByCodec: () => Promise.reject(new Error('no model of this bench has a codec')),
    counters: new CounterWatch(),
    memory: new DeviceMemory(new MemoryStateStore(), log),
    append: async (record) => {
      group.push(record);
      return { ok: true };
    },
    clock,
    stage: new Ledger().stage('pipeline'),
    log,
  });
  const speakers = speakersOf(history);
  for (;;) {
    clockMs += 1_000;
    for (const speaker of speakers) {
      for (; speaker.dueMs <= clockMs; speaker.dueMs += speaker.everyMs) await pipeline(speaker.say(speaker.dueMs));
    }
    if (group.length > 0) yield group;
    group = [];
  }
}

function speakersOf({ seed, devices, lorawanIntervalMs, modbusIntervalMs, fromMs }: CityHistory): Speaker[] {
  const random = seededRandom(seed);
  const options = { seed, random, cityMs: fromMs, nodes: devices, abpOnly: true, firstDevNonce: 0 };
  const begin = (everyMs: number) => ({ dueMs: Math.round(fromMs + random() * everyMs), everyMs });
  return [
    ...buildNodes(options).map((node) => ({ ...begin(lorawanIntervalMs), say: uplinkOf(node, random) })),
    ...buildSlaves(options, modbusIntervalMs).map((slave) => ({ ...begin(modbusIntervalMs), say: pollOf(slave) })),
  ];
}

function uplinkOf({ id, model, devEui, mac }: CityNode, random: Random): (atMs: number) => DeviceMessage {
  const device: LorawanDeviceConfig = {
    id,
    model,
    lorawan: { devEui, macVersion: '1.0.3', class: 'A', activation: { mode: 'otaa', joinEui: devEui, appKey: '' } },
  };
  let fCnt = 0;
  return (atMs) => {
    const { fPort, payload } = mac.sensor.measure(atMs, atMs);
    fCnt += 1;
    return {
      protocol: 'lorawan',
      device,
      receivedAt: atMs,
      fPort,
      payload,
      link: linkOf(fCnt, random),
      mark: { key: devEui, value: fCnt },
    };
  };
}

/** As the city's air has it: two antennas, of which one in three frames reaches only one. */
function linkOf(fCnt: number, random: Random): RadioLink {
  const pick = <T>(from: readonly [T, ...T[]] | readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const antennas = random() < ONE_ANTENNA_SHARE ? [pick(ANTENNAS)] : ANTENNAS;
  const heardBy = antennas
    .map((gateway) => ({
      gateway,
      antenna: 0,
      rssiDbm: Math.round(between(random, -118, -62)),
      snrDb: Math.round(between(random, -8, 11) * 10) / 10,
    }))
    .sort((a, b) => b.snrDb - a.snrDb);
  const { rssiDbm, snrDb } = heardBy[0] ?? { rssiDbm: -100, snrDb: 0 };
  const [dataRate, frequencyHz] = [pick(DATA_RATES), pick(CHANNELS_HZ)];
  return { fCnt, dataRate, frequencyHz, rssiDbm, snrDb, receptions: heardBy.length, heardBy };
}

function pollOf({ id, bus, unit, intervalMs, model }: CitySlave): (atMs: number) => DeviceMessage {
  const device: ModbusDeviceConfig = { id, model: model.model, modbus: { bus, unit, intervalMs } };
  return (atMs) => ({ protocol: 'modbus', device, receivedAt: atMs, image: imageOf(model, atMs) });
}

/** Every register that the slave has. */
function imageOf(model: SlaveModel, cityMs: number): RegisterImage {
  const words = new Map<string, number>();
  for (const point of model.points(cityMs)) {
    for (const [offset, word] of point.words.entries()) words.set(`${point.table} ${point.address + offset}`, word);
  }
  return {
    words: (table, address, count) =>
      Array.from({ length: count }, (_, offset) => words.get(`${table} ${address + offset}`) ?? 0),
  };
}

/** Readings in records. */
export function readingsIn(records: readonly OutboxRecord[]): number {
  return records.reduce((sum, record) => sum + (record.kind === 'readings' ? record.readings.length : 0), 0);
}

/** Records as JSON, for what measures bare parts. */
export async function bareBodies(count = 2_000): Promise<string[]> {
  const bodies: string[] = [];
  for await (const group of cityRecords({ ...DISTRICT, fromMs: Date.now() })) {
    bodies.push(...group.map((record) => JSON.stringify(record)));
    if (bodies.length >= count) break;
  }
  return bodies;
}
