import { createRequire } from 'node:module';
import type lora from 'lora-packet';
import { type MacAnswers, type MacLimits, type MacState, obey } from './mac-answers.ts';
import type { Sensor, Uplink } from './sensor.ts';

// Its types promise a `default` that the CommonJS module does not have.
const loraPacket: typeof lora.default = createRequire(import.meta.url)('lora-packet');

/** How a device gets its session, as it goes into the gateway's configuration. */
export type Activation =
  | { mode: 'otaa'; joinEui: string; appKey: string }
  | { mode: 'abp'; devAddr: string; nwkSKey: string; appSKey: string };

interface Session {
  devAddr: Buffer;
  nwkSKey: Buffer;
  appSKey: Buffer;
  fCntUp: number;
  fCntDown: number;
  mac: MacState;
  answers: MacAnswers;
}

/** A frame that left the antenna of a device. */
export interface Transmission {
  phyPayload: Buffer;
  /** Absent for a join request. */
  data?: { fCnt: number; uplink: Uplink };
}

export type DownlinkOutcome = 'joined' | 'received' | 'notMine' | 'badMic' | 'replayed';

const WRAP = 0x1_0000;
/** Set by a network of LoRaWAN 1.1, whose accept is authenticated in another way (1.1, section 6.2.3). */
const OPT_NEG = 0x80;
const CONFIRMED_DOWN = 5;
const UNCONFIRMED_UP = 2;
const MAC_PORT = 0;

/** What kind of device it is. */
export interface Traits {
  class: 'A' | 'C';
  /** It lets the network choose its data rate. */
  adr: boolean;
  /** What it will not do of what it is asked; a device that can do everything where absent. */
  refuses?: MacLimits;
}

const EU868_RX2 = { frequencyHz: 869_525_000, dataRate: 0 };
const NO_ANSWERS: MacAnswers = { once: Buffer.alloc(0), sticky: Buffer.alloc(0) };
const MAX_FOPTS_BYTES = 15;

/** The MAC of a device of LoRaWAN 1.0.x: join, counters, MIC, encryption, ACK, answers to MAC commands. */
export class NodeMac {
  readonly devEui: string;
  readonly sensor: Sensor;
  readonly #activation: Activation;
  #session: Session | undefined;
  #devNonce: number;
  readonly traits: Traits;
  #ack = false;

