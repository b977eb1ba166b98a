import { type ErrorCode, LATE_FRAME_WINDOW, type LorawanDeviceConfig } from '@vigie/contract';
import type { StateChange } from '../../state-store.ts';
import type { Reception } from '../radio.ts';
import { type Arrival, answersTo, byQuality, linkOf, noteHeard, noteStatus, statusRequest } from './arrival.ts';
import { type Decision, type UplinkDecision, uplinkOf } from './decision.ts';
import type { HeardFrame } from './deduplicator.ts';
import { devAddrHex, reversedDevAddr } from './dev-addr.ts';
import type { Device } from './device.ts';
import { DeviceRegister, type RegisterNetwork } from './device-register.ts';
import { resolveCounter } from './frame-counter.ts';
import { cryptPayload, dataMic, joinRequestMic } from './frame-security.ts';
import { acceptJoin, joinEuiMismatch, reversedEui, SESSIONS } from './join.ts';
import { parseDeviceCommands } from './mac-commands.ts';
import { wantsDownlink } from './mac-settings.ts';
import { type JoinRequest, parsePhyPayload } from './phy-payload.ts';
import { defaultWindows, type RegionTable } from './regions/region.ts';
import type { Session } from './session.ts';

export interface Network extends RegisterNetwork {
  netId: number;
}

/**
 * A device of class C that was accepted sends an uplink before it can be spoken to under its new keys (LoRaWAN 1.0.4,
 * section 18.1). One that has not in so long has not got the accept, and listens under the old ones.
 */
const FIRST_UPLINK_WITHIN_MS = 60_000;

/**
 * The protocol of a LoRaWAN 1.0.x network server for class A, without I/O: frames and time in, decisions out. What it
 * changes in memory at once is what makes a second copy of the same frame harmless.
 */
export class NetworkServer {
  readonly #random32: () => number;
  readonly #register: DeviceRegister;
  #network: Network;

  constructor(network: Network, random32: () => number) {
    this.#network = network;
    this.#register = new DeviceRegister(network);
    this.#random32 = random32;
  }

  get region(): RegionTable {
    return this.#network.region;
  }

  get netId(): number {
    return this.#network.netId;
  }

  devices(): IterableIterator<Device> {
    return this.#register.devices();
  }

  device(id: string): Device | undefined {
    return this.#register.device(id);
  }

  deviceOf(devEui: string): Device | undefined {
    return this.#register.deviceOf(devEui);
  }

  /** The sessions of a device were replaced. */
  reindex(device: Device): void {
    this.#register.reindex(device);
  }

  /**
   * Devices whose keys stay keep their session; `restore` gives what the disk has of the new ones. Returns the devices
   * that are gone.
   */
  configure(network: Network, configs: readonly LorawanDeviceConfig[], restore: (device: Device) => void): Device[] {
    this.#network = network;
    return this.#register.configure(network, configs, restore);
  }

  receive(heard: HeardFrame, isTimeTrusted: boolean): Decision {
    const outcome = parsePhyPayload(heard.phyPayload);
    if (!outcome.ok) return { kind: 'drop', code: outcome.code, detail: outcome.detail };
    const { frame } = outcome;
    const { receptions, heardAtMs, passedBy } = heard;
    const ranked = byQuality(receptions);
    const [best] = ranked;
    if (!best) throw new Error('a frame that nobody heard');
    const isPassed = passedBy !== undefined;
    if (frame.type !== 'joinRequest') {
      return this.#uplink({ frame, receptions, ranked, best, isTimeTrusted, heardAtMs, ...(isPassed && { passedBy }) });
    }
    return isPassed ? this.#passedJoin(frame) : this.#join(frame, ranked);
  }

