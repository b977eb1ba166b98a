/** What the console knows of the API's answers; the whole description is docs/openapi.json. */
export interface Session {
  name: string;
  tenant: string | null;
  role: 'viewer' | 'technician' | 'operator' | 'administrator';
  csrfToken?: string;
  /** The password was made up: nothing else may be done before it is changed. */
  mustChangePassword?: boolean;
}

export interface Tenant {
  id: string;
  name: string;
}

export interface Gateway {
  id: string;
  name: string;
  site?: string;
  state: 'new' | 'online' | 'offline' | 'revoked';
  lastSeenAt?: number;
  agentVersion?: string;
  config: { revision: number; applied: number; rejected?: { revision: number; code: string; message: string } };
  devices: number;
  status?: {
    at: number;
    uptimeSeconds: number;
    rssBytes: number;
    clockTrusted: boolean;
    outbox: { records: number; bytes: number };
  };
}

/** How many there are of each state, in the whole tenant. */
export interface Counts {
  gateways: Record<Gateway['state'] | 'total', number>;
  devices: Record<'total' | 'neverHeard' | 'inService' | 'silent' | 'unknown', number>;
}

/** An outbox of a gateway and what is missing of it. */
export interface Continuity {
  epoch: string;
  newest: number;
  missing: number;
  holes: { from: number; to: number }[];
}

export interface Device {
  gateway: string;
  id: string;
  model: string;
  name?: string;
  asset: string;
  domain: string;
  protocol: 'lorawan' | 'modbus';
  address: string;
  parameters?: Record<string, number | string | boolean>;
}

/** A definition of the catalogue. */
export interface Model {
  id: string;
  vendor: string;
  title: string;
  protocol: 'lorawan' | 'modbus';
  /** Quantities that it can tell. */
  measures: string[];
  parameters: Record<string, ModelParameter>;
  /** Readings that follow from others, as formulas. */
  derived: string[];
  version: number;
  /** By version: what values it changed and why. */
  changed: Record<string, { en: string; fr: string }>;
}

/** What a model must be told of one device. */
export interface ModelParameter {
  title: string;
  titleFr: string;
  type: 'number' | 'choice' | 'boolean';
  unit?: string;
  minimum?: number;
  maximum?: number;
  integer?: boolean;
  choices?: string[];
  default?: number | string | boolean;
}

/** What the code on a device says. */
export interface DeviceCode {
  joinEui: string;
  devEui: string;
  models: string[];
}

/** How the last messages of a device were heard. */
export interface LinkPage {
  items: {
    id: string;
    receivedAt: number;
    marginDb: number;
    link: { dataRate: string; rssiDbm: number; snrDb: number };
  }[];
  summary: {
    heard: number;
    missed: number;
    dataRates: Record<string, number>;
    marginMinDb?: number;
    marginMeanDb?: number;
  };
}

export interface DeviceHome {
  gateway: string;
  state: 'settled' | 'releasing' | 'importing';
  pinned: boolean;
  candidates: { gateway: string; marginDb?: number; frames: number; lastHeardAt?: number }[];
  moves: { at: number; from?: string; to: string; reason: 'better' | 'dead' | 'operator' | 'returned' }[];
}

export type Quality = 'good' | 'uncertain' | 'bad';

export interface Reading {
  gateway: string;
  device: string;
  asset: string;
  domain: string;
  quantity: string;
  channel?: string;
  value: number | string;
  unit?: string;
  quality: Quality;
  at: string;
  receivedAt: string;
}

export interface LiveReading extends Reading {
  id: string;
  historical?: boolean;
}

export interface Event {
  id: string;
  gateway?: string;
  device?: string;
  code: string;
  severity: 'info' | 'warning' | 'alarm';
  message?: string;
  at: number;
}

export class ApiFailure extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

let csrfToken: string | undefined;

/** Calls the API in the session of whoever is signed in. Throws ApiFailure; status 0 where the server does not answer. */
export async function call<T>(
  path: string,
  { method = 'GET', body }: { method?: string; body?: unknown } = {},
): Promise<T> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (method !== 'GET' && csrfToken !== undefined) headers['x-csrf-token'] = csrfToken;
  const response = await fetch(`/api/v1${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new ApiFailure(0, 'SERVER_UNREACHABLE', 'no answer');
  });
  const text = await response.text();
  const answer = text === '' ? undefined : JSON.parse(text);
  if (!response.ok) throw new ApiFailure(response.status, answer?.code ?? 'INTERNAL', answer?.message ?? '');
  return answer as T;
}

/** Null where nobody is signed in. */
export async function fetchSession(): Promise<Session | null> {
  try {
    return remember(await call<Session>('/session'));
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 401) return null;
    throw error;
  }
}

export async function signIn(name: string, password: string): Promise<Session> {
  return remember(await call<Session>('/session', { method: 'POST', body: { name, password } }));
}

/** Changes one's own password, which ends all of one's sessions, and signs in with the new one. */
export async function changePassword(name: string, current: string, next: string): Promise<Session> {
  await call('/session/password', { method: 'PUT', body: { current, new: next } });
  return signIn(name, next);
}

export async function signOut(): Promise<void> {
  await call('/session', { method: 'DELETE' });
  csrfToken = undefined;
}

function remember(session: Session): Session {
  csrfToken = session.csrfToken;
  return session;
}
