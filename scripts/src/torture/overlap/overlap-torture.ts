import { seededRandom } from '../../simulate/random.ts';
import { DownlinkWatch } from './downlink-watch.ts';
import { isJoinAccept, Meter } from './meter.ts';
import { type Gateway, OverlappingGateways } from './overlapping-gateways.ts';

const ABP_METERS = 5;
const OTAA_METERS = 3;
const MAX_UPLINKS_A_CYCLE = 4;
const MAX_REPLAYS_A_CYCLE = 4;
const KILL_IN_FRAME = 0.12;
const KILL_SERVER = 0.3;
const RESTART = 0.75;
const MOVE = 0.12;
const TAKEOVER = 0.03;
const REJOIN = 0.1;
const JOIN_LIMIT_MS = 6_000;
const DEAD_AFTER_MS = 1_200;
const TAKEOVER_LIMIT_MS = 10_000;
const RULES = { deadAfterMs: DEAD_AFTER_MS, roundMs: 150, restMs: 0 };

export interface Verdict {
  emitted: number;
  stored: number;
  lost: number;
  duplicates: number;
  replays: number;
  replaysAccepted: number;
  downlinks: number;
  countersReused: number;
  moves: number;
}

/** A frame that was on the air. */
interface Sent {
  frame: Buffer;
  /** What it says, which no other frame does; absent for a join-request. */
  volume?: number;
}

/** The bad days of a street with two gateways. Everything random comes from the seed. */
export class OverlapTorture {
  readonly #rig: OverlappingGateways;
  readonly #random: () => number;
  readonly #meters: readonly Meter[];
  readonly #watch = new DownlinkWatch();
  /** Frames that are on a disk: an attacker may send them again. */
  readonly #onAir: Sent[] = [];
  readonly #emitted = new Set<number>();
  #volume = 0;
  #replays = 0;
  #acceptsForReplays = 0;
  #joining: { meter: Meter; done: () => void } | undefined;
  /** The last join-request of each device. */
  readonly #asked = new Map<string, { meter: Meter; at: number; answered: boolean }>();

  private constructor(rig: OverlappingGateways, meters: readonly Meter[], random: () => number) {
    this.#rig = rig;
    this.#meters = meters;
    this.#random = random;
  }

  static async start(folder: string, seed: number): Promise<OverlapTorture> {
    const meters = [
      ...Array.from({ length: ABP_METERS }, (_none, index) => new Meter(index + 1, 'abp')),
      ...Array.from({ length: OTAA_METERS }, (_none, index) => new Meter(index + 101, 'otaa')),
    ];
    const configs = meters.map(({ config }) => config);
    const rig = await OverlappingGateways.start(folder, { a: configs, b: [] }, RULES);
    const torture = new OverlapTorture(rig, meters, seededRandom(seed));
    for (const meter of meters) if (!meter.isOtaa) torture.#watch.add(meter.radio);
    for (const { forwarder } of rig.gateways)
      forwarder.onDownlink = ({ phyPayload }) => torture.#onDownlink(phyPayload);
    for (const meter of meters) if (meter.isOtaa) await torture.#join(meter);
    return torture;
  }

