import {
  type ErrorCode,
  LATE_FRAME_WINDOW,
  type LorawanDeviceConfig,
  type LorawanMacSettings,
  macSettingsIn,
  type RadioLink,
  sessionNumber,
} from '@vigie/contract';
import type { StateChange } from '../../state-store.ts';
import type { Reception } from '../radio.ts';
import { type Arrival, answersTo, bestReception, linkOf, noteHeard, statusRequest } from './arrival.ts';
import type { HeardFrame } from './deduplicator.ts';
import { devAddrHex } from './dev-addr.ts';
import { Device, keyCheckOf } from './device.ts';
import { resolveCounter } from './frame-counter.ts';
import { cryptPayload, dataMic, joinRequestMic } from './frame-security.ts';
import { acceptJoin, SESSIONS } from './join.ts';
import { type DeviceCommand, type DeviceCommands, type NetworkCommand, parseDeviceCommands } from './mac-commands.ts';
import { wantsDownlink } from './mac-settings.ts';
import { type JoinRequest, parsePhyPayload } from './phy-payload.ts';
import { defaultWindows, type RegionTable } from './regions/region.ts';
import { Session } from './session.ts';

export interface Network {
  region: RegionTable;
  netId: number;
  /** Other gateways hear the same devices: a frame is named so that it is one wherever it was heard. */
  overlaps?: boolean;
  /** For devices whose own configuration says nothing else. */
  settings?: LorawanMacSettings;
}

/** What a frame means. Whatever must be on the disk first is named; nothing has been sent or stored yet. */
export type Decision =
  | { kind: 'drop'; code: ErrorCode; device?: string; detail?: string }
  /** Write `changes`, then call `install`, then send the accept. */
  | {
      kind: 'join';
      device: Device;
      reception: Reception;
      joinAccept: Buffer;
      changes: StateChange[];
      /** False when the device asked again meanwhile: then this accept must not be sent. */
      install(): boolean;
    }
  /** A neighbour passed on what was heard before. */
  | { kind: 'known'; device: Device; fCnt?: number }
  | UplinkDecision;

export interface UplinkDecision {
  kind: 'uplink';
  device: Device;
  session: Session;
  reception: Reception;
  fCnt: number;
  /** The same frame came before: it holds nothing new, but its acknowledgement may have been lost. */
  retransmission: boolean;
  /** The device asks for an acknowledgement. */
  confirmed: boolean;
  /** The device acknowledges the last confirmed downlink. */
  ack: boolean;
  /** The device wants to hear from the network, whatever it is (ADRACKReq, section 4.3.1.1). */
  adrAckReq: boolean;
  /** A neighbour heard it and this gateway did not: there is no time left for an answer. */
  passedBy?: string;
  /** Newer frames were heard before it. */
  isLate: boolean;
  /** The device repeats an answer until it hears a downlink, whatever it is. */
  wantsDownlink: boolean;
  /** The application's part, where the frame has one. */
  payload?: { fPort: number; bytes: Buffer; link: RadioLink };
  /** MAC commands that the device sent, and why some could not be read. */
  commands: DeviceCommand[];
  unread?: DeviceCommands['unread'];
  /** To be written before the frame is acted on: an ABP device began its counter anew. */
  changes?: StateChange[];
}

/**
 * The protocol of a LoRaWAN 1.0.x network server for class A, without I/O: frames and time in, decisions out. What it
 * changes in memory at once is what makes a second copy of the same frame harmless.
 */
export class NetworkServer {
  readonly #random32: () => number;
  readonly #byEui = new Map<string, Device>();
  readonly #byId = new Map<string, Device>();
  readonly #byAddress = new Map<number, Device[]>();
  #network: Network;

  constructor(network: Network, random32: () => number) {
    this.#network = network;
    this.#random32 = random32;
  }

  get region(): RegionTable {
    return this.#network.region;
  }

  get netId(): number {
    return this.#network.netId;
  }

  devices(): IterableIterator<Device> {
    return this.#byEui.values();
  }

  device(id: string): Device | undefined {
    return this.#byId.get(id);
  }

