/** What a frame was modulated with. */
export type DataRate =
  | { modulation: 'LORA'; spreadingFactor: number; bandwidthKhz: number }
  | { modulation: 'FSK'; bitRate: number };

/** As people write it: `SF7BW125`, `FSK50000`. */
export function dataRateName(dataRate: DataRate): string {
  return dataRate.modulation === 'LORA'
    ? `SF${dataRate.spreadingFactor}BW${dataRate.bandwidthKhz}`
    : `FSK${dataRate.bitRate}`;
}

/** One antenna's view of a frame. */
export interface AntennaLink {
  antenna: number;
  rssiDbm: number;
  snrDb: number;
}

/** One gateway's reception of a frame, whatever protocol brought it here. */
export interface Reception {
  /** Id of the source in the configuration, and EUI-64 of the gateway behind it. */
  source: string;
  gatewayEui: string;
  phyPayload: Buffer;
  frequencyHz: number;
  dataRate: DataRate;
  /** At least one. */
  antennas: AntennaLink[];
  /** Epoch milliseconds, and the monotonic clock of this process, when it came in. */
  receivedAt: number;
  monotonicMs: number;
  /** When the frame ended by the gateway's own GPS receiver, in GPS milliseconds, where it has one. */
  gpsTimeMs?: number;
  context: ReceptionContext;
}

/** What the receive windows are tied to: the concentrator's own time, in the words of the gateway's protocol. */
export type ReceptionContext =
  | { kind: 'counter'; counterUs: number; board?: number; antenna?: number }
  /** The gateway did not say when it heard the frame: there is no answer to it in a window of class A. */
  | { kind: 'untimed' }
  /** Basics Station: 64-bit microseconds with the radio unit within, and the antenna. */
  | { kind: 'station'; xtime: bigint; rctx: number };

export function bestSnrDb(reception: Reception): number {
  return reception.antennas.reduce((best, link) => Math.max(best, link.snrDb), Number.NEGATIVE_INFINITY);
}

export function bestRssiDbm(reception: Reception): number {
  return reception.antennas.reduce((best, link) => Math.max(best, link.rssiDbm), Number.NEGATIVE_INFINITY);
}

/** When a frame is to leave: so long after a frame that the same gateway heard, at a moment of GPS time, or at once. */
export type TransmitTime =
  | { kind: 'afterReception'; context: ReceptionContext; delayMs: number }
  /** Epoch milliseconds; only for gateways whose clock follows GPS. */
  | { kind: 'at'; at: number }
  | { kind: 'immediate' };

/** A frame for a gateway to send. */
export interface Transmission {
  gatewayEui: string;
  phyPayload: Buffer;
  frequencyHz: number;
  dataRate: DataRate;
  /** Where else it may go, a second later, for gateways that choose by themselves; others are asked again. */
  alternative?: { frequencyHz: number; dataRate: DataRate };
  /** Equivalent isotropically radiated power; the forwarder subtracts its antenna's gain. */
  eirpDbm: number;
  time: TransmitTime;
}

/** Why a gateway would not transmit, in the words of the Semtech protocol (section 7.1.2) where it has them. */
export type TransmitRefusal =
  | 'TOO_LATE'
  | 'TOO_EARLY'
  | 'COLLISION_PACKET'
  | 'COLLISION_BEACON'
  | 'TX_FREQ'
  | 'TX_POWER'
  | 'GPS_UNLOCKED'
  | 'NO_ROUTE'
  /** Not asked of the gateway: the sub-band has no airtime left, or the frame is longer than the region allows. */
  | 'DUTY_CYCLE'
  | 'OTHER';

/**
 * `accepted`: the gateway took it for transmission, `byAlternative` where it chose that one; `handed`: it went out to a gateway whose protocol has no answer;
 * `unanswered`: an answer should have come and did not.
 */
export type TransmitOutcome =
  | { kind: 'accepted'; warning?: string; byAlternative?: true }
  | { kind: 'handed' }
  | { kind: 'refused'; reason: TransmitRefusal }
  | { kind: 'unanswered' };

/** A gateway seen behind a source. Times in epoch milliseconds. */
export interface GatewayStatusLine {
  gatewayEui: string;
  address: string;
  protocolVersion: number;
  lastSeenAt: number;
  /** Whether downlinks can reach it. */
  reachable: boolean;
  /** Its clock follows GPS: it can transmit at a given moment. */
  hasGpsTime?: boolean;
  /** Where it spoke from before, and since when it speaks from `address`, if that changed. */
  movedFrom?: string;
  movedAt?: number;
}

/** A way by which frames come in and go out. */
export interface RadioSource {
  transmit(transmission: Transmission): Promise<TransmitOutcome>;
  gateways(): GatewayStatusLine[];
  /** Where it listens, for people. */
  address(): string;
  close(): Promise<void>;
}
