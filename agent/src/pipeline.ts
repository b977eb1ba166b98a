import type { OutboxRecord, Reading, ReadingsRecord } from '@vigie/contract';
import {
  type CodecDefinition,
  type Decoded,
  type DecodeOutcome,
  decodeRegisters,
  doubted,
  type Model,
  normalise,
  type UplinkInput,
  UplinkParts,
} from '@vigie/decoders';
import type { BoundedLog } from './bounded-log.ts';
import type { Clock } from './clock.ts';
import type { CounterWatch } from './counter-watch.ts';
import type { DeviceMessage, LorawanMessage, MessageSink } from './device-message.ts';
import type { Stage } from './ledger.ts';

export interface PipelineParts {
  findModel(id: string): Model | undefined;
  /** Runs the vendor's codec of a model that has no definition. */
  decodeByCodec(model: CodecDefinition, uplink: UplinkInput): Promise<DecodeOutcome>;
  counters: CounterWatch;
  /** Which of a message's readings go on, as the reporting of its device asks; all where absent. */
  report?(message: DeviceMessage, readings: Reading[]): Reading[];
  append(record: OutboxRecord, mark?: LorawanMessage['mark']): Promise<{ ok: true } | { ok: false; reason: string }>;
  clock: Clock;
  stage: Stage;
  log: BoundedLog;
}

/** receive → decode → normalise → watch counters → report → buffer. What forwards reads the buffer by itself. */
export function createPipeline(parts: PipelineParts): MessageSink {
  const { stage, log } = parts;
  const split = new UplinkParts();
  let waiting = 0;
  stage.holds(() => waiting);
  return async (message) => {
    stage.in();
    const model = parts.findModel(message.device.model);
    const outcome = decode(model, message, parts, split);
    waiting += 1;
    const decoded = outcome instanceof Promise ? await outcome : outcome;
    waiting -= 1;
    if (!decoded.ok) {
      stage.drop(decoded.code);
      if (decoded.code !== 'DECODE_PART')
        log.warn(decoded.code, { device: message.device.id, model: message.device.model, detail: decoded.message });
      return;
    }
    const { readings, rejected } = normalise(decoded.decoded);
    for (const { code, message: detail } of rejected) log.warn(code, { device: message.device.id, detail });
    if (!model || readings.length === 0) {
      stage.drop(rejected[0]?.code ?? 'DECODE_EMPTY');
      return;
    }
    const isLate = message.protocol === 'lorawan' && message.isLate === true;
    const watched = isLate ? readings : parts.counters.watch(message.device.id, model, readings);
    const reported = parts.report?.(message, watched) ?? watched;
    if (reported.length === 0) {
      stage.drop('READING_UNCHANGED');
      return;
    }
    const record = recordOf(message, model, decoded.decoded, reported, parts.clock);
    waiting += 1;
    const stored = await parts.append(record, message.protocol === 'lorawan' ? message.mark : undefined);
    waiting -= 1;
    if (stored.ok) {
      stage.out();
      return;
    }
    stage.drop(stored.reason);
    // A device that is not acknowledged sends its frame again; a poll is simply made again.
    if (message.protocol === 'lorawan') throw new Error(stored.reason);
  };
}

/** A promise only where a vendor's codec decodes: all else is done at once. */
function decode(
  model: Model | undefined,
  message: DeviceMessage,
  { decodeByCodec }: PipelineParts,
  split: UplinkParts,
): DecodeOutcome | Promise<DecodeOutcome> {
  if (model?.protocol === 'lorawan' && message.protocol === 'lorawan') {
    if ('codec' in model) return decodeByCodec(model, uplinkOf(message));
    return split.decode(message.device.id, message.link.fCnt, model, uplinkOf(message));
  }
  if (model?.protocol === 'modbus' && message.protocol === 'modbus') {
    return decodeRegisters(message.layout ?? model, message.image);
  }
  return { ok: false, code: 'MODEL_UNKNOWN', message: message.device.model };
}

function uplinkOf({ payload, fPort, receivedAt }: LorawanMessage): UplinkInput {
  return { bytes: payload, fPort, receivedAt };
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
    ...(message.protocol === 'lorawan' ? { link: message.link } : {}),
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
