import type { ErrorCode } from '@vigie/contract';
import type { LorawanOrder, OrderConduct } from '../device-order.ts';
import type { Ledger, Stage } from '../ledger.ts';
import type { TransmitOutcome } from './radio.ts';

const MAX_ORDERS_PER_DEVICE = 32;
/** Transmissions of one order before it is given up: refused by the forwarder, or confirmed and not acknowledged. */
const MAX_ATTEMPTS = 3;
/** Uplinks of a device in whose windows an order found no room; its data rate may have changed between them. */
const MAX_MISFITS = 3;
/** A device that sends once a day still gets to acknowledge. */
const MAX_WAIT_FOR_ACK_MS = 36 * 3_600_000;

export interface OpenOrder {
  order: LorawanOrder;
  conduct: OrderConduct;
  /** Leave to carry it out: asked for, and given. */
  begun?: Promise<void>;
  allowed: boolean;
  /** Epoch milliseconds by which a class C device has to acknowledge; others do so whenever they send. */
  ackBy?: number;
  attempts: number;
  /** Uplinks whose windows were all too short for it. */
  misfits: number;
  reportedSent: boolean;
  /** `queued` for the device's next uplink, `onAir` until the forwarder answers, `unacknowledged` until the device does. */
  phase: 'queued' | 'onAir' | 'unacknowledged' | 'ended';
}

/** How a transmission that carried an order went. */
export interface OrderTransmission {
  outcome: TransmitOutcome;
  window: 'RX1' | 'RX2';
  fCntDown: number;
  ackBy?: number;
}

/**
 * Orders that wait for their devices, first come first served, each with exactly one final state. They live in memory:
 * whoever hands them over has stored them and hands them over again after a restart.
 */
export class DownlinkOrders {
  readonly #byDevice = new Map<string, OpenOrder[]>();
  readonly #stage: Stage;
  #open = 0;

  /** Whether the time is known to be right: what has an appointment waits for that. */
  readonly #isTimeTrusted: () => boolean;

  constructor(ledger: Ledger, isTimeTrusted: () => boolean = () => true) {
    this.#isTimeTrusted = isTimeTrusted;
    this.#stage = ledger.stage('lorawan.orders');
    this.#stage.holds(() => this.#open);
  }

  lengthFor(device: string): number {
    return this.#byDevice.get(device)?.length ?? 0;
  }

  add(order: LorawanOrder, conduct: OrderConduct): void {
    const open: OpenOrder = {
      order,
      conduct,
      allowed: false,
      attempts: 0,
      misfits: 0,
      reportedSent: false,
      phase: 'queued',
    };
    const orders = this.#byDevice.get(order.device) ?? [];
    orders.push(open);
    this.#byDevice.set(order.device, orders);
    this.#stage.in();
    this.#open += 1;
    if (orders.length > MAX_ORDERS_PER_DEVICE) {
      this.#fail(open, 'COMMAND_REFUSED', `${MAX_ORDERS_PER_DEVICE} downlinks are waiting for ${order.device}`);
    }
  }

  /** An order that was never taken in: refused with its reason, counted all the same. */
  refuse({ report }: OrderConduct, code: ErrorCode, message: string): void {
    this.#stage.in();
    this.#stage.drop(code);
    report({ state: 'failed', code, message });
  }

  /**
   * The first order of at most `maxBytes` that may be sent to the device now, or `aheadMs` later, and whether more wait
   * behind it.
   */
  next(
    device: string,
    now: number,
    { aheadMs = 0, maxBytes = Number.POSITIVE_INFINITY } = {},
  ): { open: OpenOrder; more: boolean } | undefined {
    const orders = this.#byDevice.get(device) ?? [];
    // An acknowledgement names no frame: it is the last one's, so one at a time is under way.
    if (orders.some(({ phase }) => phase !== 'queued')) return undefined;
    const sendable = orders.filter(
      ({ order }) =>
        order.expiresAt > now && this.#isDue(order, now + aheadMs) && order.payload.bytes.length <= maxBytes,
    );
    const [open] = sendable;
    return open && { open, more: sendable.length > 1 };
  }

