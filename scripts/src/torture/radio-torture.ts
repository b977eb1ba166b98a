import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LorawanDeviceConfig, ReadingsRecord } from '@vigie/contract';
import { Storage } from '../../../agent/src/storage/storage.ts';
import { type Downlink, PacketForwarder } from '../../../agent/test/lorawan/packet-forwarder.ts';
import { RadioDevice } from '../../../agent/test/lorawan/radio-device.ts';
import { seededRandom } from '../simulate/random.ts';
import type { GatewayOrder, GatewayReport } from './gateway-process.ts';

const ABP_DEVICES = 8;
const OTAA_DEVICES = 4;
const MAX_UPLINKS_A_CYCLE = 5;
const MAX_REPLAYS_A_CYCLE = 4;
const KILL_IN_FRAME = 0.2;
const REJOIN = 0.05;
const PATIENCE_MS = 10_000;
const MAX_SEGMENT_RECORDS = 16_384;
const JOIN_ACCEPT = 1;
/** The 915 MHz plan of the USA has no duty cycle that a thousand cycles would use up. */
const CHANNEL = { frequencyMhz: 902.5, dataRate: 'SF7BW125' };

export interface Verdict {
  uplinks: number;
  replays: number;
  lost: number;
  duplicates: number;
  replaysAccepted: number;
  countersReused: number;
}

/** A device with what the torturer knows of it. */
interface Subject {
  device: RadioDevice;
  config: LorawanDeviceConfig;
  /** A confirmed frame that was not acknowledged yet: the device sends it until it is. */
  unacknowledged: { frame: Buffer; key: string } | undefined;
  /** Counts the sessions that were used, each with its counter from 0; `isFresh` until the next one is. */
  session: number;
  isFresh: boolean;
}

/** A gateway's bad days. Everything random comes from the seed. */
export class RadioTorture {
  readonly #directory: string;
  readonly #random: () => number;
  readonly #subjects: Subject[];
  readonly #onAir: Buffer[] = [];
  /** Frames that must be on the disk: told stored, or acknowledged to the device. `device/session/fCnt`. */
  readonly #heard = new Set<string>();
  readonly #downlinks = new Map<string, string>();
  #replays = 0;
  #replaysAccepted = 0;
  #countersReused = 0;
  #process: ChildProcess | undefined;
  #forwarders: PacketForwarder[] = [];
  #stored = new Map<string, number>();

