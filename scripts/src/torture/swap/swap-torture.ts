import { seededRandom } from '../../simulate/random.ts';
import { DownlinkWatch } from '../overlap/downlink-watch.ts';
import { isJoinAccept } from '../overlap/meter.ts';
import { type LampKind, SwapLamp } from './swap-lamp.ts';
import { type Place, SwapStreet } from './swap-street.ts';

const KINDS: readonly LampKind[] = [
  { mode: 'otaa', macVersion: '1.0.2', class: 'A' },
  { mode: 'otaa', macVersion: '1.0.3', class: 'C' },
  { mode: 'otaa', macVersion: '1.0.4', class: 'A' },
  { mode: 'abp', macVersion: '1.0.3', class: 'A', startsAt: 66_000 },
  { mode: 'abp', macVersion: '1.0.4', class: 'C', startsAt: 131_080 },
];
const GROUP: LampKind = { mode: 'multicast', macVersion: '1.0.3', class: 'C' };
/** What a device may pass over at once. */
const COUNTER_STEP = 16_000;
const SWAP_ALONE = 0.5;
const UPLINKS_BEFORE = 2;
const REJOIN = 0.25;
const MOVE = 0.5;
const IN_FLIGHT = 0.5;
const OFFLINE = 0.3;
const CONFIRMED = 0.5;
const REPLAYS = 3;
const ANSWER_LIMIT_MS = 12_000;
const JOIN_LIMIT_MS = 6_000;
const STORE_LIMIT_MS = 15_000;
const TRIES = 4;
const EVERY_MS = 10;

export interface Verdict {
  lost: number;
  deaf: number;
  /** Frames that are stored more than once. */
  twice: number;
  countersReused: number;
  /** Old join-requests that were answered. */
  joinsReplayed: number;
  frames: number;
  diedWithBox: number;
  swaps: number;
  replacementsTold: number;
}

/** A frame that the old box alone had heard, and the counter of the one after it. */
interface Undelivered {
  lamp: SwapLamp;
  pulses: number;
  frame: Buffer;
  nextFCntUp: number;
}

/** Bad days for the boxes of a few gateways. Everything random comes from the seed. */
export class SwapTorture {
  readonly #street: SwapStreet;
  readonly #random: () => number;
  readonly #alone: SwapLamp[];
  readonly #shared: SwapLamp[];
  readonly #watch = new DownlinkWatch();
  /** Pulses of frames that the server is to hold, and who said them. */
  readonly #expected = new Map<number, string>();
  readonly #onAir: Buffer[] = [];
  readonly #oldJoins: Buffer[] = [];
  #pulses = 0;
  #deaf = 0;
  #diedWithBox = 0;
  #swaps = 0;
  #joinsReplayed = 0;
  #joining: { lamp: SwapLamp; done: () => void } | undefined;

  private constructor(street: SwapStreet, lamps: { alone: SwapLamp[]; shared: SwapLamp[] }, random: () => number) {
    this.#street = street;
    this.#alone = lamps.alone;
    this.#shared = lamps.shared;
    this.#random = random;
  }

