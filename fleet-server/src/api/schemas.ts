import {
  COMMAND_STATES,
  Code,
  CommandArguments,
  DeviceParameters,
  Eui64,
  HumanName,
  ModelId,
  Quality,
  QualityReason,
  RadioLink,
  Slug,
} from '@vigie/contract';
import Type, { type TSchema } from 'typebox';
import { DEVICE_STATES } from '../registry/devices.ts';
import { GATEWAY_STATES } from '../registry/gateways.ts';
import { MOVE_REASONS, ROLES } from '../store/schema.ts';
import { ApiError } from './errors.ts';

const Time = Type.Integer({ description: 'Milliseconds since 1970-01-01T00:00:00Z.' });
const closed = { additionalProperties: false } as const;

export const Name = HumanName;
export const Account = Type.String({ pattern: '^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$' });
/** A place in a list, as the list gave it; it means nothing to anybody else. */
export const Cursor = Type.String({ pattern: '^(0|[A-Za-z0-9_-]{22})$', description: 'As the list gave it.' });
export const Role = Type.Enum([...ROLES]);

export const Limit = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 1_000, default: 100, description: 'How many items are answered at most.' }),
);
export const Search = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 128,
    description: 'Text that stands in one of the names, whatever its case.',
  }),
);
/** Where a page of a list ended, as text; the list knows in which order. */
export const PageCursor = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,1024}$',
  description: '`next` of the page before, in the same order; absent for the first page.',
});
export const Nothing = Type.Object({}, closed);

/** The answers of a route: the good one, and every refusal in one form. */
export function answers<S extends TSchema>(ok: S, status = 200) {
  return { [status]: ok, '4xx': ApiError, '5xx': ApiError };
}

/** A route that answers nothing but that it is done. */
export const DONE = { 204: Type.Null(), '4xx': ApiError, '5xx': ApiError };

export function listOf<S extends TSchema>(item: S) {
  return Type.Object({ items: Type.Array(item) });
}

/** A list that goes on: `next` is absent on the last page. */
export function pageOf<S extends TSchema>(item: S) {
  return Type.Object({ items: Type.Array(item), next: Type.Optional(PageCursor) });
}

export const Tenant = Type.Object({ id: Slug, name: Name, createdAt: Time }, { title: 'Tenant' });
export const Position = Type.Object(
  {
    latitude: Type.Number({ minimum: -90, maximum: 90 }),
    longitude: Type.Number({ minimum: -180, maximum: 180 }),
  },
  closed,
);
export const Site = Type.Object(
  { id: Slug, name: Name, position: Type.Optional(Position), createdAt: Time },
  { title: 'Site' },
);

const RefusedRevision = Type.Object(
  { revision: Type.Integer(), code: Code, message: Type.String() },
  { title: 'RefusedRevision' },
);
const GatewayRevisions = Type.Object(
  {
    revision: Type.Integer({ description: 'The revision that the gateway should run; 0 before the first.' }),
    applied: Type.Integer({ description: 'The revision that it runs.' }),
    rejected: Type.Optional(RefusedRevision),
  },
  { title: 'GatewayRevisions' },
);

export const Gateway = Type.Object(
  {
    id: Slug,
    tenant: Slug,
    name: Name,
    site: Type.Optional(Slug),
    state: Type.Enum([...GATEWAY_STATES]),
    createdAt: Time,
    lastSeenAt: Type.Optional(Time),
    agentVersion: Type.Optional(Type.String()),
    config: GatewayRevisions,
    devices: Type.Integer(),
    status: Type.Optional(Type.Unknown({ description: 'The last status message of the gateway, as it came.' })),
  },
  { title: 'Gateway' },
);

const Count = Type.Integer({ minimum: 0 });
export const Counts = Type.Object(
  {
    gateways: Type.Object({
      ...{ total: Count, new: Count, online: Count, offline: Count, revoked: Count },
      configRefused: Type.Integer({
        minimum: 0,
        description:
          'Those that refuse the document which they should run. Each is also counted by its state; a revoked one is not counted here.',
      }),
    }),
    devices: Type.Object({ total: Count, neverHeard: Count, inService: Count, silent: Count, unknown: Count }),
  },
  { title: 'Counts', description: 'By state, counted by the database over everything that the tenant has.' },
);

