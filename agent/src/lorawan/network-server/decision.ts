import type { ErrorCode, RadioLink } from '@vigie/contract';
import type { StateChange } from '../../state-store.ts';
import type { Reception } from '../radio.ts';
import type { Arrival } from './arrival.ts';
import type { Device } from './device.ts';
import type { DeviceCommand, DeviceCommands } from './mac-commands.ts';
import type { Session } from './session.ts';

/** What a frame means. Whatever must be on the disk first is named; nothing has been sent or stored yet. */
export type Decision =
  | { kind: 'drop'; code: ErrorCode; device?: string; detail?: string }
  /** Write `changes`, then call `install`, then send the accept. */
  | {
      kind: 'join';
      device: Device;
      /** The best first. */
      receptions: readonly Reception[];
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
  /** The best one, and all, the best first: where that gateway has no way back another one answers. */
  reception: Reception;
  receptions: readonly Reception[];
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

/** What every uplink says, whatever is in it. */
export function uplinkOf(
  device: Device,
  session: Session,
  { frame, best, ranked, passedBy }: Arrival,
  fCnt: number,
): UplinkDecision {
  const { confirmed, ack, adrAckReq } = frame;
  return {
    kind: 'uplink',
    device,
    session,
    reception: best,
    receptions: ranked,
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
