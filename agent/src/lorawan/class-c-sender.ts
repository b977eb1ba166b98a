import type { Clock } from '../clock.ts';
import type { DownlinkOrders, OpenOrder } from './downlink-orders.ts';
import type { Device, HeardBy } from './network-server/device.ts';
import { composeDownlink } from './network-server/downlink.ts';
import {
  type ReceiveWindow,
  type RegionTable,
  regionFor,
  SECOND_WINDOW_MS,
  secondWindow,
} from './network-server/regions/region.ts';
import type { Session } from './network-server/session.ts';
import { timeOnAirMs } from './network-server/time-on-air.ts';
import type { TransmitOutcome, TransmitTime } from './radio.ts';
import { RadioTurns } from './radio-turns.ts';
import type { Transmitter } from './transmitter.ts';

/** A device whose second window opened and brought nothing is spoken to so long after that. */
const AFTER_WINDOWS_MS = 500;
/** How long a device has for acknowledging (LoRaWAN 1.0.4, CLASS_C_RESP_TIMEOUT). */
const ACK_TIMEOUT_MS = 8_000;
/** Gateways that repeat a frame for a group do so one after the other, so that they do not drown each other. */
const BETWEEN_GATEWAYS_MS = 100;
/** A radio's rest between two frames, and carrier sense's where there is any (ARIB STD-T108). */
const BETWEEN_FRAMES_MS = 60;
/** How long before its moment an order is taken up: gateways with GPS time get the frame ahead. */
export const APPOINTMENT_AHEAD_MS = 1_500;

export interface ClassCSenderOptions {
  clock: Clock;
  orders: DownlinkOrders;
  transmitter: Transmitter;
  region(): RegionTable;
  /** Gateways that can transmit, by source. */
  reachable(): (HeardBy & { hasGpsTime: boolean })[];
  counterReady(device: Device, session: Session): Promise<void>;
}

type Gateway = ReturnType<ClassCSenderOptions['reachable']>[number];

/** An order made into a frame, or none: then whether another may be tried at once. */
type Prepared = Ready | { kind: 'none'; again: boolean };

interface Ready {
  kind: 'ready';
  open: OpenOrder;
  fCntDown: number;
  frame: { phyPayload: Buffer; frequencyHz: number; dataRate: ReceiveWindow['dataRate']; region: RegionTable };
}

/**
 * While a device may still be answered in its own windows it is not spoken to outside of them: the answer has the lower
 * counter, and would be taken for a replay.
 */
function quietUntilMs(device: Device, { windows }: Session): number {
  const { heardAtMs = Number.NEGATIVE_INFINITY, answeredUntilMs = 0, joiningUntilMs = 0, isGroup } = device;
  if (isGroup) return Number.NEGATIVE_INFINITY;
  const windowsOverMs = heardAtMs + windows.rx1DelayMs + SECOND_WINDOW_MS + AFTER_WINDOWS_MS;
  return Math.max(windowsOverMs, answeredUntilMs, joiningUntilMs);
}

/** Sends to devices that listen all the time, and to groups of them: at once, in the second window's parameters. */
export class ClassCSender {
  readonly #options: ClassCSenderOptions;
  readonly #turns = new RadioTurns();
  readonly #busy = new Set<Device>();

  constructor(options: ClassCSenderOptions) {
    this.#options = options;
  }

  /** Sends what waits for the device, one by one, until nothing does or something is in the way. */
  async drain(device: Device): Promise<void> {
    if (this.#busy.has(device)) return;
    this.#busy.add(device);
    try {
      while (await this.#sendNext(device));
    } finally {
      this.#busy.delete(device);
    }
  }

  async #sendNext(device: Device): Promise<boolean> {
    const { clock } = this.#options;
    const next = this.#next(device);
    if (!next) return false;
    const at = next.open.order.notBefore ?? 0;
    // A single device may be answered meanwhile, and would then take the older counter for a replay.
    if (!device.isGroup && (await this.#until(at))) return true;
    const [first, ...others] = this.#gatewaysFor(device);
    if (!first) return false;
    if (at > clock.now()) {
      const ready = await this.#prepare(device);
      if (ready.kind === 'none') return ready.again;
      return this.#conclude(ready, await this.#transmitAt(at, [first, ...others], ready.frame));
    }
    // What waited for its turn is chosen when that comes: the order may have ended, the device may have been heard.
    const { ready, outcome } = await this.#turns.run(first.gatewayEui, () => this.#sendBy(first, device));
    if (ready.kind === 'none') return ready.again;
    const rest = await this.#transmit(others, ready.frame, airtimeMs(ready.frame));
    return this.#conclude(ready, outcome.kind === 'refused' ? (rest ?? outcome) : outcome);
  }

  async #sendBy(
    gateway: Gateway,
    device: Device,
  ): Promise<{ result: { ready: Prepared; outcome: TransmitOutcome }; busyMs: number }> {
    const ready = await this.#prepare(device);
    let outcome: TransmitOutcome = { kind: 'refused', reason: 'NO_ROUTE' };
    if (ready.kind === 'none') return { result: { ready, outcome }, busyMs: 0 };
    outcome = await this.#send(gateway, ready.frame, { kind: 'immediate' });
    return { result: { ready, outcome }, busyMs: busyMs(outcome, ready.frame) };
  }

  /** What may be sent to the device now. */
  #next(device: Device): ReturnType<DownlinkOrders['next']> {
    const { clock, orders } = this.#options;
    const { active } = device;
    if (!active || clock.monotonicMs() < quietUntilMs(device, active)) return undefined;
    if (this.#gatewaysFor(device).length === 0) return undefined;
    return orders.next(device.config.id, clock.now(), { aheadMs: APPOINTMENT_AHEAD_MS });
  }

  async #prepare(device: Device): Promise<Prepared> {
    const { orders, region, counterReady } = this.#options;
    const next = this.#next(device);
    const session = device.active;
    if (!next || !session) return { kind: 'none', again: false };
    const table = regionFor(region(), session.mac);
    const [window] = secondWindow(table, session.windows);
    if (!window) return { kind: 'none', again: false };
    if (next.open.order.payload.bytes.length > window.maxPayloadBytes) {
      // The window changed since the order came.
      orders.tooLong(next.open, window.maxPayloadBytes);
      return { kind: 'none', again: true };
    }
    await orders.begin(next.open);
    if (!session.hasFCntDown) await counterReady(device, session);
    if (!next.open.allowed || next.open.phase !== 'queued') return { kind: 'none', again: next.open.phase === 'ended' };
    // The device may have been heard while the disk was busy.
    if (this.#options.clock.monotonicMs() < quietUntilMs(device, session)) return { kind: 'none', again: false };
    const content = { ack: false, application: next.open.order.payload, more: next.more, answers: [] };
    const downlink = composeDownlink(device, session, content, window.maxPayloadBytes);
    if (!downlink?.carriesApplication) return { kind: 'none', again: false };
    orders.took(next.open);
    const { frequencyHz, dataRate } = window;
    return {
      kind: 'ready',
      open: next.open,
      fCntDown: downlink.fCnt,
      frame: { phyPayload: downlink.phyPayload, frequencyHz, dataRate, region: table },
    };
  }

  #conclude({ open, fCntDown }: Ready, outcome: TransmitOutcome): boolean {
    const ackBy = this.#options.clock.now() + ACK_TIMEOUT_MS;
    this.#options.orders.transmitted(open, { outcome, window: 'RX2', fCntDown, ackBy });
    return hasEnded(open);
  }

  /** The gateway that heard the device best; for a group all that can transmit. */
  #gatewaysFor(device: Device): Gateway[] {
    const reachable = this.#options.reachable();
    if (device.isGroup) return reachable;
    const { heardBy } = device;
    const last = reachable.find(({ gatewayEui }) => gatewayEui === heardBy?.gatewayEui);
    return last ? [last] : reachable.slice(0, 1);
  }