  /** A few frames, a few replays, whatever may happen to a home, and kills in between. */
  async cycle(): Promise<void> {
    const uplinks = 1 + Math.floor(this.#random() * MAX_UPLINKS_A_CYCLE);
    for (let count = 0; count < uplinks; count += 1) {
      await this.#talk(this.#pick(this.#meters));
      await this.#attack();
    }
    if (this.#random() < REJOIN) await this.#rejoin();
    if (this.#random() < MOVE) await this.#move();
    if (this.#random() < TAKEOVER) await this.#takeOver();
    await this.#restart(RESTART);
  }

  async verdict(): Promise<Verdict> {
    await this.#restart(1);
    for (const gateway of this.#rig.gateways) await this.#rig.connected(gateway);
    await this.#rig.drained();
    const times = new Map<number, number>();
    for (const { value } of this.#rig.stored()) times.set(value, (times.get(value) ?? 0) + 1);
    const repeated = [...times.values()].reduce((sum, count) => sum + count - 1, 0);
    return {
      emitted: this.#emitted.size,
      stored: times.size,
      lost: [...this.#emitted].filter((volume) => !times.has(volume)).length,
      duplicates: repeated,
      replays: this.#replays,
      replaysAccepted: this.#acceptsForReplays + repeated,
      downlinks: this.#watch.seen,
      countersReused: this.#watch.reused,
      moves: this.#rig.moves(),
    };
  }

  stop(): Promise<void> {
    return this.#rig.stop();
  }

  async #talk(meter: Meter): Promise<void> {
    if (meter.radio.devAddr === '') return;
    const alive = this.#rig.gateways.filter(({ isAlive }) => isAlive);
    if (alive.length === 0) return this.#restart(RESTART);
    const hearers = this.#random() < 0.5 ? alive : [this.#pick(alive)];
    const volume = ++this.#volume;
    const asks = this.#random() < 0.4;
    const frame = meter.frame(volume, { asks, confirmed: this.#random() < 0.2 });
    for (const gateway of hearers) gateway.hear(frame, Math.round(this.#random() * 10));
    if (this.#random() < KILL_IN_FRAME) await this.#killSoon(hearers);
    const survivors = hearers.filter(({ isAlive }) => isAlive);
    for (const gateway of survivors) await gateway.settled();
    if (survivors.length === 0) return;
    this.#emitted.add(volume);
    this.#onAir.push({ frame, volume });
  }

  /** Old frames and old join-requests, at any gateway. */
  async #attack(): Promise<void> {
    const alive = this.#rig.gateways.filter(({ isAlive }) => isAlive);
    const count = Math.floor(this.#random() * MAX_REPLAYS_A_CYCLE);
    if (alive.length === 0 || this.#onAir.length === 0 || count === 0) return;
    for (let replay = 0; replay < count; replay += 1) {
      this.#replays += 1;
      const { frame } = this.#pick(this.#onAir);
      for (const gateway of this.#random() < 0.5 ? alive : [this.#pick(alive)]) gateway.hear(frame);
    }
    for (const gateway of alive) await gateway.settled();
  }

  async #rejoin(): Promise<void> {
    const meter = this.#pick(this.#meters.filter(({ isOtaa }) => isOtaa));
    if (this.#rig.gateways.some(({ isAlive }) => !isAlive)) return;
    if (this.#rig.isServerAlive) for (const gateway of this.#rig.gateways) await this.#rig.connected(gateway);
    await this.#join(meter);
  }

  async #join(meter: Meter): Promise<void> {
    const request = meter.radio.joinRequest();
    const answered = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), JOIN_LIMIT_MS);
      this.#joining = {
        meter,
        done: () => {
          clearTimeout(timer);
          resolve(true);
        },
      };
    });
    const asked = { meter, at: performance.now(), answered: false };
    this.#asked.set(meter.id, asked);
    for (const gateway of this.#rig.gateways) gateway.hear(request);
    // A join that no other gateway can know of is no replay there when it comes again: no network could tell.
    asked.answered = await answered;
    if (asked.answered && this.#rig.isServerAlive) this.#onAir.push({ frame: request });
    this.#joining = undefined;
  }

  #onDownlink(phyPayload: Buffer): void {
    if (!isJoinAccept(phyPayload)) {
      this.#watch.note(phyPayload);
      for (const meter of this.#meters) meter.hear(phyPayload);
      return;
    }
    if (!this.#joining) {
      this.#acceptsForReplays += 1;
      process.stderr.write(`a join-accept that nobody waits for: ${this.#whoseAccept(phyPayload)}\n`);
      return;
    }
    const { meter, done } = this.#joining;
    this.#joining = undefined;
    meter.radio.acceptJoin(phyPayload);
    this.#watch.add(meter.radio);
    done();
  }

  /** Whose key it was made with, and how long ago that device asked last: what somebody who looks into it needs. */
  #whoseAccept(phyPayload: Buffer): string {
    for (const { meter, at, answered } of this.#asked.values()) {
      if (!meter.radio.isForMe(phyPayload)) continue;
      const ago = Math.round(performance.now() - at);
      return `${meter.id}, which asked ${ago} ms ago and was ${answered ? '' : 'not '}answered in time`;
    }
    return 'of no device that ever asked';
  }

  /** By hand, and something may be killed while it is under way. */
  async #move(): Promise<void> {
    if (!this.#rig.isServerAlive || this.#rig.gateways.some(({ isAlive }) => !isAlive)) return;
    const meter = this.#pick(this.#meters);
    const home = await this.#rig.home(meter.id);
    if (home.state !== 'settled') return;
    const target = this.#rig.other(this.#rig.gateway(home.gateway));
    for (const gateway of this.#rig.gateways) await this.#rig.connected(gateway);
    await this.#rig.beginMove(meter.id, target).catch(() => undefined);
    if (this.#random() < 0.4) await this.#killSoon(this.#rig.gateways);
  }

  /** A gateway stays dead until its devices have another home. */
  async #takeOver(): Promise<void> {
    if (!this.#rig.isServerAlive) return;
    const dead = this.#pick(this.#rig.gateways);
    const heir = this.#rig.other(dead);
    await dead.kill();
    if (!heir.isAlive) await heir.start();
    await this.#rig.connected(heir);
    const deadline = performance.now() + TAKEOVER_LIMIT_MS;
    let orphans = await this.#rig.homesAt(dead);
    while (orphans.length > 0 && performance.now() < deadline) {
      const meter = this.#meters.find(({ id }) => id === orphans[0]);
      if (meter && meter.radio.devAddr !== '') {
        const volume = ++this.#volume;
        const frame = meter.frame(volume);
        heir.hear(frame);
        await heir.settled();
        this.#emitted.add(volume);
        this.#onAir.push({ frame, volume });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
      orphans = await this.#rig.homesAt(dead);
    }
  }

  async #killSoon(gateways: readonly Gateway[]): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.#random() * 40));
    if (this.#random() < KILL_SERVER) await this.#rig.killServer();
    else await this.#pick(gateways).kill();
  }

  async #restart(chance: number): Promise<void> {
    if (!this.#rig.isServerAlive && this.#random() < chance) await this.#rig.startServer();
    for (const gateway of this.#rig.gateways) {
      if (!gateway.isAlive && this.#random() < chance) await gateway.start();
    }
  }

  #pick<T>(list: readonly T[]): T {
    const picked = list[Math.floor(this.#random() * list.length)];
    if (picked === undefined) throw new Error('nothing to pick from');
    return picked;
  }
}
