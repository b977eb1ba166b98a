import type { BoundedLog } from '../bounded-log.ts';
import type { Clock } from '../clock.ts';
import type { DownlinkOrders, OpenOrder } from './downlink-orders.ts';
import type { UplinkDecision } from './network-server/decision.ts';
import type { Device } from './network-server/device.ts';
import { type ComposedDownlink, composeDownlink } from './network-server/downlink.ts';
import { type ReceiveWindow, type RegionTable, receiveWindows, regionFor } from './network-server/regions/region.ts';
import type { Session } from './network-server/session.ts';
import { timeOnAirMs } from './network-server/time-on-air.ts';
import type { Reception, TransmitOutcome, TransmitRefusal } from './radio.ts';
import type { Transmitter } from './transmitter.ts';

interface Answer {
  downlink: ComposedDownlink;
  /** The order that is in it. */
  open: OpenOrder | undefined;
  outcome?: TransmitOutcome;
  window?: ReceiveWindow['name'];
}

/** What a forwarder needs between taking a downlink and the opening of its window. */
const HANDOFF_MARGIN_MS = 350;

export interface AnswererOptions {
  clock: Clock;
  log: BoundedLog;
  orders: DownlinkOrders;
  region(): RegionTable;
  /** Resolves when downlink counters are reserved for the session, or when that failed. */
  counterReady(device: Device, session: Session): Promise<void>;
  /** Resolves to true when what the session's device was told is on the disk. */
  settingsKept(device: Device, session: Session): Promise<boolean>;
  transmitter: Transmitter;
}

/**
 * Answers class A devices in their receive windows.
 *
 * A frame is acknowledged only after it is durable: an acknowledged frame that a power cut then takes would be lost for
 * good, while a device whose acknowledgement is late sends again and costs a few bytes of airtime. So the answer to a
 * confirmed frame (and to one that carries no payload, whose counter is written by itself) waits for the disk: it goes
 * out in RX1 if the disk is in time for it, else in RX2, else not at all. An answer to an unconfirmed frame waits for
 * nothing.
 */
export class Answerer {
  readonly #options: AnswererOptions;

  constructor(options: AnswererOptions) {
    this.#options = options;
  }

  /** `stored` tells whether the frame is durable. Never throws. */
  async answer(uplink: UplinkDecision, stored: Promise<boolean>): Promise<void> {
    const { device, session, reception, retransmission } = uplink;
    // Most uplinks want nothing: their windows are not even looked up.
    if (!this.#isWanted(uplink, Number.POSITIVE_INFINITY)) return;
    const windows = this.#windowsAfter(uplink);
    const longest = Math.max(0, ...windows.map(({ maxPayloadBytes }) => maxPayloadBytes));
    if (!retransmission) this.#options.orders.passOver(device.config.id, this.#options.clock.now(), longest);
    if (!this.#isWanted(uplink, longest)) return;
    const ready = this.#readiness(uplink, stored, longest);
    let answer: Answer | undefined;
    for (const [index, window] of windows.entries()) {
      const leftMs = this.#leftMs(reception, window.delayMs);
      const isReady = leftMs > 0 ? await within(ready, leftMs) : undefined;
      if (isReady === undefined) continue;
      if (!isReady) return;
      if (!answer && this.#isForLater(uplink, window, windows.slice(index + 1))) continue;
      answer ??= this.#compose(uplink, window, longest);
      if (!answer || answer.downlink.payloadBytes > window.maxPayloadBytes) continue;
      const second = windows[index + 1];
      const fits = second !== undefined && answer.downlink.payloadBytes <= second.maxPayloadBytes;
      await this.#give(answer, uplink, window, fits ? second : undefined);
      if (answer.outcome?.kind !== 'refused') break;
    }
    if (!answer?.outcome || !answer.window) return;
    const { open, outcome, window, downlink } = answer;
    if (outcome.kind !== 'refused') {
      session.answeredFCntUp = uplink.fCnt;
      device.told(session, downlink.commands);
    }
    if (open) this.#options.orders.transmitted(open, { outcome, window, fCntDown: downlink.fCnt });
  }

  /** Hands the answer over for a window. Until it is on its way nothing else may overtake its counter. */
  async #give(
    answer: Answer,
    { device, session, reception, receptions }: UplinkDecision,
    window: ReceiveWindow,
    second: ReceiveWindow | undefined,
  ): Promise<void> {
    const { phyPayload } = answer.downlink;
    const region = regionFor(this.#options.region(), session.mac);
    const last = second ?? window;
    const airtimeMs = timeOnAirMs(last.dataRate, phyPayload.length);
    device.answeredUntilMs = reception.monotonicMs + last.delayMs + airtimeMs;
    answer.outcome = await this.#send(receptions, phyPayload, window, second, region);
    // A gateway that had the choice may have taken the second window.
    const isSecond = answer.outcome.kind === 'accepted' && answer.outcome.byAlternative === true;
    answer.window = isSecond ? 'RX2' : window.name;
  }

  #windowsAfter({ session, reception }: UplinkDecision): ReceiveWindow[] {
    const region = regionFor(this.#options.region(), session.mac);
    const told = session.mac.rx1FrequencyHz(region, reception.frequencyHz);
    return receiveWindows(region, reception, session.windows, told);
  }

  /** Whether the order that is next has room in a later window and none in this one. */
  #isForLater(uplink: UplinkDecision, window: ReceiveWindow, later: readonly ReceiveWindow[]): boolean {
    const longest = Math.max(0, ...later.map(({ maxPayloadBytes }) => maxPayloadBytes));
    const next = this.#nextOrder(uplink, Math.max(longest, window.maxPayloadBytes));
    return next?.open.allowed === true && next.open.order.payload.bytes.length > window.maxPayloadBytes;
  }

  /** All that must be on the disk first. False when the frame itself could not be stored: then nobody answers it. */
  async #readiness(uplink: UplinkDecision, stored: Promise<boolean>, longest: number): Promise<boolean> {
    const next = this.#nextOrder(uplink, longest);
    // Both writes run at the same time.
    const begun = next ? this.#options.orders.begin(next.open) : undefined;
    const kept = uplink.session.mac.unsaved ? this.#options.settingsKept(uplink.device, uplink.session) : undefined;
    if (!uplink.session.hasFCntDown) await this.#options.counterReady(uplink.device, uplink.session);
    await begun;
    // A device that hears an answer takes its settings for known, and never tells them again.
    if ((await kept) === false) return false;
    return uplink.confirmed || uplink.payload === undefined ? stored : true;
  }

  /** The accept is encrypted and durable: it goes out 5 s or 6 s after the request (section 6.2.5). */
  async acceptJoin(device: Device, receptions: readonly Reception[], joinAccept: Buffer): Promise<void> {
    const [reception] = receptions;
    if (!reception) return;
    const region = this.#options.region();
    const { frequencyHz: rx2FrequencyHz, dataRate: rx2DataRate } = region.rx2;
    const rx1DelayMs = region.joinAcceptDelay1Ms;
    const windows = receiveWindows(region, reception, { rx1DelayMs, rx1DrOffset: 0, rx2FrequencyHz, rx2DataRate });
    for (const [index, window] of windows.entries()) {
      if (this.#leftMs(reception, window.delayMs) <= 0) continue;
      const outcome = await this.#send(receptions, joinAccept, window, windows[index + 1], region);
      if (outcome.kind !== 'refused') return;
    }
    this.#options.log.warn('LORAWAN_TX_REFUSED', { device: device.config.id, frame: 'JoinAccept' });
  }

  /** Until the window's last moment for handing over. */
  #leftMs(reception: Reception, delayMs: number): number {
    return reception.monotonicMs + delayMs - HANDOFF_MARGIN_MS - this.#options.clock.monotonicMs();
  }

  /** The order that the answer may carry. A repeated frame that was answered gets no more than its acknowledgement. */
  #nextOrder(
    { device, session, retransmission, fCnt }: UplinkDecision,
    maxBytes: number,
  ): ReturnType<DownlinkOrders['next']> {
    const { orders, clock } = this.#options;
    const answered = retransmission && session.answeredFCntUp >= fCnt;
    return answered ? undefined : orders.next(device.config.id, clock.now(), { maxBytes });
  }

