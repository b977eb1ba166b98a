import type { OutboxRecord, Reading, ReadingsRecord } from '@vigie/contract';
import {
  type CodecDefinition,
  type Decoded,
  type DecodeOutcome,
  decodeRegisters,
  doubted,
  type Model,
  normalise,
  type TimedSample,
  type UplinkInput,
  UplinkParts,
  withParameters,
} from '@vigie/decoders';
import type { BoundedLog } from './bounded-log.ts';
import type { Clock } from './clock.ts';
import type { CounterWatch } from './counter-watch.ts';
import type { DeviceMemory } from './device-memory.ts';
import type { DeviceMessage, LorawanMessage, MessageSink } from './device-message.ts';
import type { Stage } from './ledger.ts';

export interface PipelineParts {
  findModel(id: string): Model | undefined;
  /** Runs the vendor's codec of a model that has no definition. */
  decodeByCodec(model: CodecDefinition, uplink: UplinkInput): Promise<DecodeOutcome>;
  counters: CounterWatch;
  memory: Pick<DeviceMemory, 'valuesOf' | 'unknownIn' | 'keep'>;
  /** Which of a message's readings go on, as the reporting of its device asks; all where absent. */
  report?(message: DeviceMessage, readings: Reading[]): Reading[];
  append(record: OutboxRecord, mark?: LorawanMessage['mark']): Promise<Stored>;
  clock: Clock;
  stage: Stage;
  log: BoundedLog;
}

/** receive → decode → normalise → watch counters → report → buffer. What forwards reads the buffer by itself. */
export function createPipeline(parts: PipelineParts): MessageSink {
  const { stage } = parts;
  const split = new UplinkParts();
  let waiting = 0;
  stage.holds(() => waiting);
  return async (message) => {
    stage.in();
    waiting += 1;
    let outcome: Outcome;
    try {
      outcome = await handle(message, parts, split);
    } finally {
      waiting -= 1;
    }
    if (outcome === 'stored') stage.out();
    else stage.drop(outcome.dropped);
    // A device that is not acknowledged sends its frame again; a poll is simply made again.
    if (outcome !== 'stored' && outcome.again && message.protocol === 'lorawan') throw new Error(outcome.dropped);
  };
}

type Stored = { ok: true } | { ok: false; reason: string };
type Outcome = 'stored' | { dropped: string; again?: true };

async function handle(message: DeviceMessage, parts: PipelineParts, split: UplinkParts): Promise<Outcome> {
  const model = parts.findModel(message.device.model);
  const decoding = decode(model, message, parts, split);
  const outcome = decoding instanceof Promise ? await decoding : decoding;
  if (!outcome.ok || !model) return notDecoded(message, outcome, parts);
  const decoded = withParameters(model, message.device.parameters, outcome.decoded);
  const records = recordsOf(message, model, decoded, parts);
  if (!Array.isArray(records)) return records;
  const stored = await store(message, records, parts);
  if (!stored.ok) return { dropped: stored.reason, again: true };
  if (decoded.memory || decoded.samples)
    await parts.memory.keep(message.device.id, decoded, decoded.deviceAt ?? message.receivedAt);
  return 'stored';
}

function notDecoded({ device }: DeviceMessage, outcome: DecodeOutcome, { log }: PipelineParts): Outcome {
  if (outcome.ok) return { dropped: 'MODEL_UNKNOWN' };
  if (outcome.code !== 'DECODE_PART')
    log.warn(outcome.code, { device: device.id, model: device.model, detail: outcome.message });
  return { dropped: outcome.code };
}

/** One record for each sample that is not known yet, in the order of time, and one of the moment of the message. */
function recordsOf(
  message: DeviceMessage,
  model: Model,
  decoded: Decoded,
  parts: PipelineParts,
): OutboxRecord[] | Outcome {
  const { device } = message;
  const records = decoded.samples ? samplesOf(message, model, decoded.samples, parts) : [];
  const { readings, rejected } = normalise(decoded);
  for (const { code, message: detail } of rejected) parts.log.warn(code, { device: device.id, detail });
  const isLate = message.protocol === 'lorawan' && message.isLate === true;
  const watched = isLate ? readings : parts.counters.watch(device.id, model, readings, message.receivedAt);
  const reported = watched.length === 0 ? watched : (parts.report?.(message, watched) ?? watched);
  if (reported.length > 0) records.push(recordOf(message, model, decoded, reported, parts.clock));
  const last = records.at(-1);
  // The radio link belongs to the frame: it stands in one record of it.
  if (last && message.protocol === 'lorawan') last.link = message.link;
  if (last) return records;
  if (readings.length > 0) return { dropped: 'READING_UNCHANGED' };
  if (decoded.alarm) return [alarmOf(message)];
  return { dropped: rejected[0]?.code ?? (decoded.samples ? 'SAMPLE_KNOWN' : 'DECODE_EMPTY') };
}

