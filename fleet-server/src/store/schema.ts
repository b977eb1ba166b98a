import type { CommandState, Quality } from '@vigie/contract';
import type { Generated } from 'kysely';

/**
 * The tables, as both databases hold them. Times are epoch milliseconds, truth values 0 or 1, documents JSON as text:
 * the same SQL then means the same on SQLite and on PostgreSQL.
 */
export interface Schema {
  installation: InstallationTable;
  tenants: TenantTable;
  sites: SiteTable;
  gateways: GatewayTable;
  certificates: CertificateTable;
  claims: ClaimTable;
  gatewayConfigs: GatewayConfigTable;
  devices: DeviceTable;
  deviceStates: DeviceStateTable;
  streams: StreamTable;
  uplinks: UplinkTable;
  logHeads: LogHeadTable;
  poisonRecords: PoisonRecordTable;
  events: EventTable;
  installationEvents: InstallationEventTable;
  latestReadings: LatestReadingTable;
  commands: CommandTable;
  users: UserTable;
  userSessions: UserSessionTable;
  apiTokens: ApiTokenTable;
  platformAccounts: PlatformAccountTable;
  mqttSessions: MqttSessionTable;
  mqttSubscriptions: MqttSubscriptionTable;
  retentionPolicies: RetentionPolicyTable;
  auditRows: AuditRowTable;
  lorawanHomes: LorawanHomeTable;
  lorawanAddresses: LorawanAddressTable;
  lorawanFrames: LorawanFrameTable;
  lorawanLinks: LorawanLinkTable;
  lorawanMoves: LorawanMoveTable;
}

export const ROLES = ['viewer', 'technician', 'operator', 'administrator'] as const;
/** Each role may do what the ones before it may. */
export type Role = (typeof ROLES)[number];

export interface InstallationTable {
  name: string;
  value: string;
}

export interface TenantTable {
  id: string;
  name: string;
  createdAt: number;
}

export interface SiteTable {
  tenant: string;
  id: string;
  name: string;
  latitude: number | null;
  longitude: number | null;
  createdAt: number;
}

export interface GatewayTable {
  id: string;
  tenant: string;
  site: string | null;
  name: string;
  createdAt: number;
  revokedAt: number | null;
  lastSeenAt: number | null;
  online: Generated<number>;
  agentVersion: string | null;
  /** Revision that the gateway should run; 0 before the first document. */
  configRevision: Generated<number>;
  configApplied: Generated<number>;
  /** `{ revision, code, message }` of the last document that the gateway refused. */
  configRejected: string | null;
  /** Last status message as it came. */
  status: string | null;
  /** Since when it is online, or away; null before it came for the first time. */
  presenceSince: Generated<number | null>;
  /** How its last connection ended; null where the server does not know. */
  ended: Generated<'stopped' | 'lost' | null>;
  /** 1 while operators were told that it is away, and not yet that it is back. */
  offlineTold: Generated<number>;
  /** When it came back while this server ran, as JSON, the newest last; a few of them. */
  reconnects: Generated<string>;
  /** The oldest of them; null while there are fewer than tell that its link does not hold. */
  reconnectsSince: Generated<number | null>;
  reconnectedAt: Generated<number | null>;
  /** 1 while operators were told that its link does not hold, and not yet that it does again. */
  flappingTold: Generated<number>;
}

export interface CertificateTable {
  serial: string;
  tenant: string;
  gateway: string;
  issuedAt: number;
  expiresAt: number;
  revokedAt: number | null;
}

export interface ClaimTable {
  id: string;
  tenant: string;
  gateway: string;
  codeHash: string;
  createdAt: number;
  createdBy: string;
  expiresAt: number;
  usedAt: number | null;
}

export interface GatewayConfigTable {
  gateway: string;
  revision: number;
  tenant: string;
  /** Sealed with the master key: the document holds radio keys. */
  document: string;
  createdAt: number;
  createdBy: string;
}