  deviceOf(devEui: string): Device | undefined {
    return this.#byEui.get(devEui);
  }

  /** The sessions of a device were replaced. */
  reindex(device: Device): void {
    this.#activateByPersonalisation(device);
    this.#indexAddresses();
  }

  /**
   * Devices whose keys stay keep their session; `restore` gives what the disk has of the new ones. Returns the devices
   * that are gone.
   */
  configure(network: Network, configs: readonly LorawanDeviceConfig[], restore: (device: Device) => void): Device[] {
    const isMoved = network.region.name !== this.#network.region.name;
    this.#network = network;
    const before = new Map(this.#byEui);
    this.#byEui.clear();
    this.#byId.clear();
    for (const config of configs) {
      const { devEui } = config.lorawan;
      const known = before.get(devEui);
      const device = known?.keyCheck === keyCheckOf(config.lorawan) ? known : new Device(config);
      device.config = config;
      device.settings = settingsOf(network, config);
      if (device !== known) restore(device);
      else before.delete(devEui);
      this.#activateByPersonalisation(device, isMoved && device === known);
      this.#byEui.set(devEui, device);
      this.#byId.set(config.id, device);
    }
    this.#indexAddresses();
    return [...before.values()];
  }

  /** Its windows are the region's, until it has been told others there; a group's second one is the document's. */
  #activateByPersonalisation(device: Device, isMoved = false): void {
    const { activation } = device.config.lorawan;
    if (activation.mode === 'otaa' || activation.mode === 'external') return;
    const { region } = this.#network;
    const { frequencyHz, dataRate } = activation.mode === 'multicast' ? activation : region.rx2;
    const windows = { ...defaultWindows(region), rx2FrequencyHz: frequencyHz, rx2DataRate: dataRate };
    if (device.active) {
      if (isMoved || device.isGroup || !device.active.mac.hasToldWindows) device.active.moveTo(windows);
      return;
    }
    device.active = Session.restore({
      id: device.keyCheck,
      devAddr: activation.devAddr,
      nwkSKey: activation.nwkSKey,
      appSKey: activation.appSKey,
      nextFCntUp: 0,
      fCntDownLimit: 0,
      ...windows,
      adr: { txPower: 0, transmissions: 1, defaultChannels: true },
    });
  }