const Days = Type.Integer({ minimum: 1, maximum: 36_500 });

export const RetentionPolicy = Type.Object({
  maxAgeDays: Type.Optional(Days),
  maxRecords: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000_000 })),
  subscriberAgeDays: Type.Integer({
    ...{ minimum: 1, maximum: 36_500 },
    description:
      'So long a record waits for durable subscribers that do not have it yet, whatever the other limits say.',
  }),
});

export const Retention = Type.Object(
  {
    ...RetentionPolicy.properties,
    dropped: Type.Integer({ description: 'Records that were dropped so far.' }),
    subscribers: Type.Array(
      Type.Object({ session: Type.String(), account: Type.String(), lastSeenAt: Time, missed: Type.Integer() }),
      { description: 'Durable sessions, and how many records were dropped before each had them.' },
    ),
  },
  { title: 'Retention' },
);

export const Continuity = Type.Object(
  {
    epoch: Type.String({ description: 'An outbox of the gateway; its records are numbered from 1.' }),
    newest: Type.Integer({ description: 'Highest number that was heard of.' }),
    missing: Type.Integer({
      description: 'Numbers below it that neither came nor were reported as dropped. Those of a backlog may yet come.',
    }),
    holes: Type.Array(Type.Object({ from: Type.Integer(), to: Type.Integer() }), {
      description: 'The newest of the holes, at most 100.',
    }),
  },
  { title: 'Continuity' },
);

export const Device = Type.Object(
  {
    gateway: Slug,
    id: Slug,
    model: ModelId,
    name: Type.Optional(Type.String()),
    asset: Slug,
    domain: Type.String(),
    protocol: Type.Enum(['lorawan', 'modbus']),
    address: Type.String({ description: 'DevEUI, or bus and unit identifier.' }),
    state: Type.Enum([...DEVICE_STATES], {
      description:
        'neverHeard: nothing came from it yet; silent: it is not heard any more, by its own habits; unknown: its gateway is away.',
    }),
    heardAt: Type.Optional(Time),
    parameters: Type.Optional(DeviceParameters),
  },
  { title: 'Device' },
);

export const DeviceHome = Type.Object(
  {
    devEui: Eui64,
    gateway: Slug,
    generation: Type.Integer({ description: 'Rises with every move.' }),
    state: Type.Enum(['settled', 'releasing', 'importing']),
    pinned: Type.Boolean({ description: 'The device stays where it is, by its own setting.' }),
    overlaps: Type.Boolean({ description: 'The gateway passes frames on and keeps a backup of its sessions here.' }),
    target: Type.Optional(Slug),
    backupAt: Type.Optional(Time),
    movedAt: Type.Optional(Time),
    candidates: Type.Array(
      Type.Object({
        gateway: Slug,
        marginDb: Type.Optional(Type.Number({ description: 'Mean over the last frames, above what they needed.' })),
        frames: Type.Integer(),
        lastHeardAt: Type.Optional(Time),
      }),
    ),
    moves: Type.Array(
      Type.Object({
        at: Time,
        from: Type.Optional(Slug),
        to: Slug,
        reason: Type.Enum([...MOVE_REASONS]),
      }),
      { description: 'The newest first.' },
    ),
  },
  { title: 'DeviceHome' },
);

export const ConfigDraft = Type.Object(
  {},
  {
    title: 'GatewayConfig',
    additionalProperties: true,
    description:
      'A whole configuration document as /api/v1/schemas/gateway-config describes it, without revision or with the one in force. Keys may stay redacted as they were read.',
  },
);
export const DeviceCode = Type.Object(
  {
    joinEui: Eui64,
    devEui: Eui64,
    vendorId: Type.Integer({ description: 'Given by the LoRa Alliance.' }),
    vendorProfileId: Type.Integer(),
    serialNumber: Type.Optional(Type.String()),
    models: Type.Array(Type.String(), { description: 'Models of this vendor in the catalogue.' }),
  },
  { title: 'DeviceCode' },
);

