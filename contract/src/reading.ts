import Type, { type Static } from 'typebox';
import { Code, EpochMs, Eui64, ModelId, Slug } from './primitives.ts';

/** Most urgent first; what is last is dropped first when a disk is full. */
export const PRIORITIES = ['alarm', 'command', 'event', 'reading', 'bulk'] as const;
export const Priority = Type.Enum([...PRIORITIES]);
export type Priority = (typeof PRIORITIES)[number];

export const QUALITIES = ['good', 'uncertain', 'bad'] as const;
export const Quality = Type.Enum([...QUALITIES]);
export type Quality = (typeof QUALITIES)[number];

export const QUALITY_REASONS = [
  'outOfBounds',
  'stale',
  'clockNotTrusted',
  'deviceFlag',
  'counterReset',
  'duplicateTime',
  /** The message said something else of the same thing too. */
  'contradicted',
] as const;
export const QualityReason = Type.Enum([...QUALITY_REASONS]);
export type QualityReason = (typeof QUALITY_REASONS)[number];

/**
 * One value of the vocabulary (`@vigie/decoders`, vocabulary.ts gives its unit).
 * A counter is an integer in its base unit, or a multiple of the resolution that the vocabulary gives; a state is a word; a time is an ISO 8601 string in UTC.
 * Absent `quality` means good.
 */
export const Reading = Type.Object({
  quantity: Type.String({ pattern: '^[a-z][A-Za-z0-9]*(\\.[A-Za-z0-9]+){1,3}$', maxLength: 64 }),
  channel: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_+-]{0,31}$' })),
  value: Type.Union([Type.Number(), Type.String({ maxLength: 256 })]),
  quality: Type.Optional(Quality),
  reasons: Type.Optional(Type.Array(QualityReason, { maxItems: QUALITY_REASONS.length })),
});
export type Reading = Static<typeof Reading>;

/** How a LoRaWAN frame was heard; of several receptions the one with the best SNR. */
export const RadioLink = Type.Object({
  fCnt: Type.Integer({ minimum: 0, maximum: 0xffff_ffff }),
  dataRate: Type.String({ maxLength: 16 }),
  frequencyHz: Type.Integer({ minimum: 0, maximum: 10_000_000_000 }),
  rssiDbm: Type.Number(),
  snrDb: Type.Number(),
  receptions: Type.Integer({ minimum: 1, maximum: 64 }),
  /** Each antenna that heard the frame, the best first. */
  heardBy: Type.Optional(
    Type.Array(
      Type.Object({
        gateway: Eui64,
        antenna: Type.Integer({ minimum: 0, maximum: 255 }),
        rssiDbm: Type.Number(),
        snrDb: Type.Number(),
      }),
      { minItems: 1, maxItems: 64 },
    ),
  ),
  /** The neighbour that heard the frame where the device's home gateway did not. */
  passedBy: Type.Optional(Slug),
  /** With `fCnt` it names the frame wherever it was heard (`sessionNumber`); where gateways overlap. */
  session: Type.Optional(Type.Integer({ minimum: 0, maximum: 0xffff_ffff_ffff })),
});
export type RadioLink = Static<typeof RadioLink>;

/**
 * `receivedAt` is the gateway's clock, `deviceAt` the device's own where it sent one; `clock` names the one that
 * dates the readings and `trusted` says whether that clock is known to be right.
 */
export const RecordTimes = Type.Object({
  receivedAt: EpochMs,
  deviceAt: Type.Optional(EpochMs),
  clock: Type.Union([Type.Literal('gateway'), Type.Literal('device')]),
  trusted: Type.Boolean(),
});
export type RecordTimes = Static<typeof RecordTimes>;

/** What one message of a device, or one poll of it, said. */
export const ReadingsRecord = Type.Object({
  kind: Type.Literal('readings'),
  device: Slug,
  priority: Priority,
  times: RecordTimes,
  link: Type.Optional(RadioLink),
  codec: Type.Object({ id: ModelId, version: Type.Integer({ minimum: 1 }) }),
  /** What the device measured at `deviceAt` and kept; told again it is the same sample, and stored once. */
  sample: Type.Optional(Type.Literal(true)),
  readings: Type.Array(Reading, { minItems: 1, maxItems: 256 }),
});
export type ReadingsRecord = Static<typeof ReadingsRecord>;

export const COMMAND_STATES = ['queued', 'delivered', 'sent', 'confirmed', 'failed', 'expired'] as const;
export const CommandState = Type.Enum([...COMMAND_STATES]);
export type CommandState = (typeof COMMAND_STATES)[number];

/** A command reached a new state on the gateway. */
export const CommandRecord = Type.Object({
  kind: Type.Literal('command'),
  command: Type.String({ format: 'uuid' }),
  device: Slug,
  at: EpochMs,
  state: CommandState,
  result: Type.Optional(
    Type.Record(Type.String({ maxLength: 64 }), Type.Union([Type.Number(), Type.String(), Type.Boolean()])),
  ),
  error: Type.Optional(Type.Object({ code: Code, message: Type.String({ maxLength: 512 }) })),
});
export type CommandRecord = Static<typeof CommandRecord>;

/** Something happened at the gateway that people or platforms may want to know. */
export const EventRecord = Type.Object({
  kind: Type.Literal('event'),
  code: Code,
  severity: Type.Union([Type.Literal('info'), Type.Literal('warning'), Type.Literal('alarm')]),
  device: Type.Optional(Slug),
  at: EpochMs,
  message: Type.Optional(Type.String({ maxLength: 512 })),
});
export type EventRecord = Static<typeof EventRecord>;

/** Records that the gateway had to drop (or lost with a damaged disk), told so that a hole is never silent. */
export const GapRecord = Type.Object({
  kind: Type.Literal('gap'),
  device: Type.Optional(Slug),
  at: EpochMs,
  reason: Code,
  records: Type.Integer({ minimum: 1 }),
  /** Epoch of the numbers that follow; the report's own where it is absent. */
  epoch: Type.Optional(Type.String({ pattern: '^[0-9a-z]{8,32}$' })),
  fromSeq: Type.Optional(Type.Integer({ minimum: 1 })),
  toSeq: Type.Optional(Type.Integer({ minimum: 1 })),
});
export type GapRecord = Static<typeof GapRecord>;

/** A radio frame of a device that has its home at another gateway, passed on as it was heard. */
export const FrameRecord = Type.Object({
  kind: Type.Literal('frame'),
  /** Base64. */
  phyPayload: Type.String({ minLength: 16, maxLength: 344, pattern: '^[A-Za-z0-9+/]+=*$' }),
  receivedAt: EpochMs,
  dataRate: Type.String({ maxLength: 16 }),
  frequencyHz: Type.Integer({ minimum: 0, maximum: 10_000_000_000 }),
  /** Of the antenna that heard it best. */
  radio: Eui64,
  rssiDbm: Type.Number(),
  snrDb: Type.Number(),
});
export type FrameRecord = Static<typeof FrameRecord>;

export const OutboxRecord = Type.Union([ReadingsRecord, CommandRecord, EventRecord, GapRecord, FrameRecord]);
export type OutboxRecord = Static<typeof OutboxRecord>;

export function priorityOf(record: OutboxRecord): Priority {
  switch (record.kind) {
    case 'readings':
      return record.priority;
    case 'command':
      return 'command';
    case 'event':
      return record.severity === 'alarm' ? 'alarm' : 'event';
    case 'gap':
      return 'event';
    case 'frame':
      return 'bulk';
  }
}
