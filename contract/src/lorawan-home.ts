import { createHash } from 'node:crypto';
import Type, { type Static } from 'typebox';
import { AesKey, DevAddr, EpochMs, Eui64, Slug } from './primitives.ts';
import { FrameRecord } from './reading.ts';

/**
 * A device has one home gateway that answers it. That one keeps a backup of what it needs to answer with the fleet
 * server, from which the box that replaces it goes on, or another gateway takes over. Neighbours that hear the device
 * pass its frames on.
 */
const Counter = Type.Integer({ minimum: 0, maximum: 0x1_0000_0000 });

/** Downlink counters, and join nonces, that a home may use beyond its last acknowledged backup. A takeover skips as many. */
export const HOME_LEAP = 4_096;
/** Uplink counters below the highest one in which a frame that was missed may still come in. */
export const LATE_FRAME_WINDOW = 1_024;
export const MAX_FRAMES_IN_FLIGHT = 64;
export const MAX_BACKUP_DEVICES = 32;
/** Sessions of a device that are known beside the one in use and the one offered last, because they may be in use. */
export const MAX_STRAYS = 4;
/** Sessions that the device has left, for frames that neighbours heard before that. */
export const MAX_ENDED = 4;

/** What one session needs to go on elsewhere. A home may add more; whoever stores it keeps that too. */
export const LorawanSession = Type.Object({
  /** Differs between any two sessions of a device. */
  id: Type.String({ minLength: 1, maxLength: 128 }),
  /** Of the join that agreed it: rises at each home, and no two homes use one twice. */
  joinNonce: Type.Optional(Type.Integer({ minimum: 0, maximum: 0xff_ffff })),
  devAddr: DevAddr,
  nwkSKey: AesKey,
  appSKey: AesKey,
  /** First uplink counter that was not heard yet. */
  nextFCntUp: Counter,
  /** Counters below it that were not heard either, within the window. */
  missed: Type.Optional(Type.Array(Type.Object({ from: Counter, to: Counter }), { maxItems: LATE_FRAME_WINDOW })),
  /** Downlink counters below this may have been used. */
  fCntDownLimit: Counter,
  /** Since then the device uses another one. */
  endedAt: Type.Optional(EpochMs),
});
export type LorawanSession = Static<typeof LorawanSession>;

export const LorawanBackup = Type.Object({
  keyCheck: Type.String({ minLength: 1, maxLength: 128 }),
  /** The radio of the home that heard it best the last time: by it a device that listens is spoken to. */
  heardBy: Type.Optional(Type.Object({ source: Type.String({ maxLength: 128 }), gatewayEui: Eui64 })),
  active: Type.Optional(LorawanSession),
  /** Offered in a join-accept and not yet known to be used. */
  pending: Type.Optional(LorawanSession),
  /** May be in use too: joined at a former home, or offered before the pending one. The oldest first. */
  strays: Type.Optional(Type.Array(LorawanSession, { maxItems: MAX_STRAYS })),
  ended: Type.Optional(Type.Array(LorawanSession, { maxItems: MAX_ENDED })),
  join: Type.Object({
    keyCheck: Type.String({ minLength: 1, maxLength: 128 }),
    nextJoinNonce: Type.Integer({ minimum: 0, maximum: 0x100_0000 }),
    usedDevNonces: Type.Array(Type.Integer({ minimum: 0, maximum: 0xffff }), { maxItems: 0x1_0000 }),
    /** The device was taken out of its document since: should it come back, its nonces may begin anew. */
    left: Type.Optional(Type.Literal(true)),
    /** Sessions with a lower join nonce were over when this home began: a former home has nothing to add to them. */
    strayFrom: Type.Optional(Type.Integer({ minimum: 0, maximum: 0x100_0000 })),
  }),
});
export type LorawanBackup = Static<typeof LorawanBackup>;

const Generation = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });

/** From the gateway, on the leaf `home/report`. */
export const HomeReport = Type.Union([
  Type.Object({
    v: Type.Integer({ minimum: 1 }),
    kind: Type.Literal('backup'),
    /** Named again in the acknowledgement. */
    number: Type.Integer({ minimum: 1 }),
    devices: Type.Array(
      Type.Object({
        devEui: Eui64,
        /** Of the home that made the backup. */
        generation: Generation,
        /** The last one: the gateway answers the device no more. */
        released: Type.Optional(Type.Boolean()),
        /** It stands in the gateway's configuration no more; the gateway was not told to let go of it. */
        gone: Type.Optional(Type.Boolean()),
        backup: LorawanBackup,
      }),
      { minItems: 1, maxItems: MAX_BACKUP_DEVICES },
    ),
  }),
  Type.Object({
    v: Type.Integer({ minimum: 1 }),
    kind: Type.Literal('frames'),
    /** Passed frames that are dealt with: `new` ones are durable, `known` ones were heard before. */
    done: Type.Array(
      Type.Object({
        id: Type.Integer({ minimum: 1 }),
        outcome: Type.Enum(['new', 'known', 'refused']),
        devEui: Type.Optional(Eui64),
      }),
      { minItems: 1, maxItems: MAX_FRAMES_IN_FLIGHT },
    ),
  }),
]);
export type HomeReport = Static<typeof HomeReport>;

/** To the gateway, on the leaf `home/order`. */
export const HomeOrder = Type.Union([
  Type.Object({
    v: Type.Integer({ minimum: 1 }),
    kind: Type.Literal('kept'),
    number: Type.Integer({ minimum: 1 }),
    /** Devices of the message whose home is elsewhere by now: nothing was kept of them. */
    stale: Type.Array(Eui64, { maxItems: MAX_BACKUP_DEVICES }),
  }),
  Type.Object({
    v: Type.Integer({ minimum: 1 }),
    kind: Type.Literal('frames'),
    frames: Type.Array(
      Type.Object({
        id: Type.Integer({ minimum: 1 }),
        /** The gateway that heard it. */
        heardBy: Slug,
        frame: FrameRecord,
      }),
      { minItems: 1, maxItems: MAX_FRAMES_IN_FLIGHT },
    ),
  }),
  /** Stop answering the device and send the last backup, with `released`. */
  Type.Object({
    v: Type.Integer({ minimum: 1 }),
    kind: Type.Literal('release'),
    devEui: Eui64,
    generation: Generation,
  }),
  /** Be the home of the device from this generation on; the counters of the backup and `leap` more count as used. */
  Type.Object({
    v: Type.Integer({ minimum: 1 }),
    kind: Type.Literal('import'),
    devEui: Eui64,
    generation: Generation,
    leap: Counter,
    backup: LorawanBackup,
    at: EpochMs,
  }),
  /** A former home came back and knows sessions that the device joined meanwhile: one may be in use. */
  Type.Object({
    v: Type.Integer({ minimum: 1 }),
    kind: Type.Literal('adopt'),
    devEui: Eui64,
    generation: Generation,
    sessions: Type.Array(LorawanSession, { minItems: 1, maxItems: MAX_STRAYS + MAX_ENDED }),
    usedDevNonces: LorawanBackup.properties.join.properties.usedDevNonces,
  }),
]);
export type HomeOrder = Static<typeof HomeOrder>;

/** All sessions that a backup names. */
export function sessionsOf({ active, pending, strays = [], ended = [] }: LorawanBackup): LorawanSession[] {
  return [...(active ? [active] : []), ...(pending ? [pending] : []), ...strays, ...ended];
}

/**
 * Names a session in a record, the same at every gateway: 48 bits, so that it is an exact integer and says nothing of
 * the keys.
 */
export function sessionNumber(devEui: string, sessionId: string): number {
  return createHash('sha256').update(`${devEui}/${sessionId}`).digest().readUIntBE(0, 6);
}