  /** Gateways with GPS time all at the moment itself, the others from then on, one after the other. */
  async #transmitAt(at: number, gateways: readonly Gateway[], frame: Ready['frame']): Promise<TransmitOutcome> {
    const handed = gateways.map((gateway) => this.#handAhead(at, gateway, frame));
    await this.#until(at);
    const outcomes = await Promise.all(handed);
    const rest = gateways.filter((_gateway, index) => outcomes[index]?.kind === 'refused');
    const taken = outcomes.find(({ kind }) => kind !== 'refused');
    const late = await this.#transmit(rest, frame, taken ? airtimeMs(frame) : 0);
    return taken ?? late ?? { kind: 'refused', reason: 'NO_ROUTE' };
  }

  /** The radio is kept free for it from now until it has gone out. */
  async #handAhead(at: number, gateway: Gateway, frame: Ready['frame']): Promise<TransmitOutcome> {
    if (!gateway.hasGpsTime) return { kind: 'refused', reason: 'GPS_UNLOCKED' };
    const work = async () => {
      const outcome = await this.#send(gateway, frame, { kind: 'at', at });
      const untilMs = Math.max(0, at - this.#options.clock.now());
      return { result: outcome, busyMs: outcome.kind === 'refused' ? 0 : untilMs + airtimeMs(frame) };
    };
    return this.#turns.run(gateway.gatewayEui, work, { urgent: true });
  }

  /** Whether there was something to wait for. */
  async #until(at: number): Promise<boolean> {
    const leftMs = at - this.#options.clock.now();
    if (leftMs <= 0) return false;
    await new Promise((resolve) => setTimeout(resolve, leftMs));
    return true;
  }

  /** Good when any gateway took it; undefined where there is none. `afterMs`: another one is still on the air. */
  async #transmit(
    gateways: readonly Gateway[],
    frame: Ready['frame'],
    afterMs: number,
  ): Promise<TransmitOutcome | undefined> {
    let best: TransmitOutcome | undefined;
    let pauseMs = afterMs;
    for (const gateway of gateways) {
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs + BETWEEN_GATEWAYS_MS));
      const outcome = await this.#turns.run(gateway.gatewayEui, async () => {
        const result = await this.#send(gateway, frame, { kind: 'immediate' });
        return { result, busyMs: busyMs(result, frame) };
      });
      pauseMs = busyMs(outcome, frame);
      if (!best || best.kind === 'refused') best = outcome;
    }
    return best;
  }

  #send(
    { source, gatewayEui }: Gateway,
    frame: Ready['frame'],
    time: Extract<TransmitTime, { kind: 'immediate' | 'at' }>,
  ): Promise<TransmitOutcome> {
    return this.#options.transmitter.send(source, { gatewayEui, ...frame, time });
  }
}

function airtimeMs({ dataRate, phyPayload }: Ready['frame']): number {
  return timeOnAirMs(dataRate, phyPayload.length);
}

/** How long the radio is taken after a gateway has answered. */
function busyMs(outcome: TransmitOutcome, frame: Ready['frame']): number {
  return outcome.kind === 'refused' ? 0 : airtimeMs(frame) + BETWEEN_FRAMES_MS;
}

/** Read anew: the report of its end may have come while this waited. */
function hasEnded({ phase }: OpenOrder): boolean {
  return phase === 'ended';
}
