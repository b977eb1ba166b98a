import type { Clock } from '../clock.ts';
import type { DownlinkOrders, OpenOrder } from './downlink-orders.ts';
import type { Device, HeardBy } from './network-server/device.ts';
import { composeDownlink } from './network-server/downlink.ts';
import { type ReceiveWindow, type RegionTable, secondWindow } from './network-server/regions/region.ts';
import type { Session } from './network-server/session.ts';
import type { TransmitOutcome } from './radio.ts';
import type { Transmitter } from './transmitter.ts';

/** While a device may still be answered in its own windows, it is not spoken to outside of them. */
const AFTER_UPLINK_MS = 2_500;
/** How long a device has for acknowledging (LoRaWAN 1.0.4, CLASS_C_RESP_TIMEOUT). */
const ACK_TIMEOUT_MS = 8_000;
/** Gateways that repeat a frame for a group do so one after the other, so that they do not drown each other. */
const BETWEEN_GATEWAYS_MS = 100;
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

/** Sends to devices that listen all the time, and to groups of them: at once, in the second window's parameters. */
export class ClassCSender {
  readonly #options: ClassCSenderOptions;
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
    const { clock, orders, region, counterReady } = this.#options;
    const next = orders.next(device.config.id, clock.now(), APPOINTMENT_AHEAD_MS);
    const session = device.active;
    const [window] = session ? secondWindow(region(), session.windows) : [];
    const gateways = this.#gatewaysFor(device);
    const mayAnswer = device.heardAtMs !== undefined && clock.monotonicMs() - device.heardAtMs < AFTER_UPLINK_MS;
    if (!next || !session || !window || gateways.length === 0 || mayAnswer) return false;
    const at = next.open.order.notBefore;
    // A single device may be answered meanwhile, and would then take the older counter for a replay.
    if (at !== undefined && !device.isGroup && (await this.#until(at))) return true;
    await orders.begin(next.open);
    if (!session.hasFCntDown) await counterReady(device, session);
    if (!next.open.allowed || next.open.phase !== 'queued') return next.open.phase === 'ended';
    const content = { ack: false, application: next.open.order.payload, more: next.more };
    const downlink = composeDownlink(device, session, content, window.maxPayloadBytes);
    if (!downlink?.carriesApplication) return false;
    orders.took(next.open);
    const outcome = await this.#transmitAt(at, gateways, downlink.phyPayload, window);
    const ackBy = clock.now() + ACK_TIMEOUT_MS;
    orders.transmitted(next.open, { outcome, window: 'RX2', fCntDown: downlink.fCnt, ackBy });
    return hasEnded(next.open);
  }

  /** The gateway that heard the device best; for a group all that can transmit. */
  #gatewaysFor(device: Device): ReturnType<ClassCSenderOptions['reachable']> {
    const reachable = this.#options.reachable();
    if (device.isGroup) return reachable;
    const { heardBy } = device;
    const last = reachable.find(({ gatewayEui }) => gatewayEui === heardBy?.gatewayEui);
    return last ? [last] : reachable.slice(0, 1);
  }

  /** Gateways with GPS time all at the moment itself, the others from then on, one after the other. */
  async #transmitAt(
    at: number | undefined,
    gateways: ReturnType<ClassCSenderOptions['reachable']>,
    phyPayload: Buffer,
    window: ReceiveWindow,
  ): Promise<TransmitOutcome> {
    if (at === undefined || at <= this.#options.clock.now()) return this.#transmit(gateways, phyPayload, window);
    const { frequencyHz, dataRate } = window;
    const handed = gateways.map(async (gateway): Promise<TransmitOutcome> => {
      if (!gateway.hasGpsTime) return { kind: 'refused', reason: 'GPS_UNLOCKED' };
      const { source, gatewayEui } = gateway;
      const time = { kind: 'at', at } as const;
      return this.#options.transmitter.send(source, { gatewayEui, phyPayload, frequencyHz, dataRate, time });
    });
    await this.#until(at);
    const outcomes = await Promise.all(handed);
    const rest = gateways.filter((_gateway, index) => outcomes[index]?.kind === 'refused');
    const taken = outcomes.find(({ kind }) => kind !== 'refused');
    if (rest.length === 0) return taken ?? { kind: 'refused', reason: 'NO_ROUTE' };
    if (taken) await new Promise((resolve) => setTimeout(resolve, BETWEEN_GATEWAYS_MS));
    const late = await this.#transmit(rest, phyPayload, window);
    return taken ?? late;
  }

  /** Whether there was something to wait for. */
  async #until(at: number): Promise<boolean> {
    const leftMs = at - this.#options.clock.now();
    if (leftMs <= 0) return false;
    await new Promise((resolve) => setTimeout(resolve, leftMs));
    return true;
  }

  /** Good when any gateway took it. */
  async #transmit(gateways: readonly HeardBy[], phyPayload: Buffer, window: ReceiveWindow): Promise<TransmitOutcome> {
    const { frequencyHz, dataRate } = window;
    let best: TransmitOutcome = { kind: 'refused', reason: 'NO_ROUTE' };
    for (const [index, { source, gatewayEui }] of gateways.entries()) {
      if (index > 0) await new Promise((resolve) => setTimeout(resolve, BETWEEN_GATEWAYS_MS));
      const time = { kind: 'immediate' } as const;
      const outcome = await this.#options.transmitter.send(source, {
        gatewayEui,
        phyPayload,
        frequencyHz,
        dataRate,
        time,
      });
      if (best.kind === 'refused') best = outcome;
    }
    return best;
  }
}

/** Read anew: the report of its end may have come while this waited. */
function hasEnded({ phase }: OpenOrder): boolean {
  return phase === 'ended';
}