export interface DeviceTable {
  gateway: string;
  id: string;
  tenant: string;
  model: string;
  name: string | null;
  asset: string;
  domain: string;
  protocol: 'lorawan' | 'modbus';
  /** DevEUI, or bus and unit. */
  address: string;
  /** What is meant whichever gateway answers it: the DevEUI, or gateway and id. */
  subject: string;
}

/** When a device was heard; one that never was has no row. */
export interface DeviceStateTable {
  tenant: string;
  subject: string;
  state: 'heard' | 'silent';
  since: number;
  heardAt: number;
  /** Times at which it was heard, as JSON, the newest last. */
  heard: string;
  /** When it counts as silent by its own habits; null where they are not known yet. */
  dueAt: number | null;
}

/** An outbox of a gateway: sequence numbers are unique in it. */
export interface StreamTable {
  id: Generated<number>;
  gateway: string;
  epoch: string;
  /** Sequence numbers that are accounted for, as JSON: `[[from, to], …]`. */
  covered: Generated<string>;
}

/** The log: every record that was accepted, in the order of its commit. */
export interface UplinkTable {
  id: number;
  stream: number;
  seq: number;
  tenant: string;
  kind: 'readings' | 'command' | 'event' | 'gap';
  device: string | null;
  asset: string | null;
  domain: string | null;
  at: number;
  receivedAt: number;
  storedAt: number;
  historical: number;
  body: string;
  /**
   * Name what the record is of, where it can come more than once: the frame of a radio session where gateways overlap, or
   * the series of a device's samples and the time of one. However often it comes, it is stored once.
   */
  radioSession: Generated<number | null>;
  frameCounter: Generated<number | null>;
}

/** The last id that was given out; its row is the lock that makes ids and commits come in one order. */
export interface LogHeadTable {
  name: string;
  id: number;
}

export interface PoisonRecordTable {
  id: Generated<number>;
  stream: number;
  seq: number;
  tenant: string;
  gateway: string;
  code: string;
  message: string;
  body: string;
  storedAt: number;
}

export interface EventTable {
  id: Generated<number>;
  tenant: string;
  gateway: string | null;
  device: string | null;
  source: 'gateway' | 'server';
  code: string;
  severity: 'info' | 'warning' | 'alarm';
  message: string | null;
  at: number;
  storedAt: number;
}

/** What concerns no tenant alone, such as guesses at sign-in. */
export interface InstallationEventTable {
  id: Generated<number>;
  code: string;
  severity: 'info' | 'warning' | 'alarm';
  message: string | null;
  at: number;
}

export interface LatestReadingTable {
  gateway: string;
  device: string;
  quantity: string;
  /** Empty where the reading has none: null would defeat the key. */
  channel: string;
  tenant: string;
  asset: string;
  domain: string;
  value: string;
  quality: Quality;
  reasons: string | null;
  at: number;
  receivedAt: number;
  log: number;
}

export interface CommandTable {
  id: string;
  tenant: string;
  gateway: string;
  device: string;
  name: string;
  args: string;
  state: CommandState;
  /** Place of the state on its way; a state never gives way to one of the same or of a lower rank. */
  rank: number;
  result: string | null;
  error: string | null;
  issuedAt: number;
  expiresAt: number;
  notBefore: number | null;
  updatedAt: number;
  createdBy: string;
  /** It may have reached its gateway: no other gateway gets it any more. */
  handed: Generated<number>;
}

export interface UserTable {
  id: string;
  name: string;
  /** Null for people of the whole installation. */
  tenant: string | null;
  role: Role;
  passwordHash: string;
  createdAt: number;
  disabledAt: number | null;
  /** 1 while the password is one that was made up for them. */
  mustChangePassword: Generated<number>;
}

export interface UserSessionTable {
  tokenHash: string;
  user: string;
  csrfToken: string;
  createdAt: number;
  expiresAt: number;
}

