import { isDeepStrictEqual } from 'node:util';
import { LATE_FRAME_WINDOW, sessionNumber } from '@vigie/contract';
import { type Range, RangeSet } from '../../range-set.ts';
import { AesKey } from './aes-key.ts';
import { CounterSearch } from './counter-search.ts';
import { type AdrMemory, DeviceAdr } from './device-adr.ts';
import { type MacMemory, MacSettings } from './mac-settings.ts';
import type { WindowParameters } from './regions/region.ts';

/** A session as it is kept on disk: a JSON document. */
export interface SessionState {
  /** Differs between any two sessions of a device. */
  id: string;
  /** Of the join that agreed it; absent where nobody joined. */
  joinNonce?: number;
  /** It was joined at another home: of its downlink counters that one may have told the fleet server. */
  adopted?: boolean;
  /** Sessions that were known when the device asked for this one: it has left them once it uses this one. */
  supersedes?: string[];
  /** Epoch milliseconds: since then the device is known to use another one. */
  endedAt?: number;
  devAddr: string;
  nwkSKey: string;
  appSKey: string;
  /** First uplink counter that was not stored; the outbox may know a later one. */
  nextFCntUp: number;
  /** The last frame: the same counter under another MIC is another one. */
  last?: { fCnt: number; mic: number };
  /** Counters that the document gave, as far as they were heeded. */
  given?: GivenCounters;
  /** Counters below it that were not heard, as far back as a frame may still come in from a neighbour. */
  missed?: Range[];
  /** Downlink counters below this may have been used. */
  fCntDownLimit: number;
  rx1DelayMs: number;
  rx1DrOffset: number;
  rx2FrequencyHz: number;
  rx2DataRate: number;
  adr?: AdrMemory;
  mac?: MacMemory;
}

/** Where the counters of a device stood when it came to this network, as its document says. */
export interface GivenCounters {
  fCntUp?: number;
  fCntDown?: number;
}

/** Downlink counters that one write to disk allows; a restart skips at most as many. */
const FCNT_DOWN_BLOCK = 64;
/** A new block is asked for when so many are left, in time for the slowest disk. */
const FCNT_DOWN_LOW = 32;
const LAST_COUNTER = 0xffff_ffff;
/** Of a frame that was not heard here. */
const NO_MIC = -1;
/** So far the clocks of neighbouring gateways may differ. */
const CLOCK_SLACK_MS = 60_000;

/** The security context of one device: keys, counters and receive windows. */
export class Session {
  readonly devAddr: number;
  readonly nwkSKey: AesKey;
  readonly appSKey: AesKey;
  adr: DeviceAdr;
  /** Receive windows and whatever else the device was told. */
  mac: MacSettings;
  /** First uplink counter that was not heard yet. */
  nextFCntUp: number;
  /** Up to here a copy of an uplink gets no more than its acknowledgement. After a restart that holds for all. */
  answeredFCntUp: number;
  /** Downlink counters from here on are another gateway's, should it take over. */
  ceiling = Number.POSITIVE_INFINITY;
  #last: { fCnt: number; mic: number } | undefined;
  #search: CounterSearch | undefined;
  /** Uplink counters that were passed over and not heard yet. */
  #missed: RangeSet;
  /** As `nextFCntUp`, but only for what is on the disk: what is not, the device may still send again. */
  #durableFCntUp: number;
  #state: SessionState;
  #nextFCntDown: number;
  #grantedFCntDown: number;
  #requestedFCntDown: number;
  #number: number | undefined;

  private constructor(state: SessionState, nextFCntDown: number) {
    this.#state = state;
    this.devAddr = Number.parseInt(state.devAddr, 16);
    this.nwkSKey = AesKey.fromHex(state.nwkSKey);
    this.appSKey = AesKey.fromHex(state.appSKey);
    this.adr = new DeviceAdr(state.adr);
    this.mac = new MacSettings(state, state.mac);
    this.nextFCntUp = state.nextFCntUp;
    this.#durableFCntUp = state.nextFCntUp;
    this.answeredFCntUp = state.nextFCntUp - 1;
    this.#missed = new RangeSet(state.missed);
    this.#last = state.last;
    this.#nextFCntDown = nextFCntDown;
    this.#grantedFCntDown = state.fCntDownLimit;
    this.#requestedFCntDown = state.fCntDownLimit;
  }