  constructor(directory: string, seed: number) {
    this.#directory = directory;
    this.#random = seededRandom(seed);
    this.#subjects = [
      ...Array.from({ length: ABP_DEVICES }, (_none, index) => subjectOf(RadioDevice.abp(index + 1), true)),
      ...Array.from({ length: OTAA_DEVICES }, (_none, index) => subjectOf(new RadioDevice(index + 100), false)),
    ];
  }

  /** One life of the process: a few frames, a few replays, a kill. */
  async cycle(): Promise<void> {
    await this.#start();
    const uplinks = 1 + Math.floor(this.#random() * MAX_UPLINKS_A_CYCLE);
    let isAlive = true;
    for (let count = 0; count < uplinks && isAlive; count += 1) {
      isAlive = await this.#talk(this.#pick(this.#subjects));
      if (isAlive) await this.#attack();
    }
    await this.#kill();
  }

  async verdict(): Promise<Verdict> {
    const onDisk = await this.#readOutbox();
    const lost = [...this.#heard].filter((key) => !onDisk.has(key)).length;
    const duplicates = [...onDisk.values()].reduce((sum, count) => sum + count - 1, 0);
    return {
      uplinks: this.#heard.size,
      replays: this.#replays,
      lost,
      duplicates,
      replaysAccepted: this.#replaysAccepted,
      countersReused: this.#countersReused,
    };
  }

  /** False when the process was killed in the middle of it. */
  async #talk(subject: Subject): Promise<boolean> {
    const { device } = subject;
    if (device.devAddr === '' || (subject.config.lorawan.activation.mode === 'otaa' && this.#random() < REJOIN)) {
      if (!subject.unacknowledged) return this.#join(subject);
    }
    if (!subject.unacknowledged && this.#random() < 0.5) return this.#sendUnconfirmed(subject);
    return this.#sendConfirmed(subject);
  }

  async #join(subject: Subject): Promise<boolean> {
    const before = this.#accepts().length;
    const request = subject.device.joinRequest();
    this.#send(request);
    if (this.#random() < KILL_IN_FRAME) {
      // What the gateway may never have seen is no replay when it comes again: no network could tell.
      this.#onAir.pop();
      return this.#killSoon();
    }
    await this.#until(() => this.#accepts().length > before, 'a join-accept');
    subject.device.acceptJoin(this.#accepts().at(-1) ?? Buffer.alloc(0));
    subject.isFresh = true;
    return true;
  }

  async #sendUnconfirmed(subject: Subject): Promise<boolean> {
    const key = keyOf(subject);
    const stored = storedKeyOf(subject);
    const before = this.#stored.get(stored) ?? 0;
    // A parking sensor's message, now and then with a LinkCheckReq so that downlink counters are used.
    const asks = this.#random() < 0.3;
    const content = { fPort: 1, payload: Buffer.of(1), ...(asks && { fOpts: Buffer.of(0x02) }) };
    const frame = subject.device.uplink(content);
    this.#send(frame);
    await this.#until(() => (this.#stored.get(stored) ?? 0) > before, `${key} to be stored`);
    this.#heard.add(key);
    return true;
  }

  async #sendConfirmed(subject: Subject): Promise<boolean> {
    const { device } = subject;
    const key = subject.unacknowledged?.key ?? keyOf(subject);
    const frame = subject.unacknowledged?.frame ?? device.uplink({ fPort: 1, payload: Buffer.of(0), confirmed: true });
    subject.unacknowledged = { frame, key };
    let isAcknowledged = false;
    for (const forwarder of this.#forwarders) {
      forwarder.onDownlink = (downlink) => {
        this.#noteDownlink(downlink);
        if (device.receive(downlink.phyPayload)?.ack) isAcknowledged = true;
      };
    }
    this.#send(frame);
    if (this.#random() < KILL_IN_FRAME) {
      await this.#killSoon();
    } else {
      await this.#until(() => isAcknowledged, `${key} to be acknowledged`);
    }
    if (isAcknowledged) {
      this.#heard.add(key);
      subject.unacknowledged = undefined;
    }
    return this.#process !== undefined;
  }

  /** Frames that were on the air once, again; the latest of a device may be a retransmission, all others are not. */
  async #attack(): Promise<void> {
    const open = new Set(this.#subjects.map(({ unacknowledged }) => unacknowledged?.frame));
    const accepts = this.#accepts().length;
    const storedBefore = new Map(this.#stored);
    const count = Math.floor(this.#random() * MAX_REPLAYS_A_CYCLE);
    for (let replay = 0; replay < count; replay += 1) {
      const frame = this.#pick(this.#onAir);
      if (open.has(frame)) continue;
      this.#replays += 1;
      for (const forwarder of this.#forwarders) forwarder.push(frame, CHANNEL);
    }
    // PUSH_ACKs come in order: once these are in, the replays were dealt with.
    for (const forwarder of this.#forwarders) await forwarder.pull();
    await new Promise((resolve) => setTimeout(resolve, 60));
    this.#replaysAccepted += this.#accepts().length - accepts;
    for (const [key, times] of this.#stored) {
      if (times > (storedBefore.get(key) ?? 0)) this.#replaysAccepted += 1;
    }
  }

  #send(frame: Buffer): void {
    this.#onAir.push(frame);
    const both = this.#random() < 0.5;
    const first = Math.floor(this.#random() * this.#forwarders.length);
    this.#forwarders.forEach((forwarder, index) => {
      if (both || index === first) forwarder.push(frame, { ...CHANNEL, snr: this.#random() * 10 });
    });
  }

  #noteDownlink({ phyPayload }: Downlink): void {
    if (phyPayload.readUInt8(0) >> 5 === JOIN_ACCEPT) return;
    const devAddr = phyPayload.readUInt32LE(1);
    const subject = this.#subjects.find(({ device }) => Number.parseInt(device.devAddr, 16) === devAddr);
    const counter = `${devAddr}/${subject?.session}/${phyPayload.readUInt16LE(6)}`;
    const bytes = phyPayload.toString('hex');
    const known = this.#downlinks.get(counter);
    // The very same frame in the second window is no second use.
    if (known !== undefined && known !== bytes) this.#countersReused += 1;
    this.#downlinks.set(counter, bytes);
  }

  #accepts(): Buffer[] {
    return this.#forwarders
      .flatMap(({ downlinks }) => downlinks)
      .sort((a, b) => a.atMs - b.atMs)
      .map(({ phyPayload }) => phyPayload)
      .filter((phyPayload) => phyPayload.readUInt8(0) >> 5 === JOIN_ACCEPT);
  }

  async #start(): Promise<void> {
    const child = fork(new URL('./gateway-process.ts', import.meta.url));
    this.#process = child;
    const devices = this.#subjects.map(({ config }) => config);
    child.send({ directory: this.#directory, devices } satisfies GatewayOrder);
    let port: number | undefined;
    child.on('message', (report: GatewayReport) => {
      if ('port' in report) port = report.port;
      else this.#stored.set(report.stored, (this.#stored.get(report.stored) ?? 0) + 1);
    });
    await this.#until(() => port !== undefined, 'the gateway to start');
    this.#forwarders = [
      await PacketForwarder.start(`127.0.0.1:${port}`, '0016c001f1500001'),
      await PacketForwarder.start(`127.0.0.1:${port}`, '0016c001f1500002'),
    ];
    for (const forwarder of this.#forwarders) forwarder.onDownlink = (downlink) => this.#noteDownlink(downlink);
  }

  async #killSoon(): Promise<false> {
    await new Promise((resolve) => setTimeout(resolve, this.#random() * 40));
    await this.#kill();
    return false;
  }

  async #kill(): Promise<void> {
    const child = this.#process;
    if (!child) return;
    this.#process = undefined;
    child.kill('SIGKILL');
    await once(child, 'exit');
    for (const forwarder of this.#forwarders) await forwarder.close();
    this.#forwarders = [];
  }

  async #until(isTrue: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!isTrue()) {
      if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** How often each frame is on the disk, session by session: a counter of 0 begins the next one. */
  async #readOutbox(): Promise<Map<string, number>> {
    const storage = new Storage();
    const key = join(this.#directory, 'state.key');
    await storage.call('openState', join(this.#directory, 'state.db'), { candidates: [key], file: key });
    const { waiting } = await storage.call('openOutbox', join(this.#directory, 'outbox'), MAX_SEGMENT_RECORDS);
    const counts = new Map<string, number>();
    const sessions = new Map<string, number>();
    for (const { epoch, ranges } of waiting) {
      for (const range of ranges) {
        for (const { body } of await readAll(storage, epoch, range)) {
          const { device, link } = JSON.parse(body) as ReadingsRecord;
          const fCnt = link?.fCnt ?? 0;
          const session = (sessions.get(device) ?? 0) + (fCnt === 0 ? 1 : 0);
          sessions.set(device, session);
          const key = `${device}/${session}/${fCnt}`;
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
      }
    }
    await storage.close();
    return counts;
  }

  #pick<T>(list: readonly T[]): T {
    const picked = list[Math.floor(this.#random() * list.length)];
    if (picked === undefined) throw new Error('nothing to pick from');
    return picked;
  }
}

async function readAll(
  storage: Storage,
  epoch: string,
  range: { from: number; to: number },
): Promise<{ body: string }[]> {
  const records: { body: string }[] = [];
  for (let from = range.from; from <= range.to; ) {
    const part = await storage.call('read', epoch, { from, to: range.to }, 1_048_576);
    const last = part.at(-1);
    if (!last) break;
    records.push(...part);
    from = last.seq + 1;
  }
  return records;
}

/** Of the next frame. */
function keyOf(subject: Subject): string {
  if (subject.isFresh) subject.session += 1;
  subject.isFresh = false;
  return `${subject.config.id}/${subject.session}/${subject.device.fCntUp}`;
}

/** As the gateway tells it, which knows no sessions of the torturer's. */
function storedKeyOf({ config, device }: Subject): string {
  return `${config.id}/${device.fCntUp}`;
}

function subjectOf(device: RadioDevice, isAbp: boolean): Subject {
  const { devEui, devAddr, nwkSKey, appSKey, joinEui, appKey } = device;
  return {
    device,
    config: {
      id: `spot-${devEui.slice(-6)}`,
      model: 'bosch/tps110',
      lorawan: {
        devEui,
        macVersion: '1.0.3',
        class: 'A',
        activation: isAbp ? { mode: 'abp', devAddr, nwkSKey, appSKey } : { mode: 'otaa', joinEui, appKey },
      },
    },
    unacknowledged: undefined,
    session: 0,
    isFresh: true,
  };
}