const Margin = Type.Number({ description: 'Decibels above the least SNR at its data rate.' });
export const LinkPage = Type.Object(
  {
    items: Type.Array(
      Type.Object({ id: Cursor, receivedAt: Time, link: RadioLink, marginDb: Margin }, { title: 'LinkRecord' }),
    ),
    summary: Type.Object({
      heard: Type.Integer(),
      missed: Type.Integer({ description: 'By the gaps of the frame counter.' }),
      dataRates: Type.Record(Type.String(), Type.Integer()),
      marginMinDb: Type.Optional(Margin),
      marginMeanDb: Type.Optional(Margin),
    }),
    next: Type.Optional(Cursor),
  },
  { title: 'LinkPage' },
);

export const DeviceDraft = Type.Object(
  { id: Slug },
  {
    title: 'DeviceConfig',
    additionalProperties: true,
    description: 'One item of `devices` in the configuration document.',
  },
);
export const ConfigDocument = Type.Object(
  { revision: Type.Integer() },
  { title: 'RedactedGatewayConfig', additionalProperties: true, description: 'Keys show their last four digits.' },
);

const Value = Type.Union([Type.Number(), Type.String(), Type.Boolean()]);
export const Command = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    gateway: Slug,
    device: Slug,
    name: Type.String(),
    args: CommandArguments,
    state: Type.Enum([...COMMAND_STATES]),
    result: Type.Optional(Type.Record(Type.String(), Value)),
    error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
    issuedAt: Time,
    notBefore: Type.Optional(Time),
    expiresAt: Time,
    updatedAt: Time,
    createdBy: Type.String(),
  },
  { title: 'Command' },
);

export const LatestReading = Type.Object(
  {
    gateway: Slug,
    device: Slug,
    asset: Slug,
    domain: Type.String(),
    quantity: Type.String(),
    channel: Type.Optional(Type.String()),
    value: Type.Union([Type.Number(), Type.String()]),
    unit: Type.Optional(Type.String({ description: 'UCUM.' })),
    quality: Quality,
    reasons: Type.Optional(Type.Array(QualityReason)),
    at: Type.String({ format: 'date-time' }),
    receivedAt: Type.String({ format: 'date-time' }),
  },
  { title: 'LatestReading' },
);

export const Event = Type.Object(
  {
    id: Cursor,
    gateway: Type.Optional(Slug),
    device: Type.Optional(Slug),
    source: Type.Enum(['gateway', 'server']),
    code: Type.String(),
    severity: Type.Enum(['info', 'warning', 'alarm']),
    message: Type.Optional(Type.String()),
    at: Time,
    storedAt: Time,
  },
  { title: 'Event' },
);

export const PoisonRecord = Type.Object(
  {
    id: Cursor,
    gateway: Slug,
    epoch: Type.String(),
    seq: Type.Integer(),
    code: Type.String(),
    message: Type.String(),
    body: Type.String({ description: 'The record as it came, cut at 16 KiB.' }),
    storedAt: Time,
  },
  { title: 'PoisonRecord' },
);

export const User = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    name: Account,
    tenant: Type.Union([Slug, Type.Null()], { description: 'Null for people of the whole installation.' }),
    role: Role,
    createdAt: Time,
    disabled: Type.Boolean(),
  },
  { title: 'User' },
);

export const ApiToken = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    name: Name,
    tenant: Type.Union([Slug, Type.Null()]),
    role: Role,
    createdAt: Time,
    createdBy: Type.String(),
    expiresAt: Time,
  },
  { title: 'ApiToken' },
);

export const PlatformAccount = Type.Object(
  { name: Account, tenant: Slug, createdAt: Time, createdBy: Type.String() },
  { title: 'PlatformAccount' },
);

export const SessionInfo = Type.Object(
  {
    name: Type.String(),
    kind: Type.Enum(['user', 'token', 'platform']),
    tenant: Type.Union([Slug, Type.Null()]),
    role: Role,
    mustChangePassword: Type.Optional(
      Type.Boolean({ description: 'The password was made up: nothing else may be done before it is changed.' }),
    ),
    csrfToken: Type.Optional(Type.String({ description: 'To be sent as X-CSRF-Token with every change.' })),
  },
  { title: 'Session' },
);

export const AuditRow = Type.Object(
  {
    id: Cursor,
    at: Time,
    actor: Type.String(),
    tenant: Type.Union([Slug, Type.Null()]),
    action: Type.String(),
    target: Type.String(),
    details: Type.Record(Type.String(), Type.Unknown()),
  },
  { title: 'AuditRow' },
);