  /** An uplink came whose windows carry `maxBytes`: what finds no room again and again is given up. */
  passOver(device: string, now: number, maxBytes: number): void {
    for (const open of this.#byDevice.get(device) ?? []) {
      const { order, phase } = open;
      if (phase !== 'queued' || order.payload.bytes.length <= maxBytes || !this.#isDue(order, now)) continue;
      open.misfits += 1;
      if (open.misfits >= MAX_MISFITS) this.tooLong(open, maxBytes);
    }
  }

  tooLong(open: OpenOrder, maxBytes: number): void {
    this.#fail(open, 'LORAWAN_DOWNLINK_TOO_LONG', `${open.order.payload.bytes.length} > ${maxBytes} bytes`);
  }

  #isDue({ notBefore }: LorawanOrder, now: number): boolean {
    return notBefore === undefined || (notBefore <= now && this.#isTimeTrusted());
  }

  /** Asks once for leave to carry the order out; an order that may not is ended. */
  begin(open: OpenOrder): Promise<void> {
    open.begun ??= open.conduct.begin().then((allowed) => {
      open.allowed = allowed;
      if (!allowed && open.phase !== 'ended') this.#expire(open);
    });
    return open.begun;
  }

  /** The orders that are next for their devices. */
  heads(now: number, aheadMs = 0): OpenOrder[] {
    return [...this.#byDevice.keys()].flatMap((device) => this.next(device, now, { aheadMs })?.open ?? []);
  }

  took(open: OpenOrder): void {
    open.phase = 'onAir';
    open.attempts += 1;
  }

  transmitted(open: OpenOrder, { outcome, window, fCntDown, ackBy }: OrderTransmission): void {
    if (outcome.kind === 'refused' && outcome.reason === 'DUTY_CYCLE') {
      // Nobody was asked to send it: it waits for airtime as long as it is valid.
      open.attempts -= 1;
      open.phase = 'queued';
      return;
    }
    if (outcome.kind === 'refused') {
      if (open.attempts < MAX_ATTEMPTS) open.phase = 'queued';
      else this.#fail(open, 'LORAWAN_TX_REFUSED', outcome.reason);
      return;
    }
    if (!open.reportedSent) {
      open.reportedSent = true;
      open.conduct.report({ state: 'sent' });
    }
    if (open.order.payload.confirmed === true) {
      open.phase = 'unacknowledged';
      if (ackBy !== undefined) open.ackBy = ackBy;
    } else if (outcome.kind === 'unanswered') {
      this.#fail(open, 'LORAWAN_TX_UNANSWERED', 'no TX_ACK');
    } else {
      this.#confirm(open, { window, fCntDown });
    }
  }

  /** A new frame of the device tells whether it got the last confirmed downlink (section 4.3.1.2). */
  heard(device: string, ack: boolean): void {
    for (const open of [...(this.#byDevice.get(device) ?? [])]) {
      if (open.phase !== 'unacknowledged') continue;
      if (ack) this.#confirm(open, { acknowledged: true });
      else this.#again(open);
    }
  }

  /** No acknowledgement came: the order goes out once more, as often as it may. */
  #again(open: OpenOrder): void {
    delete open.ackBy;
    if (open.attempts < MAX_ATTEMPTS) open.phase = 'queued';
    else this.#fail(open, 'LORAWAN_NOT_ACKNOWLEDGED', `${open.attempts} transmissions`);
  }

  sweep(now: number): void {
    for (const open of [...this.#byDevice.values()].flat()) {
      if (open.phase === 'unacknowledged' && open.ackBy !== undefined && open.ackBy <= now) this.#again(open);
    }
    this.#endEach(({ order, phase }) => {
      if (phase === 'queued' && order.expiresAt <= now) return 'expired';
      const givenUp = phase === 'unacknowledged' && order.expiresAt + MAX_WAIT_FOR_ACK_MS <= now;
      return givenUp ? { code: 'LORAWAN_NOT_ACKNOWLEDGED', message: 'the device was not heard again' } : undefined;
    });
  }

  /** Ends what is meant for devices that are gone; what is on the air ends with its answer. */
  forgetUnless(isKnown: (device: string) => boolean): void {
    this.#endEach(({ order, phase }) =>
      isKnown(order.device) || phase === 'onAir'
        ? undefined
        : { code: 'COMMAND_DEVICE_UNKNOWN', message: `${order.device} was removed` },
    );
  }

  #endEach(verdict: (open: OpenOrder) => 'expired' | { code: ErrorCode; message: string } | undefined): void {
    for (const open of [...this.#byDevice.values()].flat()) {
      const end = verdict(open);
      if (end === 'expired') this.#expire(open);
      else if (end) this.#fail(open, end.code, end.message);
    }
  }

  #confirm(open: OpenOrder, result: Record<string, number | string | boolean>): void {
    this.#close(open);
    this.#stage.out();
    open.conduct.report({ state: 'confirmed', result });
  }

  #fail(open: OpenOrder, code: ErrorCode, message: string): void {
    this.#close(open);
    this.#stage.drop(code);
    open.conduct.report({ state: 'failed', code, message });
  }

  /** A confirmed downlink that went out and found no acknowledgement in its time has failed, it did not expire. */
  #expire(open: OpenOrder): void {
    if (open.reportedSent) {
      this.#fail(open, 'LORAWAN_NOT_ACKNOWLEDGED', `${open.attempts} transmissions`);
      return;
    }
    this.#close(open);
    this.#stage.drop('COMMAND_EXPIRED');
    open.conduct.report({ state: 'expired' });
  }

  #close(open: OpenOrder): void {
    open.phase = 'ended';
    const { device } = open.order;
    const rest = (this.#byDevice.get(device) ?? []).filter((other) => other !== open);
    if (rest.length > 0) this.#byDevice.set(device, rest);
    else this.#byDevice.delete(device);
    this.#open -= 1;
  }
}
