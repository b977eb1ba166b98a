import Type, { type Static } from 'typebox';
import { Code, EpochMs, Eui64 } from './primitives.ts';
import { OutboxRecord } from './reading.ts';

/** Live records never wait behind a backlog: each lane has its own window and its own batch numbers. */
export const LANES = ['live', 'backlog'] as const;
export const Lane = Type.Enum([...LANES]);
export type Lane = (typeof LANES)[number];

export const MAX_BATCH_RECORDS = 1_000;
export const MAX_BATCH_BYTES = 1_048_576;

/** Identity of an outbox: a new one begins when the old file could not be trusted any more. */
export const Epoch = Type.String({ pattern: '^[0-9a-z]{8,32}$' });
/** Place of a record in its epoch, from 1, without holes but those that a gap record explains. */
export const Seq = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

export const SequencedRecord = Type.Object({ seq: Seq, record: OutboxRecord });
export type SequencedRecord = Static<typeof SequencedRecord>;

/** Envelope only: the server checks each record by itself, so that one bad record never blocks its batch. */
export const UplinkEnvelope = Type.Object({
  v: Type.Integer({ minimum: 1 }),
  epoch: Epoch,
  lane: Lane,
  /** Number of this batch in its lane, rising by one from 1 in each MQTT session. */
  batch: Type.Integer({ minimum: 1 }),
  sentAt: EpochMs,
  records: Type.Array(Type.Object({ seq: Seq, record: Type.Unknown() }), { minItems: 1, maxItems: MAX_BATCH_RECORDS }),
});
export type UplinkEnvelope = Static<typeof UplinkEnvelope>;

export const UplinkBatch = Type.Object({
  ...UplinkEnvelope.properties,
  records: Type.Array(SequencedRecord, { minItems: 1, maxItems: MAX_BATCH_RECORDS }),
});
export type UplinkBatch = Static<typeof UplinkBatch>;

/**
 * The server's word that every batch of this lane up to `throughBatch` is dealt with: stored, known already, or
 * kept aside with a reason (`rejected`). It is sent after the commit and never before; only then may the gateway delete.
 */
export const Acknowledgement = Type.Object({
  v: Type.Integer({ minimum: 1 }),
  epoch: Epoch,
  lane: Lane,
  throughBatch: Type.Integer({ minimum: 1 }),
  rejected: Type.Optional(
    Type.Array(Type.Object({ seq: Seq, code: Code, message: Type.String({ maxLength: 512 }) }), {
      maxItems: MAX_BATCH_RECORDS,
    }),
  ),
});
export type Acknowledgement = Static<typeof Acknowledgement>;

const Count = Type.Integer({ minimum: 0 });

/** Counters of one stage: `in` = `out` + the sum of `dropped` + `held`, always. */
export const StageLedger = Type.Object({
  in: Count,
  out: Count,
  held: Count,
  dropped: Type.Record(Type.String(), Count),
});
export type StageLedger = Static<typeof StageLedger>;

/** First message of each MQTT session of a gateway; the server answers with what the gateway does not have yet. */
export const Hello = Type.Object({
  v: Type.Integer({ minimum: 1 }),
  versions: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 16 }),
  agentVersion: Type.String({ maxLength: 64 }),
  bootedAt: EpochMs,
  config: Type.Object({
    /** Revision in force, 0 before the first. */
    applied: Type.Integer({ minimum: 0 }),
    /** The last revision that was refused, with the reason, while it is newer than the applied one. */
    rejected: Type.Optional(
      Type.Object({ revision: Type.Integer({ minimum: 1 }), code: Code, message: Type.String({ maxLength: 2_048 }) }),
    ),
    /** What the revision in force asks for and is not there now, by section; the gateway tries it again by itself. */
    missing: Type.Optional(Type.Record(Type.String({ maxLength: 64 }), Type.String({ maxLength: 1_024 }))),
  }),
});
export type Hello = Static<typeof Hello>;

/** Sent every minute and after a change of configuration. */
export const GatewayStatus = Type.Object({
  v: Type.Integer({ minimum: 1 }),
  at: EpochMs,
  agentVersion: Type.String({ maxLength: 64 }),
  uptimeSeconds: Type.Integer({ minimum: 0 }),
  rssBytes: Count,
  clockTrusted: Type.Boolean(),
  config: Hello.properties.config,
  /** Radio devices that the gateway does not answer before it has their session, as DevEUIs; the first of them. */
  awaitedSessions: Type.Optional(Type.Array(Eui64, { maxItems: 64 })),
  outbox: Type.Object({ records: Count, bytes: Count, oldestAt: Type.Optional(EpochMs) }),
  ledger: Type.Record(Type.String(), StageLedger),
});
export type GatewayStatus = Static<typeof GatewayStatus>;
