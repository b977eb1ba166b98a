import {
  type LorawanDevice,
  type LorawanDeviceConfig,
  type LorawanMacSettings,
  MAX_ENDED,
  MAX_STRAYS,
  type RadioLink,
} from '@vigie/contract';
import { LinkHistory } from '../link-history.ts';
import { AesKey, keyCheckValue } from './aes-key.ts';
import type { NetworkCommand } from './mac-commands.ts';
import { Session, type SessionState } from './session.ts';

/** What a device did to join, on disk. */
export interface JoinState {
  /** Nonces belong to a key: another AppKey begins anew. */
  keyCheck: string;
  nextJoinNonce: number;
  usedDevNonces: number[];
  /** The device was taken out of a document: should it come back, here or elsewhere, its nonces may begin anew. */
  left?: true;
  /** Sessions with a lower join nonce were over when this gateway became the home. */
  strayFrom?: number;
}

/** Sessions of a device on disk. `pending` was offered in a join-accept and is not yet known to be used. */
export interface DeviceSessions {
  keyCheck: string;
  heardBy?: HeardBy;
  active?: SessionState;
  pending?: SessionState;
  /** The oldest first. */
  strays?: SessionState[];
  ended?: SessionState[];
}

/** A gateway behind a source. */
export interface HeardBy {
  source: string;
  gatewayEui: string;
}

/** One device as the network server knows it. */
export class Device {
  config: LorawanDeviceConfig;
  /** What it is to be told by MAC commands. */
  settings: LorawanMacSettings = {};
  readonly devEui: string;
  /** Of the key that the device was provisioned with. */
  readonly keyCheck: string;
  readonly appKey: AesKey | undefined;
  active: Session | undefined;
  /** In use as soon as a frame comes under its keys. */
  pending: Session | undefined;
  /** On its way to the disk: it becomes pending when it is there. */
  offered: Session | undefined;
  /** Others that may turn out to be in use: joined at a former home, or displaced before a frame came under them. */
  strays: Session[] = [];
  /** Left by the device. They stay for frames that neighbours heard before that. */
  ended: Session[] = [];
  /** When the last frame under the active session was heard, in epoch milliseconds. */
  #usedAt = Number.NEGATIVE_INFINITY;
  nextJoinNonce = 1;
  strayFrom: number | undefined;
  /** Join nonces from here on are another gateway's, should it take over. */
  joinCeiling = Number.POSITIVE_INFINITY;
  /** The session in use when it was last heard, as the fleet server's backup has it. */
  sessionBackedUp: string | undefined;
  /** Another gateway is its home, or this one has not got its session yet: it is not spoken to. */
  isAway = false;
  /** It came back into the document and has not joined since. */
  #isBack = false;
  readonly usedDevNonces = new Set<number>();
  lastDevNonce = -1;
  /** MAC commands for the next downlink. */
  answers: NetworkCommand[] = [];
  /** The gateway that heard it best the last time, and when: monotonic milliseconds, absent since the start. */
  heardBy: HeardBy | undefined;
  heardAtMs: number | undefined;
  /** Whether the device lets the network control its data rate. */
  adr = false;
  lastHeard: { at: number; link: RadioLink } | undefined;
  readonly history = new LinkHistory();
  /** When to ask for its status again, monotonic milliseconds. */
  statusDueMs: number | undefined;
  /** How often it was asked since then. */
  statusAsked = 0;
  /** What the last DevStatusAns said. */
  status: { battery: number; marginDb: number; at: number } | undefined;

  /** Until then, in monotonic milliseconds, an answer to its last uplink is under way or on the air. */
  answeredUntilMs: number | undefined;
  /** It asked to join: until then, in monotonic milliseconds, or until it is heard, it may have left its session. */
  joiningUntilMs: number | undefined;

  constructor(config: LorawanDeviceConfig) {
    this.config = config;
    const { devEui, activation } = config.lorawan;
    this.devEui = devEui;
    this.keyCheck = keyCheckOf(config.lorawan);
    this.appKey = activation.mode === 'otaa' ? AesKey.fromHex(activation.appKey) : undefined;
  }

  /** A multicast group: it is spoken to and never heard. */
  get isGroup(): boolean {
    return this.config.lorawan.activation.mode === 'multicast';
  }

  get isClassC(): boolean {
    return this.isGroup || this.config.lorawan.class === 'C';
  }

  /** A downlink with these commands went out. */
  told(session: Session, commands: readonly NetworkCommand[]): void {
    this.answers = [];
    session.adr.sent(commands);
    session.mac.sent();
    if (commands.some(({ name }) => name === 'DevStatusReq')) this.statusAsked += 1;
  }