  /** A session that a join agrees: its first block of downlink counters is written together with it. */
  static create(state: Omit<SessionState, 'fCntDownLimit'>): Session {
    return new Session({ ...state, fCntDownLimit: FCNT_DOWN_BLOCK }, 0);
  }

  /** From the disk: what was reserved before may have been used and is not used again. */
  static restore(state: SessionState): Session {
    return new Session(state, state.fCntDownLimit);
  }

  get id(): string {
    return this.#state.id;
  }

  /** Names it in records, see `sessionNumber`. */
  numberOf(devEui: string): number {
    this.#number ??= sessionNumber(devEui, this.id);
    return this.#number;
  }

  get joinNonce(): number | undefined {
    return this.#state.joinNonce;
  }

  get isAdopted(): boolean {
    return this.#state.adopted === true;
  }

  get endedAt(): number | undefined {
    return this.#state.endedAt;
  }

  get wasHeard(): boolean {
    return this.nextFCntUp > 0;
  }

  /** Whether this is the MIC of the last frame; undefined where that is not known. */
  isLastMic(mic: number): boolean | undefined {
    return this.#last?.fCnt === this.nextFCntUp - 1 ? this.#last.mic === mic : undefined;
  }

  /**
   * How many values of the counter's upper half may be tried for a frame of this moment, in monotonic milliseconds.
   * `mayLeap`: nothing that was heard bounds the counter.
   */
  upperHalves(nowMs: number, mayLeap: boolean): number {
    // A join begins the counter at 0.
    if (!mayLeap || this.joinNonce !== undefined) return 0;
    this.#search ??= new CounterSearch();
    return this.#search.upperHalves(nowMs);
  }