  constructor(
    devEui: string,
    activation: Activation,
    sensor: Sensor,
    start: { devNonce: number; fCntUp: number },
    traits: Traits = { class: 'A', adr: false },
  ) {
    this.traits = traits;
    this.devEui = devEui;
    this.sensor = sensor;
    this.#activation = activation;
    this.#devNonce = start.devNonce;
    if (activation.mode === 'abp') {
      this.#session = {
        devAddr: Buffer.from(activation.devAddr, 'hex'),
        nwkSKey: Buffer.from(activation.nwkSKey, 'hex'),
        appSKey: Buffer.from(activation.appSKey, 'hex'),
        fCntUp: start.fCntUp,
        fCntDown: -1,
        mac: { dataRate: undefined, rx1DelaySeconds: 1, rx2: EU868_RX2 },
        answers: NO_ANSWERS,
      };
    }
  }

  get joined(): boolean {
    return this.#session !== undefined;
  }

  /** RX1 opens so many seconds after the end of an uplink; 5 for a join (JOIN_ACCEPT_DELAY1). */
  get rx1DelaySeconds(): number {
    return this.#session?.mac.rx1DelaySeconds ?? 5;
  }

  get rx2(): MacState['rx2'] {
    return this.#session?.mac.rx2 ?? EU868_RX2;
  }

  /** What the network chose; undefined where the device chooses. */
  get dataRate(): number | undefined {
    return this.#session?.mac.dataRate;
  }

  /** What the device sends next: a join request until it has a session, a measurement then. */
  transmit(cityMs: number, realMs: number): Transmission {
    return this.#session ? this.#data(this.#session, cityMs, realMs) : { phyPayload: this.#joinRequest() };
  }

  receive(phyPayload: Buffer): DownlinkOutcome {
    const type = (phyPayload[0] ?? 0) >> 5;
    if (type === 1) return this.#joinAccept(phyPayload);
    return this.#session ? this.#dataDown(this.#session, phyPayload) : 'notMine';
  }

  #data(session: Session, cityMs: number, realMs: number): Transmission {
    const uplink = this.sensor.measure(cityMs, realMs);
    const fCnt = session.fCntUp;
    session.fCntUp += 1;
    const { once, sticky } = session.answers;
    const fOpts = Buffer.concat([sticky, once]).subarray(0, MAX_FOPTS_BYTES);
    session.answers = { once: NO_ANSWERS.once, sticky };
    const packet = loraPacket.fromFields(
      {
        MType: UNCONFIRMED_UP,
        DevAddr: session.devAddr,
        FCtrl: { ADR: this.traits.adr, ACK: this.#ack },
        ...(fOpts.length > 0 ? { FOpts: fOpts } : {}),
        FCnt: fCntBytes(fCnt),
        FPort: uplink.fPort,
        payload: uplink.payload,
      },
      session.appSKey,
      session.nwkSKey,
      undefined,
      upperBytes(fCnt),
    );
    this.#ack = false;
    return { phyPayload: wire(packet), data: { fCnt, uplink } };
  }

  #joinRequest(): Buffer {
    if (this.#activation.mode !== 'otaa') throw new Error('an ABP device does not join');
    this.#devNonce = (this.#devNonce + 1) % WRAP;
    const packet = loraPacket.fromFields(
      {
        MType: 0,
        AppEUI: Buffer.from(this.#activation.joinEui, 'hex'),
        DevEUI: Buffer.from(this.devEui, 'hex'),
        DevNonce: nonceBytes(this.#devNonce),
      },
      undefined,
      undefined,
      Buffer.from(this.#activation.appKey, 'hex'),
    );
    return wire(packet);
  }

  #joinAccept(phyPayload: Buffer): DownlinkOutcome {
    if (this.#activation.mode !== 'otaa' || this.#session) return 'notMine';
    const appKey = Buffer.from(this.#activation.appKey, 'hex');
    const packet = loraPacket.fromWire(loraPacket.decryptJoinAccept(loraPacket.fromWire(phyPayload), appKey));
    const { AppNonce, NetID, DevAddr, RxDelay, DLSettings } = packet;
    // Encrypted with another device's key it looks like noise: a device cannot tell that from an answer to another.
    if (!AppNonce || !NetID || !DevAddr || ((DLSettings?.[0] ?? 0) & OPT_NEG) !== 0) return 'notMine';
    if (!loraPacket.verifyMIC(packet, undefined, appKey)) return 'notMine';
    const keys = loraPacket.generateSessionKeys10(appKey, NetID, AppNonce, nonceBytes(this.#devNonce));
    this.#session = {
      devAddr: Buffer.from(DevAddr),
      nwkSKey: keys.NwkSKey,
      appSKey: keys.AppSKey,
      fCntUp: 0,
      fCntDown: -1,
      mac: {
        dataRate: undefined,
        rx1DelaySeconds: Math.max(1, (RxDelay?.[0] ?? 1) & 0x0f),
        rx2: { ...EU868_RX2, dataRate: (DLSettings?.[0] ?? 0) & 0x0f },
      },
      answers: NO_ANSWERS,
    };
    return 'joined';
  }

  #dataDown(session: Session, phyPayload: Buffer): DownlinkOutcome {
    const packet = loraPacket.fromWire(phyPayload);
    if (!packet.DevAddr?.equals(session.devAddr)) return 'notMine';
    const fCnt = fullCounter(session.fCntDown + 1, packet.getFCnt() ?? 0);
    if (!loraPacket.verifyMIC(packet, session.nwkSKey, undefined, upperBytes(fCnt))) return 'badMic';
    if (fCnt <= session.fCntDown) return 'replayed';
    session.fCntDown = fCnt;
    if ((phyPayload[0] ?? 0) >> 5 === CONFIRMED_DOWN) this.#ack = true;
    const fPort = packet.getFPort();
    const payload = packet.FRMPayload?.length
      ? loraPacket.decrypt(packet, session.appSKey, session.nwkSKey, upperBytes(fCnt))
      : Buffer.alloc(0);
    // Commands stand in one place or the other (section 4.3.1.6).
    const commands = fPort === MAC_PORT ? payload : (packet.FOpts ?? Buffer.alloc(0));
    session.answers = obey(commands, session.mac, this.traits.refuses);
    if (fPort !== null && fPort > MAC_PORT && payload.length > 0) this.sensor.receive?.(fPort, payload);
    return 'received';
  }
}

function wire(packet: ReturnType<typeof loraPacket.fromWire>): Buffer {
  const bytes = packet.getPHYPayload();
  if (!bytes) throw new Error('lora-packet made no frame');
  return bytes;
}

function fullCounter(next: number, low: number): number {
  const candidate = next - (next % WRAP) + low;
  return candidate < next ? candidate + WRAP : candidate;
}

function fCntBytes(fCnt: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(fCnt % WRAP);
  return bytes;
}

/** The upper half of the counter as it stands in the blocks for MIC and encryption: least significant byte first. */
function upperBytes(fCnt: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(Math.floor(fCnt / WRAP));
  return bytes;
}

function nonceBytes(devNonce: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(devNonce);
  return bytes;
}