export interface ApiTokenTable {
  id: string;
  name: string;
  tenant: string | null;
  role: Role;
  tokenHash: string;
  createdAt: number;
  createdBy: string;
  /** The person in whose name it was made. */
  owner: string | null;
  expiresAt: number | null;
  revokedAt: number | null;
}

export interface PlatformAccountTable {
  name: string;
  tenant: string;
  passwordHash: string;
  createdAt: number;
  createdBy: string;
  disabledAt: number | null;
}

/** A subscriber's durable session: it was given, and has acknowledged, everything up to `position`. */
export interface MqttSessionTable {
  session: string;
  account: string;
  tenant: string;
  position: number;
  /** What it also has above `position`: ranges of ids whose live records are done, as JSON. */
  liveRanges: Generated<string>;
  /** Records that were dropped by retention before this session had them. */
  missed: Generated<number>;
  createdAt: number;
  lastSeenAt: number;
}

export interface MqttSubscriptionTable {
  session: string;
  filter: string;
  qos: number;
  /** What was stored before the subscription is not for it. */
  since: number;
}

/** How long a tenant's records stay; null for no limit. */
export interface RetentionPolicyTable {
  tenant: string;
  maxAgeDays: number | null;
  maxRecords: number | null;
  subscriberAgeDays: number;
  /** Records that were dropped so far. */
  dropped: Generated<number>;
}

export interface AuditRowTable {
  id: number;
  at: number;
  actor: string;
  tenant: string | null;
  action: string;
  target: string;
  details: string;
  /** SHA-256 over the previous row's digest and this row: a changed or missing row shows. */
  digest: string;
}

/** Which gateway answers a device that is heard by radio. */
export interface LorawanHomeTable {
  tenant: string;
  devEui: string;
  /** Null for a device that stands in no document at present. */
  gateway: string | null;
  /** Its id in the document. */
  device: string;
  /** It stays where it is, by its own setting. */
  pinned: number;
  /** Its gateway passes frames on and keeps a backup here. */
  overlaps: number;
  /** Rises with every move; what an earlier home says counts no more. */
  generation: number;
  state: 'settled' | 'releasing' | 'importing';
  since: number;
  /** While it is released: where it goes, and why. */
  target: string | null;
  reason: MoveReason | null;
  movedAt: number | null;
  /** The backup is the last word of a home that has let go of the device. */
  released: Generated<number>;
  /** Downlink counters that the present home had to skip. */
  leap: Generated<number>;
  /** Sealed with the master key: sessions with their keys. */
  backup: string | null;
  backupGeneration: number | null;
  backupAt: number | null;
  /** Sealed: what a former home told when it came back, for the present one to adopt. */
  stray: string | null;
}

/** Addresses of devices, and their DevEUIs for joins, so that a passed frame finds its home. */
export interface LorawanAddressTable {
  tenant: string;
  devAddr: string;
  devEui: string;
}

/** Frames that neighbours passed on and homes have not dealt with yet. */
export interface LorawanFrameTable {
  id: Generated<number>;
  tenant: string;
  devAddr: string;
  heardBy: string;
  storedAt: number;
  tries: Generated<number>;
  body: string;
}

/** How well a gateway hears a device. */
export interface LorawanLinkTable {
  tenant: string;
  devEui: string;
  gateway: string;
  /** `[[at, marginDb], …]`, the last 20, oldest first. */
  samples: string;
  lastAt: number;
}

/** Another gateway hears it better, its home is dead, somebody wanted it, or it could not go where it was to go. */
export const MOVE_REASONS = ['better', 'dead', 'operator', 'returned'] as const;
export type MoveReason = (typeof MOVE_REASONS)[number];

export interface LorawanMoveTable {
  id: Generated<number>;
  tenant: string;
  devEui: string;
  device: string;
  fromGateway: string | null;
  toGateway: string;
  generation: number;
  at: number;
  reason: MoveReason;
}