  static async start(folder: string, seed: number): Promise<SwapTorture> {
    const alone = [...KINDS, GROUP].map((kind, index) => new SwapLamp(index + 1, kind));
    const shared = KINDS.map((kind, index) => new SwapLamp(index + 101, kind));
    const configs = (lamps: SwapLamp[]) => lamps.map(({ config }) => config);
    const street = await SwapStreet.start(folder, configs(alone), configs(shared));
    const torture = new SwapTorture(street, { alone, shared }, seededRandom(seed));
    for (const place of street.places) {
      place.gateway.forwarder.onDownlink = ({ phyPayload }) => torture.#onDownlink(phyPayload);
    }
    for (const place of street.places) for (const lamp of torture.#lampsAt(place)) await torture.#begin(lamp, place);
    return torture;
  }

  async cycle(): Promise<void> {
    const place = this.#random() < SWAP_ALONE ? this.#place(0) : this.#pick(this.#street.places.slice(1));
    if (this.#lampsAt(place).length === 0 || this.#random() < MOVE) await this.#moveOne(place);
    const lamps = this.#lampsAt(place);
    await this.#live(place, lamps);
    const undelivered = await this.#die(place, lamps);
    await this.#swap(place, lamps);
    // A lamp that listens all the time need not be heard first.
    const listening = await Promise.all(
      lamps.map(async (lamp) => lamp.isClassC && (await within(ANSWER_LIMIT_MS, await this.#order(lamp, place)))),
    );
    await this.#resend(place, undelivered);
    await this.#replay(place);
    await Promise.all(lamps.map((lamp, index) => this.#prove(lamp, place, listening[index] === true)));
    await this.#street.drained(place);
  }

  async verdict(): Promise<Verdict> {
    for (const place of this.#street.places) await this.#street.drained(place);
    const stored = this.#street.stored();
    const lost = [...this.#expected].filter(([pulses]) => !stored.has(pulses));
    for (const [pulses, lamp] of lost) process.stderr.write(`lost: ${pulses} of ${lamp}\n`);
    return {
      ...{ lost: lost.length, deaf: this.#deaf, twice: [...stored.values()].filter((times) => times > 1).length },
      ...{ countersReused: this.#watch.reused, joinsReplayed: this.#joinsReplayed, frames: this.#pulses },
      ...{ diedWithBox: this.#diedWithBox, swaps: this.#swaps },
      replacementsTold: this.#street.events('GATEWAY_REPLACED'),
    };
  }

  stop(): Promise<void> {
    return this.#street.stop();
  }

  /** Joins the lamp, or leads its counter to where its kind begins. */
  async #begin(lamp: SwapLamp, place: Place): Promise<void> {
    if (lamp.isOtaa) return this.#join(lamp, place);
    this.#watch.add(lamp.radio);
    if (lamp.isGroup) return;
    for (let counter = 0; counter < (lamp.kind.startsAt ?? 0); counter += COUNTER_STEP) {
      lamp.radio.fCntUp = counter;
      this.#say(lamp, place);
      await place.gateway.settled();
    }
    lamp.radio.fCntUp = Math.max(lamp.radio.fCntUp, lamp.kind.startsAt ?? 0);
  }

  /** What is acknowledged before the box dies. */
  async #live(place: Place, lamps: readonly SwapLamp[]): Promise<void> {
    for (const lamp of lamps) {
      if (lamp.isOtaa && this.#random() < REJOIN) await this.#join(lamp, place);
      const uplinks = lamp.isGroup ? 0 : Math.floor(this.#random() * (UPLINKS_BEFORE + 1));
      for (let count = 0; count < uplinks; count += 1) this.#say(lamp, place);
    }
    await place.gateway.settled();
    await this.#street.drained(place);
  }

  /** Killed while frames are on their way, or with what came while it had no server. Answers the frames it may have taken along. */
  async #die(place: Place, lamps: readonly SwapLamp[]): Promise<Undelivered[]> {
    const said: Undelivered[] = [];
    const { gateway } = place;
    const isOffline = this.#random() < OFFLINE;
    const isInFlight = this.#random() < IN_FLIGHT;
    if (isOffline) await this.#street.killServer();
    if (isOffline || isInFlight) {
      for (const lamp of lamps.filter(({ isGroup }) => !isGroup)) {
        const pulses = ++this.#pulses;
        const frame = lamp.frame(pulses, { confirmed: this.#random() < CONFIRMED });
        gateway.hear(frame);
        said.push({ lamp, pulses, frame, nextFCntUp: lamp.radio.fCntUp });
      }
      if (isOffline) await gateway.settled();
      else await pause(this.#random() * 60);
    }
    await gateway.kill();
    if (isOffline) await this.#street.startServer();
    this.#diedWithBox += said.length;
    return said;
  }

  async #swap(place: Place, lamps: readonly SwapLamp[]): Promise<void> {
    // Nobody hears it but a neighbour, who passes it on.
    if (place.neighbours.length > 0 && this.#random() < 0.5) {
      const lamp = this.#pick(lamps);
      for (const neighbour of place.neighbours)
        await this.#street.ready({ ...place, gateway: neighbour, neighbours: [] });
      this.#hear(lamp, place.neighbours);
      for (const neighbour of place.neighbours) await neighbour.settled();
    }
    await this.#street.swap(place);
    this.#swaps += 1;
    await this.#street.ready(place);
    for (const neighbour of place.neighbours)
      await this.#street.ready({ ...place, gateway: neighbour, neighbours: [] });
    await place.gateway.forwarder.pull();
  }

  /** A device that got no acknowledgement sends the very same frame once more: now the server is to have it, once. */
  async #resend({ gateway }: Place, undelivered: readonly Undelivered[]): Promise<void> {
    for (const { lamp, pulses, frame, nextFCntUp } of undelivered) {
      // No device goes back to an older frame once it has sent a newer one.
      if (this.#random() < 0.5 || lamp.radio.fCntUp !== nextFCntUp) continue;
      gateway.hear(frame);
      this.#diedWithBox -= 1;
      this.#expected.set(pulses, lamp.id);
      this.#onAir.push(frame);
    }
    await gateway.settled();
  }

  /** An attacker has recorded frames and join-requests that the old box took. */
  async #replay({ gateway }: Place): Promise<void> {
    for (let count = 0; count < REPLAYS && this.#onAir.length > 0; count += 1) gateway.hear(this.#pick(this.#onAir));
    if (this.#oldJoins.length > 0) gateway.hear(this.#pick(this.#oldJoins));
    await gateway.settled();
  }

  /** Answers whether the order has come. */
  async #order(lamp: SwapLamp, place: Place): Promise<() => boolean> {
    const level = Math.floor(this.#random() * 101);
    const wanted = `01fe${level.toString(16).padStart(2, '0')}`;
    const before = lamp.orders.length;
    await this.#street.command(place, lamp.id, level);
    return () => lamp.orders.slice(before).includes(wanted);
  }

  /** The new box hears the lamp, and what it is ordered reaches it. */
  async #prove(lamp: SwapLamp, place: Place, wasCommanded: boolean): Promise<void> {
    const hasCome = lamp.isClassC ? () => wasCommanded : await this.#order(lamp, place);
    let isCommanded = wasCommanded;
    let isHeard = lamp.isGroup;
    for (let tries = 0; !lamp.isGroup && tries < TRIES && !(isHeard && (isCommanded || lamp.isClassC)); tries += 1) {
      const pulses = this.#say(lamp, place);
      if (await within(STORE_LIMIT_MS, () => this.#street.stored().has(pulses))) isHeard = true;
      isCommanded ||= !lamp.isClassC && (await within(ANSWER_LIMIT_MS / TRIES, hasCome));
    }
    if (isHeard && isCommanded) return;
    this.#deaf += 1;
    const what = [...(isHeard ? [] : ['is not heard']), ...(isCommanded ? [] : ['cannot be commanded'])].join(' and ');
    process.stderr.write(`deaf: ${lamp.id} at ${place.gateway.id} ${what}, swap ${this.#swaps}\n`);
    await this.#revive(lamp, place);
  }

  /** As a person would mend it, so that each fault counts once. */
  async #revive(lamp: SwapLamp, place: Place): Promise<void> {
    if (lamp.isOtaa)
      await this.#join(lamp, place).catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
    else lamp.radio.fCntDown = -1;
  }

  /** So that some devices have had several homes, and each gateway has some. */
  async #moveOne(place: Place): Promise<void> {
    const from = this.#street.places.find(({ gateway }) => place.neighbours.includes(gateway));
    if (!from) return;
    const [own, others] = [this.#lampsAt(place), this.#lampsAt(from)];
    if (own.length > 2 || others.length === 0) await this.#street.move(place, this.#pick(own).id, from.gateway.id);
    else await this.#street.move(from, this.#pick(others).id, place.gateway.id);
  }

  async #join(lamp: SwapLamp, place: Place): Promise<void> {
    const request = lamp.radio.joinRequest();
    const joined = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), JOIN_LIMIT_MS);
      this.#joining = {
        lamp,
        done: () => {
          clearTimeout(timer);
          resolve(true);
        },
      };
    });
    place.gateway.hear(request);
    const isJoined = await joined;
    this.#joining = undefined;
    if (!isJoined) throw new Error(`${lamp.id} could not join at ${place.gateway.id}`);
    this.#oldJoins.push(request);
    this.#watch.add(lamp.radio);
    // The first frame under the new session proves it.
    this.#say(lamp, place);
    await place.gateway.settled();
  }

  #say(lamp: SwapLamp, { gateway, neighbours }: Place): number {
    const isShared = neighbours.length > 0 && this.#random() < 0.3;
    return this.#hear(lamp, isShared ? [gateway, ...neighbours.filter(({ isAlive }) => isAlive)] : [gateway]);
  }

  #hear(lamp: SwapLamp, gateways: readonly Place['gateway'][]): number {
    const pulses = ++this.#pulses;
    const frame = lamp.frame(pulses, { confirmed: this.#random() < CONFIRMED });
    for (const gateway of gateways) gateway.hear(frame);
    this.#expected.set(pulses, lamp.id);
    this.#onAir.push(frame);
    return pulses;
  }

  #onDownlink(phyPayload: Buffer): void {
    if (!isJoinAccept(phyPayload)) {
      this.#watch.note(phyPayload);
      for (const lamp of [...this.#alone, ...this.#shared]) lamp.hear(phyPayload);
      return;
    }
    if (!this.#joining) {
      this.#joinsReplayed += 1;
      return;
    }
    const { lamp, done } = this.#joining;
    try {
      lamp.radio.acceptJoin(phyPayload);
    } catch {
      // It answers another request, which nobody makes any more.
      this.#joinsReplayed += 1;
      return;
    }
    this.#joining = undefined;
    done();
  }

  #lampsAt({ gateway, neighbours }: Place): SwapLamp[] {
    if (neighbours.length === 0) return this.#alone;
    const homes = this.#street.homes();
    return this.#shared.filter(({ id }) => homes.get(id) === gateway.id);
  }

  #place(index: number): Place {
    const place = this.#street.places[index];
    if (!place) throw new Error(`no place ${index}`);
    return place;
  }

  #pick<T>(list: readonly T[]): T {
    const picked = list[Math.floor(this.#random() * list.length)];
    if (picked === undefined) throw new Error('nothing to pick from');
    return picked;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function within(limitMs: number, probe: () => boolean): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (!probe()) {
    if (performance.now() > deadline) return false;
    await pause(EVERY_MS);
  }
  return true;
}