  /** Counters that the document gives are heeded once, and never lead back. */
  give({ fCntUp, fCntDown }: GivenCounters): void {
    const { given } = this.#state;
    if (fCntUp === given?.fCntUp && fCntDown === given?.fCntDown) return;
    if (fCntUp !== undefined && fCntUp !== given?.fCntUp && fCntUp > this.nextFCntUp) {
      this.nextFCntUp = fCntUp;
      this.answeredFCntUp = fCntUp - 1;
      this.#durableFCntUp = fCntUp;
      // The frame before it came to another network: here it is none that comes again, and is not acknowledged.
      this.#last = { fCnt: fCntUp - 1, mic: NO_MIC };
    }
    if (fCntDown !== undefined && fCntDown !== given?.fCntDown) this.#skipFCntDown(fCntDown);
    this.#state = {
      ...this.#state,
      given: { ...(fCntUp !== undefined && { fCntUp }), ...(fCntDown !== undefined && { fCntDown }) },
    };
  }

  #skipFCntDown(to: number): void {
    this.#nextFCntDown = Math.max(this.#nextFCntDown, to);
    this.#grantedFCntDown = Math.max(this.#grantedFCntDown, this.#nextFCntDown);
    this.#requestedFCntDown = Math.max(this.#requestedFCntDown, this.#grantedFCntDown);
  }

  supersedes({ id }: Session): boolean {
    return this.#state.supersedes?.includes(id) === true;
  }

  /** The device uses it: what it left for it is known, and has been dealt with. */
  prove(): void {
    const { supersedes: _left, ...state } = this.#state;
    this.#state = state;
  }

  /** The device left it: known when a frame came under another one, at this time in epoch milliseconds. */
  end(at: number): void {
    this.#state = { ...this.#state, endedAt: this.endedAt ?? at };
  }

  /** Whether a frame that was heard then can be of the device. */
  isOfItsTime(heardAt: number): boolean {
    return this.endedAt === undefined || heardAt <= this.endedAt + CLOCK_SLACK_MS;
  }

  get windows(): WindowParameters {
    return this.mac.windows;
  }

  get nextFCntDown(): number {
    return this.#nextFCntDown;
  }

  /** What to write to disk now. */
  snapshot(): SessionState {
    const { missed: _before, mac: _old, last: _last, ...state } = this.#state;
    return {
      ...state,
      nextFCntUp: this.#durableFCntUp,
      ...(this.#last && { last: this.#last }),
      ...(this.#missed.size > 0 && { missed: [...this.#missed.ranges] }),
      fCntDownLimit: this.#requestedFCntDown,
      adr: this.adr.snapshot(),
      ...this.mac.snapshot(),
    };
  }

  /** The next downlink counter, or undefined while none is reserved. */
  takeFCntDown(): number | undefined {
    if (!this.hasFCntDown || this.#nextFCntDown > LAST_COUNTER) return undefined;
    const fCnt = this.#nextFCntDown;
    this.#nextFCntDown += 1;
    return fCnt;
  }

  get hasFCntDown(): boolean {
    return this.#nextFCntDown < Math.min(this.#grantedFCntDown, this.ceiling);
  }

  /** All is used that may be used before the fleet server has a newer backup. */
  get isAtCeiling(): boolean {
    return this.#nextFCntDown >= this.ceiling;
  }

  get isReservationDue(): boolean {
    return this.#requestedFCntDown - this.#nextFCntDown <= FCNT_DOWN_LOW;
  }

  /** If it is time to reserve, the next snapshot holds the reservation and `grant` puts it in force. */
  reserve(): number | undefined {
    if (!this.isReservationDue) return undefined;
    this.#requestedFCntDown += FCNT_DOWN_BLOCK;
    return this.#requestedFCntDown;
  }

  /** The reservation is on the disk. */
  grant(limit: number): void {
    this.#grantedFCntDown = Math.max(this.#grantedFCntDown, limit);
  }

  /** The reservation could not be written: it will be asked for again. */
  withdraw(): void {
    this.#requestedFCntDown = this.#grantedFCntDown;
  }

  /** Hands back what is reserved and unused, at an orderly end: no counter can be taken any more. */
  rest(): void {
    this.#grantedFCntDown = this.#nextFCntDown;
    this.#requestedFCntDown = this.#nextFCntDown;
  }

  /**
   * The device began its uplink counter anew, and has forgotten what it was told. An identity of its own keeps the old
   * watermark from binding the session.
   */
  restartUplinks(windows: WindowParameters): void {
    const [base = '', restarts = '0'] = this.id.split('#');
    this.#state = { ...this.#state, id: `${base}#${Number(restarts) + 1}` };
    this.#number = undefined;
    this.adr = new DeviceAdr({ txPower: 0, transmissions: 1, defaultChannels: true });
    this.mac = new MacSettings(windows);
    this.nextFCntUp = 0;
    this.#durableFCntUp = 0;
    this.answeredFCntUp = -1;
    this.#last = undefined;
    this.#missed = new RangeSet();
  }

  /** It is elsewhere now, and what it was told of channels and windows holds no more. */
  moveTo(windows: WindowParameters): void {
    const { mac: _told, ...before } = this.mac.snapshot();
    if (isDeepStrictEqual(before, windows)) return;
    this.adr = new DeviceAdr({ txPower: 0, transmissions: 1, defaultChannels: true });
    this.mac = new MacSettings(windows);
  }

  /** A new frame: what it passes over may still come in from a neighbour. */
  advancePast(fCntUp: number, mic?: number): void {
    this.#pass(this.nextFCntUp, fCntUp);
    this.#last = mic === undefined ? undefined : { fCnt: fCntUp, mic };
    this.nextFCntUp = fCntUp + 1;
  }

  /** Whether a frame of this counter was passed over; from now on it was not. */
  takeMissed(fCntUp: number): boolean {
    if (!this.#missed.has(fCntUp)) return false;
    this.#missed.remove(fCntUp);
    return true;
  }

  /** It could not be stored after all. */
  giveBackMissed(fCntUp: number): void {
    this.#missed.add(fCntUp);
  }

  #pass(from: number, to: number): void {
    const oldest = to - LATE_FRAME_WINDOW;
    if (oldest > 0) this.#missed.remove(0, oldest - 1);
    if (to > from) this.#missed.add(Math.max(from, oldest), to - 1);
  }

  /** A frame is on the disk, or goes there together with the next snapshot. */
  stored(fCntUp: number): void {
    this.#durableFCntUp = Math.max(this.#durableFCntUp, fCntUp + 1);
  }

  /**
   * An uplink counter that the outbox knows to be stored. Which of those before it are, it does not say: one that a
   * neighbour brings is let in, and the fleet server knows whether it has it already.
   */
  advanceTo(fCntUp: number): void {
    this.#pass(this.nextFCntUp, fCntUp);
    this.stored(fCntUp);
    this.nextFCntUp = Math.max(this.nextFCntUp, fCntUp + 1);
    this.answeredFCntUp = this.nextFCntUp - 1;
  }
}