/** What raised it the device tells in a word of its own, which no quantity of the vocabulary says. */
function alarmOf(message: DeviceMessage): OutboxRecord {
  const { device, receivedAt: at } = message;
  const told =
    message.protocol === 'lorawan' && `FPort ${message.fPort}: ${Buffer.from(message.payload).toString('hex')}`;
  const said = told ? { message: told.slice(0, 512) } : {};
  return { kind: 'event', code: 'DEVICE_ALARM', severity: 'alarm', device: device.id, at, ...said };
}

function samplesOf(
  message: DeviceMessage,
  model: Model,
  samples: readonly TimedSample[],
  { memory, counters, clock, log }: PipelineParts,
): ReadingsRecord[] {
  const { device, receivedAt } = message;
  const trusted = clock.trusted();
  const records: ReadingsRecord[] = [];
  for (const sample of [...samples].sort((one, other) => one.at - other.at)) {
    const { readings, rejected } = normalise({ readings: memory.unknownIn(device.id, sample) });
    for (const { code, message: detail } of rejected) log.warn(code, { device: device.id, detail });
    const at = plausible(sample.at, receivedAt, trusted);
    if (at === undefined) log.warn('SAMPLE_TIME_INVALID', { device: device.id, at: sample.at });
    if (at === undefined || readings.length === 0) continue;
    const watched = counters.watch(device.id, model, readings, at, true);
    const record = recordOf(message, model, { readings: watched, deviceAt: at }, watched, clock);
    records.push({ ...record, sample: true });
  }
  return records;
}

/** The frame counts as heard with its last record: what comes before must be durable by then. */
function store(message: DeviceMessage, records: OutboxRecord[], { append }: PipelineParts): Promise<Stored> {
  const mark = message.protocol === 'lorawan' ? message.mark : undefined;
  const [only] = records;
  return only && records.length === 1 ? append(only, mark) : storeInOrder(records, mark, append);
}

async function storeInOrder(
  records: OutboxRecord[],
  mark: LorawanMessage['mark'] | undefined,
  append: PipelineParts['append'],
): Promise<Stored> {
  const before = await Promise.all(records.slice(0, -1).map((record) => append(record)));
  const refused = before.find(({ ok }) => !ok);
  const last = records.at(-1);
  return refused || !last ? (refused ?? { ok: true }) : append(last, mark);
}

/** A promise only where a vendor's codec decodes: all else is done at once. */
function decode(
  model: Model | undefined,
  message: DeviceMessage,
  { decodeByCodec, memory }: PipelineParts,
  split: UplinkParts,
): DecodeOutcome | Promise<DecodeOutcome> {
  if (model?.protocol === 'lorawan' && message.protocol === 'lorawan') {
    const uplink = uplinkOf(message, memory.valuesOf(message.device.id));
    if ('codec' in model) return decodeByCodec(model, uplink);
    return split.decode(message.device.id, message.link.fCnt, model, uplink);
  }
  if (model?.protocol === 'modbus' && message.protocol === 'modbus') {
    return decodeRegisters(message.layout ?? model, message.image);
  }
  return { ok: false, code: 'MODEL_UNKNOWN', message: message.device.model };
}

function uplinkOf({ payload, fPort, receivedAt }: LorawanMessage, memory: UplinkInput['memory']): UplinkInput {
  return { bytes: payload, fPort, receivedAt, ...(memory && { memory }) };
}

function recordOf(
  message: DeviceMessage,
  model: Model,
  decoded: Decoded,
  readings: Reading[],
  clock: Clock,
): ReadingsRecord {
  const { receivedAt, device } = message;
  const trusted = clock.trusted();
  const deviceAt = plausible(decoded.deviceAt, receivedAt, trusted);
  return {
    kind: 'readings',
    device: device.id,
    priority: decoded.alarm ? 'alarm' : 'reading',
    times: {
      receivedAt,
      ...(deviceAt === undefined ? {} : { deviceAt }),
      clock: deviceAt === undefined ? 'gateway' : 'device',
      trusted,
    },
    codec: { id: model.id, version: model.version },
    readings: trusted ? readings : readings.map((reading) => doubted(reading, 'clockNotTrusted')),
  };
}

const DAY_MS = 86_400_000;
const EARLIEST = Date.UTC(2015, 0, 1);

/** A device's time that cannot be right is left out: a meter without a set clock says 2000, a broken one says 2099. */
function plausible(deviceAt: number | undefined, receivedAt: number, gatewayTrusted: boolean): number | undefined {
  if (deviceAt === undefined || deviceAt < EARLIEST) return undefined;
  return gatewayTrusted && deviceAt > receivedAt + DAY_MS ? undefined : deviceAt;
}