  restore(sessions: DeviceSessions | undefined, join: JoinState | undefined): void {
    if (sessions?.keyCheck === this.keyCheck) {
      this.heardBy = sessions.heardBy;
      this.active = sessions.active && Session.restore(sessions.active);
      this.pending = sessions.pending && Session.restore(sessions.pending);
      this.strays = sessions.strays?.map((state) => Session.restore(state)) ?? [];
      this.ended = sessions.ended?.map((state) => Session.restore(state)) ?? [];
    }
    if (join?.keyCheck !== this.keyCheck) return;
    this.nextJoinNonce = join.nextJoinNonce;
    this.strayFrom = join.strayFrom;
    this.#isBack = join.left === true;
    if (!this.#isBack) for (const nonce of join.usedDevNonces) this.#remember(nonce);
  }

  /** DevNonces that another gateway has seen. */
  recall(devNonces: readonly number[]): void {
    for (const devNonce of [...devNonces].sort((one, other) => one - other)) this.#remember(devNonce);
  }

  /** Another gateway's sessions in place of its own. */
  adopt(sessions: DeviceSessions, join: JoinState): void {
    this.active = undefined;
    this.pending = undefined;
    this.offered = undefined;
    this.strays = [];
    this.ended = [];
    this.#usedAt = Number.NEGATIVE_INFINITY;
    this.usedDevNonces.clear();
    this.lastDevNonce = -1;
    this.answers = [];
    this.restore(sessions, join);
  }

  /** Sessions that may be in use, in the order in which a frame is tried against them. */
  sessions(): Session[] {
    return [this.active, this.pending, ...this.strays].filter((session) => session !== undefined);
  }

  everySession(): Session[] {
    return [...this.sessions(), ...(this.offered ? [this.offered] : []), ...this.ended];
  }

  /**
   * What was offered is on the disk. What was offered before it stays: the device may use that one, and only neighbours
   * may have heard it. False when the device asked again meanwhile: then this accept must not be sent.
   */
  install(offered: Session): boolean {
    if (this.offered !== offered) return false;
    this.strays = this.#straysWith(this.pending);
    this.pending = offered;
    this.offered = undefined;
    return true;
  }

  /** A session that another home joined. */
  addStray(session: Session): void {
    if (this.everySession().some(({ id }) => id === session.id)) return;
    if (session.endedAt !== undefined && session.wasHeard) this.ended = [...this.ended, session].slice(-MAX_ENDED);
    else this.strays = this.#straysWith(session);
  }

  #straysWith(session: Session | undefined): Session[] {
    return session ? [...this.strays, session].slice(-MAX_STRAYS) : this.strays;
  }

  /**
   * A frame that verifies under a session tells that it is the one in use, unless a neighbour heard it before the last
   * frame of the present one. True where that is news. The device has left the sessions that it had when it asked for
   * this one; another one in use until now may be so again.
   */
  proveUse(session: Session, heardAt: number, isPassed: boolean): boolean {
    if (session.endedAt !== undefined || (isPassed && heardAt < this.#usedAt)) return false;
    this.#usedAt = heardAt;
    if (session === this.active) return false;
    const others = this.sessions().filter((other) => other !== session);
    for (const other of others) if (session.supersedes(other)) other.end(heardAt);
    session.prove();
    // Those that were in use have a place of their own: a device that joins again and again must not push them out.
    const left = others.filter(({ endedAt, wasHeard }) => endedAt !== undefined && wasHeard);
    this.ended = [...this.ended, ...left].slice(-MAX_ENDED);
    const { active: before } = this;
    this.active = session;
    if (this.pending === session) this.pending = undefined;
    this.strays = this.strays.filter((stray) => stray !== session && !left.includes(stray));
    if (before && !left.includes(before)) this.strays = this.#straysWith(before);
    return true;
  }

  /**
   * Whether a DevNonce may be used: since 1.0.4 it rises with every join (LoRaWAN 1.0.4, section 6.2.4), before that it
   * is random and must not repeat.
   */
  mayUse(devNonce: number): boolean {
    return this.config.lorawan.macVersion === '1.0.4'
      ? devNonce > this.lastDevNonce
      : !this.usedDevNonces.has(devNonce);
  }

  /** A device that was reset to factory begins its DevNonce anew. The join nonces, which it holds to, go on. */
  forgetNonces(): void {
    this.usedDevNonces.clear();
    this.lastDevNonce = -1;
  }

  use(devNonce: number): void {
    this.#isBack = false;
    this.#remember(devNonce);
    this.nextJoinNonce += 1;
  }

  #remember(devNonce: number): void {
    this.lastDevNonce = Math.max(this.lastDevNonce, devNonce);
    if (this.config.lorawan.macVersion === '1.0.4') this.usedDevNonces.clear();
    this.usedDevNonces.add(devNonce);
  }

  joinState(): JoinState {
    return {
      keyCheck: this.keyCheck,
      nextJoinNonce: this.nextJoinNonce,
      usedDevNonces: [...this.usedDevNonces],
      ...(this.#isBack && { left: true }),
      ...(this.strayFrom !== undefined && { strayFrom: this.strayFrom }),
    };
  }

  sessionStates(): DeviceSessions {
    const pending = this.offered ?? this.pending;
    const strays = this.offered ? this.#straysWith(this.pending) : this.strays;
    return {
      keyCheck: this.keyCheck,
      ...(this.heardBy && { heardBy: this.heardBy }),
      ...(this.active && { active: this.active.snapshot() }),
      ...(pending && { pending: pending.snapshot() }),
      ...(strays.length > 0 && { strays: strays.map((session) => session.snapshot()) }),
      ...(this.ended.length > 0 && { ended: this.ended.map((session) => session.snapshot()) }),
    };
  }

  /** The same at an orderly end, after which no downlink can be made. */
  rest(): DeviceSessions {
    for (const session of this.everySession()) session.rest();
    return this.sessionStates();
  }
}

/** Changes when the device is given other keys or another address: then nothing that was kept of it holds any more. */
export function keyCheckOf({ activation }: LorawanDevice): string {
  switch (activation.mode) {
    case 'otaa':
      return `otaa-${keyCheckValue(activation.appKey)}`;
    case 'external':
      return `external-${activation.source}`;
    default: {
      const { mode, devAddr, nwkSKey, appSKey } = activation;
      return `${mode}-${devAddr}-${keyCheckValue(nwkSKey)}-${keyCheckValue(appSKey)}`;
    }
  }
}