  #indexAddresses(): void {
    this.#byAddress.clear();
    for (const device of this.#byEui.values()) {
      // Nobody sends under the keys of a group, whoever has them.
      if (device.isGroup) continue;
      for (const session of device.sessions()) this.#index(device, session);
    }
  }

  #index(device: Device, { devAddr }: Session): void {
    const holders = this.#byAddress.get(devAddr) ?? [];
    if (!holders.includes(device)) holders.push(device);
    this.#byAddress.set(devAddr, holders);
  }

  /** `trustedNow` is undefined while the clock may be wrong: a device must not be told a wrong time. */
  receive(heard: HeardFrame, trustedNow: number | undefined): Decision {
    const outcome = parsePhyPayload(heard.phyPayload);
    if (!outcome.ok) return { kind: 'drop', code: outcome.code, detail: outcome.detail };
    const { frame } = outcome;
    const { receptions, heardAtMs, passedBy } = heard;
    const best = bestReception(receptions);
    const isPassed = passedBy !== undefined;
    if (frame.type !== 'joinRequest') {
      return this.#uplink({ frame, receptions, best, trustedNow, heardAtMs, ...(isPassed && { passedBy }) });
    }
    return isPassed ? this.#passedJoin(frame) : this.#join(frame, best);
  }

  /** The device listens for its answer no more; its DevNonce stays good for the next try. But it was heard. */
  #passedJoin({ devEui, joinEui, devNonce, signed, mic }: JoinRequest): Decision {
    const device = this.#byEui.get(devEui);
    const { activation } = device?.config.lorawan ?? {};
    if (!device?.appKey || activation?.mode !== 'otaa' || activation.joinEui !== joinEui) {
      return { kind: 'drop', code: 'LORAWAN_DEVICE_UNKNOWN', detail: `DevEUI ${devEui}` };
    }
    const drop = (code: ErrorCode): Decision => ({ kind: 'drop', code, device: device.config.id });
    if (!joinRequestMic(device.appKey, signed).equals(mic)) return drop('LORAWAN_MIC_INVALID');
    return device.mayUse(devNonce) ? { kind: 'known', device } : drop('LORAWAN_DEVNONCE_USED');
  }

  #join(request: JoinRequest, reception: Reception): Decision {
    const device = this.#byEui.get(request.devEui);
    if (!device) return { kind: 'drop', code: 'LORAWAN_DEVICE_UNKNOWN', detail: `DevEUI ${request.devEui}` };
    if (device.isAway) return { kind: 'drop', code: 'LORAWAN_HOME_ELSEWHERE', device: device.config.id };
    const outcome = acceptJoin(device, request, {
      ...this.#network,
      randomAddress: this.#random32,
      isTaken: (devAddr) => this.#byAddress.has(devAddr),
    });
    if (!outcome.ok) return { kind: 'drop', code: outcome.code, device: device.config.id };
    const { session, joinAccept, changes } = outcome;
    const install = () => {
      if (device.offered !== session) return false;
      device.offered = undefined;
      device.pending = session;
      this.#indexAddresses();
      return true;
    };
    return { kind: 'join', device, reception, joinAccept, changes, install };
  }

  #uplink(arrival: Arrival): Decision {
    const { devAddr } = arrival.frame;
    const detail = `DevAddr ${devAddrHex(devAddr)}`;
    const holders = this.#byAddress.get(devAddr);
    if (!holders) return { kind: 'drop', code: 'LORAWAN_DEVICE_UNKNOWN', detail };
    let refusal: Decision = { kind: 'drop', code: 'LORAWAN_MIC_INVALID', detail };
    for (const device of holders) {
      for (const session of device.sessions()) {
        if (session.devAddr !== devAddr) continue;
        const decision = this.#uplinkOf(device, session, arrival);
        if (decision.kind !== 'drop') return decision;
        if (decision.code !== 'LORAWAN_MIC_INVALID') refusal = decision;
      }
    }
    return refusal;
  }

  #uplinkOf(device: Device, session: Session, arrival: Arrival): Decision {
    const { frame } = arrival;
    const { macVersion, activation } = device.config.lorawan;
    const counter = resolveCounter(session.nextFCntUp, frame.fCnt16, macVersion, (fCnt) =>
      dataMic(session.nwkSKey, 'up', session.devAddr, fCnt, frame.signed).equals(frame.mic),
    );
    const drop = (code: ErrorCode): Decision => ({ kind: 'drop', code, device: device.config.id });
    if (counter.kind !== 'forged' && device.isAway) return drop('LORAWAN_HOME_ELSEWHERE');
    if (arrival.passedBy !== undefined && 'fCnt' in counter && counter.fCnt < session.nextFCntUp) {
      return this.#heardBehind(device, session, arrival, counter.fCnt);
    }
    switch (counter.kind) {
      case 'forged':
        return drop('LORAWAN_MIC_INVALID');
      case 'replay':
        return drop('LORAWAN_FCNT_REPLAY');
      case 'gap':
        return drop('LORAWAN_FCNT_GAP');
      case 'reset': {
        if (activation.mode !== 'abp' || activation.relaxedFrameCounter !== true) return drop('LORAWAN_FCNT_REPLAY');
        session.restartUplinks(defaultWindows(this.#network.region));
        const decision = this.#accept(device, session, arrival, counter.fCnt);
        const changes = [{ collection: SESSIONS, key: device.devEui, value: device.sessionStates() }];
        return { ...decision, changes };
      }
      case 'retransmission':
        return { ...uplinkOf(device, session, arrival, counter.fCnt), retransmission: true };
      case 'new':
        return this.#accept(device, session, arrival, counter.fCnt);
    }
  }

  /** A neighbour's frame behind the newest: let in once if it was passed over, and otherwise a further reception. */
  #heardBehind(device: Device, session: Session, arrival: Arrival, fCnt: number): Decision {
    if (session.takeMissed(fCnt)) {
      const { payload } = this.#contentOf(device, session, arrival, fCnt);
      return { ...uplinkOf(device, session, arrival, fCnt), isLate: true, ...(payload && { payload }) };
    }
    const isTooOld = fCnt < session.nextFCntUp - LATE_FRAME_WINDOW;
    return isTooOld
      ? { kind: 'drop', code: 'LORAWAN_FRAME_LATE', device: device.config.id }
      : { kind: 'known', device, fCnt };
  }

  #contentOf(device: Device, session: Session, { frame, receptions, best, passedBy }: Arrival, fCnt: number) {
    const { fPort } = frame;
    const named = this.#network.overlaps === true && { session: sessionNumber(device.devEui, session.id) };
    const link = { ...linkOf(receptions, best, fCnt), ...named, ...(passedBy !== undefined && { passedBy }) };
    const key = fPort === 0 ? session.nwkSKey : session.appSKey;
    const bytes = cryptPayload(key, 'up', session.devAddr, fCnt, frame.frmPayload);
    const payload = fPort !== undefined && fPort > 0 ? { fPort, bytes, link } : undefined;
    return { link, payload, macCommands: fPort === 0 ? bytes : frame.fOpts };
  }

  #accept(device: Device, session: Session, arrival: Arrival, fCnt: number): UplinkDecision {
    const { frame, best, passedBy } = arrival;
    if (device.pending === session) {
      // The first frame under the new keys proves that the accept arrived (section 6.2.5).
      device.active = session;
      device.pending = undefined;
      this.#indexAddresses();
    }
    session.advancePast(fCnt);
    const { link, payload, macCommands } = this.#contentOf(device, session, arrival, fCnt);
    const { commands, unread } = parseDeviceCommands(macCommands);
    const { region } = this.#network;
    session.adr.answered(commands);
    session.mac.heard(region, commands, best.frequencyHz);
    device.adr = frame.adr;
    if (passedBy === undefined) {
      noteHeard(device, link, arrival);
      const hasChannelList = device.appKey !== undefined;
      session.mac.plan({ region, wanted: device.settings, hasChannelList }, commands);
      const adr = { fCnt, snrDb: link.snrDb, dataRate: best.dataRate };
      device.answers = [
        ...answersTo(commands, arrival),
        ...(frame.adr ? withExtraChannels(session.adr.heard(region, adr), session.mac.extraChannelMask) : []),
        ...statusRequest(device, arrival),
      ];
    }
    for (const command of commands) {
      if (command.name !== 'DevStatusAns') continue;
      device.status = { battery: command.battery, marginDb: command.marginDb, at: best.receivedAt };
    }
    return {
      ...uplinkOf(device, session, arrival, fCnt),
      commands,
      wantsDownlink: wantsDownlink(commands),
      ...(unread && { unread }),
      ...(payload && { payload }),
    };
  }
}

/** A device's own settings stand before the network's. */
function settingsOf({ settings }: Network, { lorawan }: LorawanDeviceConfig): LorawanMacSettings {
  return { ...macSettingsIn(settings ?? {}), ...macSettingsIn(lorawan) };
}

/** What a device took beside its usual channels stays in its mask. */
function withExtraChannels(requests: NetworkCommand[], extraMask: number): NetworkCommand[] {
  if (extraMask === 0) return requests;
  return requests.map((request) =>
    request.name === 'LinkADRReq' ? { ...request, channelMask: request.channelMask | extraMask } : request,
  );
}

function uplinkOf(device: Device, session: Session, { frame, best, passedBy }: Arrival, fCnt: number): UplinkDecision {
  const { confirmed, ack, adrAckReq } = frame;
  return {
    kind: 'uplink',
    device,
    session,
    reception: best,
    fCnt,
    retransmission: false,
    confirmed,
    ack,
    adrAckReq,
    isLate: false,
    ...(passedBy !== undefined && { passedBy }),
    wantsDownlink: false,
    commands: [],
  };
}
