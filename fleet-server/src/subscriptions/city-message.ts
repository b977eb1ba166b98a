import { type EpochMs, Quality, QualityReason, type ReadingsRecord, Slug } from '@vigie/contract';
import Type, { type Static } from 'typebox';
import type { CityPackets } from './city-packets.ts';

/**
 * One reading as platforms receive it, on `city/v1/{tenant}/{domain}/{asset}/{quantity}` and from the API. A reading
 * keeps its `id` whenever and however often it is delivered: drop a second one with the same id.
 */
export const CityMessage = Type.Object(
  {
    /** `gateway:epoch:seq:index`. */
    id: Type.String({ maxLength: 160 }),
    tenant: Slug,
    gateway: Slug,
    device: Slug,
    /** What the device measures or drives. */
    asset: Slug,
    domain: Type.String(),
    quantity: Type.String(),
    channel: Type.Optional(Type.String()),
    value: Type.Union([Type.Number(), Type.String()]),
    /** UCUM; absent for a state or a time. */
    unit: Type.Optional(Type.String()),
    quality: Quality,
    reasons: Type.Optional(Type.Array(QualityReason)),
    /** When it was so, by the clock that the record names; ISO 8601 in UTC. */
    at: Type.String({ format: 'date-time' }),
    /** When the gateway received it. */
    receivedAt: Type.String({ format: 'date-time' }),
    /** True for what came late, out of a backlog: it is not the present state. */
    historical: Type.Optional(Type.Boolean()),
  },
  { title: 'CityMessage' },
);
export type CityMessage = Static<typeof CityMessage>;

/** A record of readings in the log. */
export interface LogEntry {
  id: number;
  tenant: string;
  gateway: string;
  epoch: string;
  seq: number;
  asset: string;
  domain: string;
  at: Static<typeof EpochMs>;
  historical: boolean;
  record: ReadingsRecord;
  /** Made once, for all subscribers together. */
  packets?: CityPackets;
  latePackets?: CityPackets;
}

export type UnitOf = (quantity: string) => string | undefined;

export function cityMessages(entry: LogEntry, unitOf: UnitOf): CityMessage[] {
  const { tenant, gateway, asset, domain, record } = entry;
  const at = new Date(entry.at).toISOString();
  const receivedAt = new Date(record.times.receivedAt).toISOString();
  return record.readings.map((reading, index) => {
    const unit = unitOf(reading.quantity);
    return {
      id: `${gateway}:${entry.epoch}:${entry.seq}:${index}`,
      tenant,
      gateway,
      device: record.device,
      asset,
      domain,
      quantity: reading.quantity,
      ...(reading.channel === undefined ? {} : { channel: reading.channel }),
      value: reading.value,
      ...(unit === undefined ? {} : { unit }),
      quality: reading.quality ?? 'good',
      ...(reading.reasons === undefined ? {} : { reasons: reading.reasons }),
      at,
      receivedAt,
      ...(entry.historical ? { historical: true } : {}),
    };
  });
}
