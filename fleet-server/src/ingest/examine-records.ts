import { createHash } from 'node:crypto';
import {
  describeViolations,
  type FrameRecord,
  type OutboxRecord,
  OutboxRecord as OutboxRecordSchema,
  type Reading,
  type ReadingsRecord,
  type UplinkEnvelope,
  validate,
} from '@vigie/contract';
import { rankOf } from '../commands/state-rank.ts';
import type { DeviceEntry, GatewayEntry } from '../registry/gateway-directory.ts';
import type { PoisonRow, UplinkRow } from '../store/uplink-log.ts';

const MAX_POISON_BODY = 16_384;
const MAX_MESSAGE = 512;
/** A live record that is older than this when it arrives is late all the same. */
const LATE_MS = 5 * 60_000;

export interface Examination {
  stream: number;
  /** Domain of a device that the configuration does not name any more, by its model. */
  domainOf: (model: string) => string | undefined;
  now: number;
}

/** What stands in the log. */
export type LoggedRecord = Exclude<OutboxRecord, FrameRecord>;

export interface ExaminedRecord {
  row: UplinkRow;
  record: LoggedRecord;
}

export interface ExaminedBatch {
  records: ExaminedRecord[];
  /** Radio frames of other gateways' devices: they go to those gateways, not into the log. */
  frames: FrameRecord[];
  poison: PoisonRow[];
}

/** Checks each record by itself and lays it out for the log; what breaks the schema is set aside with the reason. */
export function examineRecords(batch: UplinkEnvelope, gateway: GatewayEntry, examination: Examination): ExaminedBatch {
  const examined: ExaminedBatch = { records: [], frames: [], poison: [] };
  for (const { seq, record } of batch.records) {
    const checked = validate(OutboxRecordSchema, record);
    if (checked.ok && checked.value.kind === 'frame') {
      examined.frames.push(checked.value);
    } else if (checked.ok && checked.value.kind !== 'frame') {
      const row = toRow(checked.value, seq, batch, gateway, examination);
      examined.records.push({ row, record: checked.value });
    } else if (!checked.ok) {
      examined.poison.push({
        stream: examination.stream,
        seq,
        tenant: gateway.tenant,
        gateway: gateway.id,
        code: 'RECORD_INVALID',
        message: storable(describeViolations(checked.violations), MAX_MESSAGE),
        body: storable(JSON.stringify(record) ?? 'null', MAX_POISON_BODY),
      });
    }
  }
  return examined;
}

function toRow(
  record: LoggedRecord,
  seq: number,
  batch: UplinkEnvelope,
  gateway: GatewayEntry,
  { stream, domainOf, now }: Examination,
): UplinkRow {
  const common = { stream, seq, tenant: gateway.tenant, gateway: gateway.id, body: JSON.stringify(record) };
  if (record.kind === 'readings') {
    const { times, device, codec } = record;
    const at = times.clock === 'device' ? (times.deviceAt ?? times.receivedAt) : times.receivedAt;
    const known: DeviceEntry | undefined = gateway.devices.get(device);
    const told = record.sample ? at : times.receivedAt;
    const late = batch.lane === 'backlog' || (times.trusted && now - told > LATE_MS);
    const once = onceOf(record, at);
    return {
      ...common,
      kind: 'readings',
      device,
      asset: known?.asset ?? device,
      domain: known?.domain ?? domainOf(codec.id) ?? 'generic',
      at,
      receivedAt: times.receivedAt,
      historical: late ? 1 : 0,
      ...(once && { once }),
    };
  }
  const row: UplinkRow = {
    ...common,
    kind: record.kind,
    device: record.device ?? null,
    asset: null,
    domain: null,
    at: record.at,
    receivedAt: record.at,
    historical: batch.lane === 'backlog' ? 1 : 0,
  };
  return { ...row, ...effectOf(record) };
}

/** What the record is of, where it can come more than once: a radio frame, or a sample that a device tells again. */
function onceOf({ device, link, sample, readings }: ReadingsRecord, at: number): UplinkRow['once'] {
  if (sample) return { session: seriesNumber(device, readings), counter: at };
  return link?.session === undefined ? undefined : { session: link.session, counter: link.fCnt };
}

/** 48 bits that name the series of samples: which quantities of which device. */
function seriesNumber(device: string, readings: readonly Reading[]): number {
  const names = readings.map(({ quantity, channel = '' }) => `${quantity} ${channel}`).sort();
  return createHash('sha256')
    .update(JSON.stringify([device, names]))
    .digest()
    .readUIntBE(0, 6);
}

function effectOf(record: Exclude<LoggedRecord, { kind: 'readings' }>): Pick<UplinkRow, 'event' | 'command'> {
  switch (record.kind) {
    case 'command':
      return {
        command: {
          id: record.command,
          state: record.state,
          rank: rankOf(record.state),
          result: record.result ? storable(JSON.stringify(record.result), MAX_POISON_BODY) : null,
          error: record.error ? storable(JSON.stringify(record.error), MAX_POISON_BODY) : null,
        },
      };
    case 'event':
      return {
        event: {
          code: record.code,
          severity: record.severity,
          message: record.message === undefined ? null : storable(record.message, MAX_MESSAGE),
        },
      };
    case 'gap':
      return { event: { code: record.reason, severity: 'warning', message: `${record.records} records are missing` } };
  }
}

/** PostgreSQL's text holds no NUL, and one row must never spoil the transaction of others. */
function storable(text: string, maxLength: number): string {
  return text.replaceAll('\u0000', '\ufffd').slice(0, maxLength);
}
