import {
  type HomeOrder,
  type LorawanBackup,
  type LorawanSession,
  MAX_ENDED,
  MAX_STRAYS,
  sessionsOf,
} from '@vigie/contract';
import type { DeviceSessions, JoinState } from '../network-server/device.ts';
import type { SessionState } from '../network-server/session.ts';

export type ImportOrder = Extract<HomeOrder, { kind: 'import' }>;

const MAX_JOIN_NONCE = 0xff_ffff;

/** What another home needs of a device. */
export function backupOf(
  { keyCheck, heardBy, active, pending, strays, ended }: DeviceSessions,
  join?: JoinState,
): LorawanBackup {
  return {
    keyCheck,
    ...(heardBy && { heardBy }),
    ...(active && { active }),
    ...(pending && { pending }),
    ...(strays && { strays }),
    ...(ended && { ended }),
    join: join ?? { keyCheck, nextJoinNonce: 1, usedDevNonces: [] },
  };
}

/**
 * What a device begins with at its new home. `own` is what that one has of it, from a time when it was, or took itself
 * for, its home: a session that nobody else knows may be the one in use, and no DevNonce is good twice. `keyCheck` is of
 * the keys that the device has by its configuration, where that is known: a backup of others says nothing of it.
 */
export function beginningOf(
  { backup, leap }: ImportOrder,
  own: LorawanBackup | undefined,
  keyCheckNow?: string,
): { sessions: DeviceSessions; join: JoinState } {
  if (own && own.keyCheck !== backup.keyCheck && (own.keyCheck === keyCheckNow || isEmpty(backup))) return asItWas(own);
  const { keyCheck, heardBy, active, pending, strays = [], ended = [] } = backup;
  const strayFrom = active ? (active.joinNonce ?? MAX_JOIN_NONCE) + 1 : 0;
  const mine = own?.keyCheck === keyCheck ? own : undefined;
  const named = new Set(sessionsOf(backup).map(({ id }) => id));
  const isStray = ({ id, joinNonce = -1 }: LorawanSession) => !named.has(id) && joinNonce >= strayFrom;
  const unknown = mine ? sessionsOf(mine).filter(isStray) : [];
  const ownById = new Map(mine ? sessionsOf(mine).map((session) => [session.id, session]) : []);
  // What this gateway said itself since the server last heard of it counts as said.
  const leapt = (session: LorawanSession) => notBehind(stateOf(session, leap), ownById.get(session.id));
  const asIs = (session: LorawanSession) => stateOf(session, 0);
  return {
    sessions: {
      keyCheck,
      ...(heardBy && { heardBy }),
      ...(active && { active: leapt(active) }),
      ...(pending && { pending: leapt(pending) }),
      strays: [...unknown.filter((one) => !wasLeft(one)).map(asIs), ...strays.map(leapt)].slice(-MAX_STRAYS),
      ended: [...unknown.filter(wasLeft).map(asIs), ...ended.map(leapt)].slice(-MAX_ENDED),
    },
    join: { ...joinOf(backup, leap, mine), strayFrom },
  };
}

/** Uplink counters need no such care: those of stored frames are known from the outbox, and by the server. */
function notBehind(state: SessionState, own: LorawanSession | undefined): SessionState {
  return own ? { ...state, fCntDownLimit: Math.max(state.fCntDownLimit, own.fCntDownLimit) } : state;
}

function isEmpty(backup: LorawanBackup): boolean {
  return sessionsOf(backup).length === 0 && backup.join.usedDevNonces.length === 0;
}

function asItWas({ keyCheck, heardBy, active, pending, strays = [], ended = [], join }: LorawanBackup): {
  sessions: DeviceSessions;
  join: JoinState;
} {
  const asIs = (session: LorawanSession) => stateOf(session, 0);
  const inUse = {
    ...(heardBy && { heardBy }),
    ...(active && { active: asIs(active) }),
    ...(pending && { pending: asIs(pending) }),
  };
  return { sessions: { keyCheck, ...inUse, strays: strays.map(asIs), ended: ended.map(asIs) }, join };
}

/** It was in use, and is not any more. */
function wasLeft({ endedAt, nextFCntUp }: LorawanSession): boolean {
  return endedAt !== undefined && nextFCntUp > 0;
}

function joinOf({ join }: LorawanBackup, leap: number, mine: LorawanBackup | undefined): JoinState {
  const nextJoinNonce = Math.min(MAX_JOIN_NONCE, join.nextJoinNonce + leap);
  if (mine?.join.keyCheck !== join.keyCheck) return { ...join, nextJoinNonce };
  const { left } = mine.join;
  const usedDevNonces = new Set([...mine.join.usedDevNonces, ...join.usedDevNonces]);
  return {
    ...(left && { left }),
    keyCheck: join.keyCheck,
    nextJoinNonce: Math.max(nextJoinNonce, mine.join.nextJoinNonce),
    // Where they must rise, only the last counts.
    usedDevNonces: [...usedDevNonces].sort((one, other) => one - other),
  };
}

/** A session of another home. What that one may have used without anybody knowing, `leap` counters, counts as used. */
export function stateOf(session: LorawanSession, leap: number): SessionState {
  const { fCntDownLimit, ...rest } = session;
  // A session travels whole: all that its home had on its own disk.
  return { ...(rest as Omit<SessionState, 'fCntDownLimit'>), fCntDownLimit: fCntDownLimit + leap };
}