  /** The device listens for its answer no more; its DevNonce stays good for the next try. But it was heard. */
  #passedJoin(request: JoinRequest): Decision {
    const { devEui, joinEui, devNonce, signed, mic } = request;
    const device = this.#register.deviceOf(devEui);
    const { activation } = device?.config.lorawan ?? {};
    if (!device?.appKey || activation?.mode !== 'otaa') return this.#unknown(request);
    const detail = joinEuiMismatch(joinEui, activation.joinEui);
    if (detail !== undefined) {
      return { kind: 'drop', code: 'LORAWAN_JOINEUI_MISMATCH', device: device.config.id, detail };
    }
    const drop = (code: ErrorCode): Decision => ({ kind: 'drop', code, device: device.config.id });
    if (!joinRequestMic(device.appKey, signed).equals(mic)) return drop('LORAWAN_MIC_INVALID');
    return device.mayUse(devNonce) ? { kind: 'known', device } : drop('LORAWAN_DEVNONCE_USED');
  }

  #join(request: JoinRequest, receptions: readonly Reception[]): Decision {
    const device = this.#register.deviceOf(request.devEui);
    if (!device) return this.#unknown(request);
    if (device.isAway) return { kind: 'drop', code: 'LORAWAN_HOME_ELSEWHERE', device: device.config.id };
    const outcome = acceptJoin(device, request, {
      ...this.#network,
      randomAddress: this.#random32,
      isTaken: (devAddr) => this.#register.holders(devAddr).length > 0,
    });
    if (!outcome.ok) {
      const { code, detail } = outcome;
      return { kind: 'drop', code, device: device.config.id, ...(detail !== undefined && { detail }) };
    }
    const { session, joinAccept, changes } = outcome;
    const [{ monotonicMs } = { monotonicMs: 0 }] = receptions;
    device.joiningUntilMs = monotonicMs + FIRST_UPLINK_WITHIN_MS;
    const install = () => {
      if (!device.install(session)) return false;
      this.#register.reindex(device);
      return true;
    };
    return { kind: 'join', device, receptions, joinAccept, changes, install };
  }

  /** Nobody has the DevEUI of a join-request: perhaps because of how somebody typed it. */
  #unknown({ devEui, joinEui }: JoinRequest): Decision {
    const detail = `DevEUI ${devEui}`;
    const backwards = this.#register.deviceOf(reversedEui(devEui))?.config;
    const swapped = this.#register.deviceOf(joinEui)?.config;
    if (!backwards && !swapped) return { kind: 'drop', code: 'LORAWAN_DEVICE_UNKNOWN', detail };
    const [device, how] = backwards
      ? [backwards.id, 'the configured one backwards']
      : [swapped?.id ?? '', 'configured with the JoinEUI in its place'];
    return { kind: 'drop', code: 'LORAWAN_DEVEUI_MISMATCH', device, detail: `asks with ${detail}: ${how}` };
  }

  #uplink(arrival: Arrival): Decision {
    const { devAddr } = arrival.frame;
    const detail = `DevAddr ${devAddrHex(devAddr)}`;
    const holders = this.#register.holders(devAddr);
    if (holders.length === 0) {
      const [backwards] = this.#register.holders(reversedDevAddr(devAddr));
      const hint = backwards ? `, which ${backwards.config.id} has backwards` : '';
      return { kind: 'drop', code: 'LORAWAN_DEVICE_UNKNOWN', detail: `${detail}${hint}` };
    }
    const only = holders.length === 1 ? holders[0] : undefined;
    let refusal: Decision = {
      kind: 'drop',
      code: 'LORAWAN_MIC_INVALID',
      ...(only && { device: only.config.id }),
      detail,
    };
    for (const device of holders) {
      for (const session of device.everySession()) {
        if (session.devAddr !== devAddr || session === device.offered) continue;
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
    const isRelaxed = activation.mode === 'abp' && activation.relaxedFrameCounter === true;
    const mayLeap = isRelaxed || (activation.mode === 'abp' && !session.wasHeard);
    const state = {
      next: session.nextFCntUp,
      macVersion,
      isLast: session.isLastMic(frame.mic.readUInt32LE()),
      mayLeap,
      upperHalves: session.upperHalves(arrival.heardAtMs, mayLeap),
    };
    const counter = resolveCounter(state, frame.fCnt16, (fCnt) =>
      dataMic(session.nwkSKey, 'up', session.devAddr, fCnt, frame.signed).equals(frame.mic),
    );
    const drop = (code: ErrorCode): Decision => ({ kind: 'drop', code, device: device.config.id });
    if (counter.kind !== 'forged' && device.isAway) return drop('LORAWAN_HOME_ELSEWHERE');
    if (counter.kind !== 'forged' && !mayStillCome(session, arrival)) return drop('LORAWAN_SESSION_ENDED');
    if (arrival.passedBy !== undefined && 'fCnt' in counter && counter.fCnt < session.nextFCntUp) {
      return this.#heardBehind(device, session, arrival, counter.fCnt);
    }
    switch (counter.kind) {
      case 'forged':
        return drop('LORAWAN_MIC_INVALID');
      case 'gap':
        return drop('LORAWAN_FCNT_GAP');
      case 'other':
      // A device that keeps its counter, but not at each frame, goes back without going to 0.
      case 'replay':
      case 'reset': {
        if (!isRelaxed) return drop('LORAWAN_FCNT_REPLAY');
        session.restartUplinks(defaultWindows(this.#network.region));
        const decision = this.#accept(device, session, arrival, counter.fCnt);
        return { ...decision, changes: sessionsOf(device) };
      }
      case 'retransmission':
        return { ...uplinkOf(device, session, arrival, counter.fCnt), retransmission: true };
      case 'new': {
        // What tells a restart from a repetition must outlive a crash from the first frame on.
        const isFirst = isRelaxed && !session.wasHeard;
        const decision = this.#accept(device, session, arrival, counter.fCnt);
        return isFirst ? { ...decision, changes: sessionsOf(device) } : decision;
      }
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
    // A frame is named so that it is one whichever gateway tells of it, also one that this box replaced.
    const named = { session: session.numberOf(device.devEui) };
    const link = { ...linkOf(receptions, best, fCnt), ...named, ...(passedBy !== undefined && { passedBy }) };
    const key = fPort === 0 ? session.nwkSKey : session.appSKey;
    const bytes = cryptPayload(key, 'up', session.devAddr, fCnt, frame.frmPayload);
    // A port without a byte says nothing (section 4.3.2): no codec is to make readings of it.
    const payload = fPort !== undefined && fPort > 0 && bytes.length > 0 ? { fPort, bytes, link } : undefined;
    return { link, payload, macCommands: fPort === 0 ? bytes : frame.fOpts };
  }

  #accept(device: Device, session: Session, arrival: Arrival, fCnt: number): UplinkDecision {
    const { frame, best, passedBy } = arrival;
    // The first frame under the new keys proves that the accept arrived (section 6.2.5).
    const isProof = device.proveUse(session, best.receivedAt, passedBy !== undefined);
    if (isProof) this.#register.reindex(device);
    if (passedBy === undefined) device.joiningUntilMs = undefined;
    session.advancePast(fCnt, frame.mic.readUInt32LE());
    const { link, payload, macCommands } = this.#contentOf(device, session, arrival, fCnt);
    const { commands, unread } = parseDeviceCommands(macCommands);
    const { region } = this.#network;
    session.adr.answered(commands);
    session.mac.heard(region, commands, best.frequencyHz);
    if (session === device.active) device.adr = frame.adr;
    noteStatus(device, commands, arrival);
    if (passedBy === undefined) {
      noteHeard(device, link, arrival);
      const hasChannelList = device.appKey !== undefined;
      session.mac.plan({ region, wanted: device.settings, hasChannelList }, commands);
      const { extraChannelMask } = session.mac;
      const adr = { fCnt, snrDb: link.snrDb, dataRate: best.dataRate, extraChannelMask };
      device.answers = [
        ...answersTo(commands, arrival),
        ...(frame.adr ? session.adr.heard(region, adr) : []),
        ...statusRequest(device, arrival),
      ];
    } else session.adr.passed(fCnt);
    if (!frame.adr) session.adr.left();
    return {
      ...uplinkOf(device, session, arrival, fCnt),
      commands,
      wantsDownlink: wantsDownlink(commands),
      ...(isProof && { changes: sessionsOf(device) }),
      ...(unread && { unread }),
      ...(payload && { payload }),
    };
  }
}

/** Of a session that the device has left only what a neighbour heard before that. */
function mayStillCome(session: Session, { passedBy, best }: Arrival): boolean {
  return session.endedAt === undefined || (passedBy !== undefined && session.isOfItsTime(best.receivedAt));
}

function sessionsOf(device: Device): StateChange[] {
  return [{ collection: SESSIONS, key: device.devEui, value: device.sessionStates() }];
}
