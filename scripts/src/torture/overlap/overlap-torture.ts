import { seededRandom } from '../../simulate/random.ts';
import { DownlinkWatch } from './downlink-watch.ts';
import type { Gateway } from './gateway.ts';
import { type HeardRequest, JoinJudge } from './join-judge.ts';
import { isJoinAccept, Meter } from './meter.ts';
import { OverlappingGateways } from './overlapping-gateways.ts';

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
  /** Join-requests that were answered and data frames that were stored a second time. */
  replaysAccepted: number;
  /** Join-accepts of gateways that were the home before, while the server was down: no fault. */
  formerHomes: number;
  /** The same with the server up. */
  wrongHomes: number;
  downlinks: number;
  countersReused: number;
  moves: number;
}

/** A frame that was on the air. */
interface Sent {
  frame: Buffer;
  /** The device of a join-request. */
  joins?: string;
}

/** What somebody needs who looks for a frame that was lost. */
interface Emitted {
  at: string;
  meter: string;
  devAddr: string;
  fCnt: number;
  heardBy: string[];
}

/** So long nothing may be on its way before the server's records are counted. */
const QUIET_MS = 2_000;

/** The bad days of a street with two gateways. Everything random comes from the seed. */
export class OverlapTorture {
  readonly #rig: OverlappingGateways;
  readonly #random: () => number;
  readonly #meters: readonly Meter[];
  readonly #watch = new DownlinkWatch();
  /** Frames that are on a disk: an attacker may send them again. */
  readonly #onAir: Sent[] = [];
  readonly #emitted = new Map<number, Emitted>();
  readonly #judge: JoinJudge;
  #volume = 0;
  #replays = 0;
  #joining: { meter: Meter; request: Buffer; done: () => void } | undefined;

  private constructor(rig: OverlappingGateways, meters: readonly Meter[], random: () => number) {
    this.#rig = rig;
    this.#meters = meters;
    this.#random = random;
    this.#judge = new JoinJudge({
      homeOf: (device) => rig.homeOf(device),
      isServerAlive: () => rig.isServerAlive,
      tell: (line) => process.stderr.write(`${line}\n`),
    });
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
    for (const gateway of rig.gateways) {
      gateway.forwarder.onDownlink = ({ phyPayload, txpk }) => torture.#onDownlink(gateway, phyPayload, txpk.tmst);
    }
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
    await this.#rig.drained(this.#rig.gateways, QUIET_MS);
    const times = new Map<number, number>();
    for (const { value } of this.#rig.stored()) times.set(value, (times.get(value) ?? 0) + 1);
    const lost = [...this.#emitted].filter(([volume]) => !times.has(volume));
    for (const [volume, { at, meter, devAddr, fCnt, heardBy }] of lost) {
      const who = `${at} ${meter}, DevAddr ${devAddr}, frame ${fCnt}, heard by ${heardBy.join(' and ')}`;
      process.stderr.write(`lost: ${volume}, ${who}\n`);
    }
    const repeated = [...times.values()].reduce((sum, count) => sum + count - 1, 0);
    return {
      emitted: this.#emitted.size,
      stored: times.size,
      lost: lost.length,
      duplicates: repeated,
      replays: this.#replays,
      replaysAccepted: this.#judge.replaysAccepted + repeated,
      formerHomes: this.#judge.formerHomes,
      wrongHomes: this.#judge.wrongHomes,
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
    const fCnt = meter.radio.fCntUp;
    const frame = meter.frame(volume, { asks, confirmed: this.#random() < 0.2 });
    for (const gateway of hearers) gateway.hear(frame, Math.round(this.#random() * 10));
    if (this.#random() < KILL_IN_FRAME) await this.#killSoon(hearers);
    const survivors = hearers.filter(({ isAlive }) => isAlive);
    for (const gateway of survivors) await gateway.settled();
    if (survivors.length === 0) return;
    this.#note(volume, meter, fCnt, survivors);
    this.#onAir.push({ frame });
  }

  #note(volume: number, { id, radio }: Meter, fCnt: number, hearers: readonly Gateway[]): void {
    const heardBy = hearers.map((gateway) => gateway.id);
    const at = new Date().toISOString();
    this.#emitted.set(volume, { at, meter: id, devAddr: radio.devAddr, fCnt, heardBy });
  }

  /** Old frames and old join-requests, at any gateway. */
  async #attack(): Promise<void> {
    const alive = this.#rig.gateways.filter(({ isAlive }) => isAlive);
    const count = Math.floor(this.#random() * MAX_REPLAYS_A_CYCLE);
    if (alive.length === 0 || this.#onAir.length === 0 || count === 0) return;
    for (let replay = 0; replay < count; replay += 1) {
      this.#replays += 1;
      const { frame, joins } = this.#pick(this.#onAir);
      for (const gateway of this.#random() < 0.5 ? alive : [this.#pick(alive)]) {
        const counterUs = gateway.hear(frame);
        if (joins === undefined) continue;
        this.#judge.heard(gateway, counterUs, { device: joins, isReplay: true, phyPayload: frame });
      }
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
        ...{ meter, request },
        done: () => {
          clearTimeout(timer);
          resolve(true);
        },
      };
    });
    const heard: HeardRequest = { device: meter.id, isReplay: false, phyPayload: request };
    for (const gateway of this.#rig.gateways) this.#judge.heard(gateway, gateway.hear(request), heard);
    // A join that no other gateway can know of is no replay there when it comes again: no network could tell.
    if ((await answered) && this.#rig.isServerAlive) this.#onAir.push({ frame: request, joins: meter.id });
    this.#joining = undefined;
  }

  #onDownlink(gateway: Gateway, phyPayload: Buffer, sendAtUs: number | undefined): void {
    if (!isJoinAccept(phyPayload)) {
      this.#watch.note(phyPayload);
      for (const meter of this.#meters) meter.hear(phyPayload);
      return;
    }
    const answers = this.#judge.judge(gateway, sendAtUs);
    // A device takes the first answer to the request that it sent last.
    if (!this.#joining || answers?.phyPayload !== this.#joining.request) return;
    const { meter, done } = this.#joining;
    this.#joining = undefined;
    meter.radio.acceptJoin(phyPayload);
    this.#watch.add(meter.radio);
    done();
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
        const fCnt = meter.radio.fCntUp;
        const frame = meter.frame(volume);
        heir.hear(frame);
        await heir.settled();
        this.#note(volume, meter, fCnt, [heir]);
        this.#onAir.push({ frame });
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