  #isWanted(uplink: UplinkDecision, longest: number): boolean {
    const { device, session, retransmission, confirmed, adrAckReq, wantsDownlink } = uplink;
    if (confirmed || this.#nextOrder(uplink, longest)) return true;
    if (retransmission) return false;
    return adrAckReq || wantsDownlink || device.answers.length > 0 || session.mac.hasRequests;
  }

  #compose(uplink: UplinkDecision, window: ReceiveWindow, longest: number): Answer | undefined {
    if (!this.#isWanted(uplink, longest)) return undefined;
    const { device, session, confirmed } = uplink;
    const next = this.#nextOrder(uplink, longest);
    // An order that came while the disk was busy waits for the next frame.
    const open = next?.open.allowed ? next.open : undefined;
    const content = {
      ack: confirmed,
      answers: device.answers,
      application: open?.order.payload,
      more: next?.more === true,
      // A repeated frame is no occasion: the first answer may be under way.
      requests: uplink.retransmission ? [] : session.mac.requests,
    };
    const downlink = composeDownlink(device, session, content, window.maxPayloadBytes);
    if (!downlink) return undefined;
    if (!open || !downlink.carriesApplication) return { downlink, open: undefined };
    this.#options.orders.took(open);
    return { downlink, open };
  }

  /** By the gateway that heard the device best; where that one cannot be reached, or may not, by the next. */
  async #send(
    receptions: readonly Reception[],
    phyPayload: Buffer,
    window: ReceiveWindow,
    alternative: ReceiveWindow | undefined,
    region: RegionTable,
  ): Promise<TransmitOutcome> {
    const { frequencyHz, dataRate, delayMs } = window;
    let outcome: TransmitOutcome = { kind: 'refused', reason: 'NO_ROUTE' };
    for (const { gatewayEui, context, source } of receptions.slice(0, MAX_GATEWAYS_TRIED)) {
      const time = { kind: 'afterReception', context, delayMs } as const;
      const frame = {
        ...{ gatewayEui, phyPayload, frequencyHz, dataRate, time, region },
        ...(alternative && {
          alternative: { frequencyHz: alternative.frequencyHz, dataRate: alternative.dataRate },
        }),
      };
      outcome = await this.#options.transmitter.send(source, frame);
      if (outcome.kind !== 'refused' || !ELSEWHERE.has(outcome.reason)) return outcome;
    }
    return outcome;
  }
}

/** Refusals that say nothing of another gateway. */
const ELSEWHERE: ReadonlySet<TransmitRefusal> = new Set(['NO_ROUTE', 'DUTY_CYCLE']);
const MAX_GATEWAYS_TRIED = 4;

/** The value if it comes in time; undefined if not. */
async function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
