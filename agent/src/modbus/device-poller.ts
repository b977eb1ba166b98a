import type { ModbusDeviceConfig } from '@vigie/contract';
import { type ModbusDefinition, placeSunspec } from '@vigie/decoders';
import { DeviceStatistics } from './device-statistics.ts';
import type { FailureCode, Link } from './link.ts';
import { describeException } from './pdu.ts';
import { PollImage } from './poll-image.ts';
import {
  type PlannedRead,
  type PlanOptions,
  planOptions,
  planReads,
  type Refusals,
  type Span,
  spanKey,
  spansDue,
  splitRead,
} from './read-planner.ts';
import { readSunspecModels } from './survey/sunspec.ts';

export type PollFailure = FailureCode | 'MODBUS_EXCEPTION';
export type PollResult =
  | { kind: 'more' }
  /** `layout`: what the image is to be read with. `failure`: why the poll ended before everything was read. */
  | { kind: 'image'; image: PollImage; layout: ModbusDefinition; failure?: Failure }
  | ({ kind: 'failed' } & Failure);

export interface Failure {
  code: PollFailure;
  detail: string;
}

/** A poll that came to its end. */
export type Polled = Extract<PollResult, { kind: 'image' }>;

export interface PollerOptions {
  device: ModbusDeviceConfig;
  definition: ModbusDefinition;
  timeoutMs: number;
  now: () => number;
  monotonicMs: () => number;
  random: () => number;
}

/** V1.1b3 section 7: these say that the register is not there, so that reading around it helps. */
const REFUSALS = new Set([1, 2, 3]);
/** A gateway's answer in the name of a slave that is dead behind it. */
const GATEWAY_TARGET_SILENT = 11;
/** Failures that hold the line for a whole time-out. */
const SILENCES = new Set<PollFailure>(['MODBUS_TIMEOUT', 'MODBUS_RESPONSE_INVALID']);
/** Refused registers are tried again after this: firmware and options change. */
const FORGET_REFUSALS_MS = 3_600_000;
/** One lost frame says nothing of a slave that has answered before. */
const BACK_OFF_AFTER_FAILURES = 2;
const BACK_OFF_AFTER_FAILURES_UNHEARD = 1;
/** A slave that has answered is asked once more with this multiple of its longest latency as time-out, and at least … */
const RETRY_LATENCIES = 2;
const RETRY_LEAST_MS = 100;
/** A silent slave may cost the others this fraction of the line's time. */
const SILENT_SHARE = 1 / 100;
const BACK_OFF_MAX_MS = 600_000;
/** Devices of one interval are spread over this part of it, so that buses and their records do not come in bursts. */
const JITTER_SHARE = 0.1;
const JITTER_MAX_MS = 2_000;

/** When one device is due, what is asked of it, and what it taught by refusing or keeping silent. */
export class DevicePoller {
  readonly device: ModbusDeviceConfig;
  /** As the catalogue has it. */
  readonly definition: ModbusDefinition;
  readonly statistics = new DeviceStatistics();
  readonly #options: PollerOptions;
  readonly #plan: PlanOptions;
  readonly #phaseMs: number;
  /** As it lies on this device: SunSpec blocks are where its chain of models puts them; undefined until that was read. */
  #layout: ModbusDefinition | undefined;
  #refused = new Map<string, Span>();
  #breaks = new Set<string>();
  #forgetAt = Number.POSITIVE_INFINITY;
  #polls = 0;
  #dueAt: number;
  #reads: PlannedRead[] = [];
  #image: PollImage | undefined;
  #lastException = 0;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.device = options.device;
    this.definition = options.definition;
    this.#plan = planOptions(options.definition);
    this.#layout = options.definition.sunspec ? undefined : options.definition;
    const jitterMs = Math.min(options.device.modbus.intervalMs * JITTER_SHARE, JITTER_MAX_MS);
    this.#phaseMs = options.random() * jitterMs;
    // The first poll comes at once: a technician waits for it.
    this.#dueAt = options.monotonicMs() + options.random() * Math.min(jitterMs, 250);
  }

  /** The definition as it lies on this device, as far as that is known. */
  get layout(): ModbusDefinition {
    return this.#layout ?? this.definition;
  }

  get dueAt(): number {
    return this.#dueAt;
  }

  /** The poll that must be finished first goes first. */
  get deadline(): number {
    return this.#dueAt + this.device.modbus.intervalMs;
  }

  get polling(): boolean {
    return this.#image !== undefined;
  }

  get refused(): readonly string[] {
    return [...this.#refused.keys()];
  }

  begin(): void {
    if (this.#options.monotonicMs() >= this.#forgetAt) this.#forgetRefusals();
    this.#image = new PollImage();
    if (this.#layout) this.#planPoll(this.#layout);
  }

  #planPoll({ registers }: ModbusDefinition): void {
    const refusals: Refusals = { spans: this.#refused, breaks: this.#breaks };
    const due = spansDue(registers, this.#polls);
    const spans = due.length > 0 ? due : spansDue(registers, 0);
    this.#reads = planReads(spans, this.#plan, refusals);
  }

  /** Carries out the next request of the poll under way. `shared`: devices that answer wait while this one keeps silent. */
  async step(link: Link, shared: boolean): Promise<PollResult> {
    if (!this.#layout) return this.#discover(link, shared);
    const read = this.#reads.shift();
    const image = this.#image;
    if (!read || !image) return this.#finish(shared);
    const { table, address, count } = read;
    const began = this.#options.monotonicMs();
    const request = { kind: 'read', table, address, count } as const;
    const exchange = await link.exchange(this.device.modbus.unit, request, this.#timeoutMs());
    if (!exchange.ok) {
      const { code, detail, unasked } = exchange;
      return unasked ? this.#postpone(code, detail) : this.#fail(code, detail, shared);
    }
    this.statistics.answered(this.#options.now(), this.#options.monotonicMs() - began);
    if (exchange.reply.kind === 'exception') {
      const { exception } = exchange.reply;
      if (exception === GATEWAY_TARGET_SILENT)
        return this.#fail('MODBUS_TIMEOUT', describeException(exception), shared);
      if (!REFUSALS.has(exception)) return this.#fail('MODBUS_EXCEPTION', describeException(exception), shared);
      this.#learn(read, exception);
    } else if (exchange.reply.kind === 'values') {
      image.add(read, exchange.reply.values);
    }
    return this.#reads.length === 0 ? this.#finish(shared) : { kind: 'more' };
  }

  /** Gives up the poll under way. */
  abandon(): void {
    this.#reads = [];
    this.#image = undefined;
  }

  /** Polls as soon as the bus allows, to show what a command changed. */
  hurry(): void {
    if (!this.polling) this.#dueAt = Math.min(this.#dueAt, this.#options.monotonicMs());
  }

  /** The bus is there again: what failed for want of it says nothing of the device. */
  connected(): void {
    const { consecutiveFailures, lastError } = this.statistics;
    if (consecutiveFailures > 0 && lastError?.code === 'MODBUS_CONNECTION') this.hurry();
  }

  /** SunSpec: where this device has its blocks (a firmware may move them, so it is read again after a restart). */
  async #discover(link: Link, shared: boolean): Promise<PollResult> {
    const { models, failure } = await readSunspecModels(link, this.device.modbus.unit);
    if (failure?.unasked) return this.#postpone(failure.code, failure.detail);
    if (failure) return this.#fail(failure.code, failure.detail, shared);
    const layout = placeSunspec(this.definition, models);
    if (layout.registers.length === 0) return this.#fail('MODBUS_EXCEPTION', 'no SunSpec model that fits', shared);
    this.#layout = layout;
    this.#planPoll(layout);
    return { kind: 'more' };
  }

  #learn(read: PlannedRead, exception: number): void {
    this.#lastException = exception;
    if (this.#forgetAt === Number.POSITIVE_INFINITY) {
      this.#forgetAt = this.#options.monotonicMs() + FORGET_REFUSALS_MS;
    }
    const halves = splitRead(read);
    const [span] = read.spans;
    if (halves) {
      const [second] = halves[1].spans;
      if (second) this.#breaks.add(spanKey(second));
      this.#reads.unshift(...halves);
    } else if (span) {
      this.#refused.set(spanKey(span), span);
      // The culprit is known by name now: plans lead around it, and breaks that only searched for it can go.
      this.#breaks.clear();
    }
  }

  #forgetRefusals(): void {
    this.#refused.clear();
    this.#breaks.clear();
    this.#forgetAt = Number.POSITIVE_INFINITY;
  }

  #finish(shared: boolean): PollResult {
    const image = this.#image ?? new PollImage();
    if (image.empty) return this.#fail('MODBUS_EXCEPTION', describeException(this.#lastException), shared);
    this.abandon();
    this.#polls += 1;
    this.statistics.succeeded();
    this.#dueAt = this.#afterSuccess();
    return { kind: 'image', image, layout: this.layout };
  }

  #fail(code: PollFailure, detail: string, shared: boolean): PollResult {
    const image = this.#image;
    this.abandon();
    this.statistics.failed(this.#options.now(), code, detail);
    this.#dueAt = this.#nextTick(shared && SILENCES.has(code) ? this.#backOffMs() : 0);
    return this.#ended({ code, detail }, image);
  }

  /** What was read before a poll failed is as good as ever. */
  #ended(failure: Failure, image: PollImage | undefined): PollResult {
    if (!image || image.empty) return { kind: 'failed', ...failure };
    return { kind: 'image', image, layout: this.layout, failure };
  }

  /** The device was not asked, which says nothing of it. */
  #postpone(code: PollFailure, detail: string): PollResult {
    const image = this.#image;
    this.abandon();
    this.#dueAt = this.#nextTick(0);
    return this.#ended({ code, detail }, image);
  }

  /** A tick that passed while the line was busy is made up for at once, and only one of them. */
  #afterSuccess(): number {
    const now = this.#options.monotonicMs();
    return now >= this.deadline ? now : this.#nextTick(0);
  }

  /** After one silence of a slave that had answered, it shows soon enough whether it is still there. */
  #timeoutMs(): number {
    const { consecutiveFailures, longestMs, lastError } = this.statistics;
    const { timeoutMs } = this.#options;
    const retries = consecutiveFailures === 1 && lastError !== undefined && SILENCES.has(lastError.code);
    if (!retries || longestMs === undefined) return timeoutMs;
    return Math.min(timeoutMs, Math.max(RETRY_LEAST_MS, Math.ceil(longestMs * RETRY_LATENCIES)));
  }

  #backOffMs(): number {
    const { consecutiveFailures, lastAnswerAt } = this.statistics;
    const patience = lastAnswerAt === undefined ? BACK_OFF_AFTER_FAILURES_UNHEARD : BACK_OFF_AFTER_FAILURES;
    const beyond = consecutiveFailures - patience;
    if (beyond < 0) return 0;
    return Math.min(BACK_OFF_MAX_MS, (this.#options.timeoutMs / SILENT_SHARE) * 2 ** Math.min(beyond, 10));
  }

  /** The first multiple of the interval by the wall clock, plus this device's phase, that is `afterMs` away or more. */
  #nextTick(afterMs: number): number {
    const { intervalMs } = this.device.modbus;
    const phase = (this.#options.now() + afterMs - this.#phaseMs) % intervalMs;
    const untilTick = intervalMs - (phase < 0 ? phase + intervalMs : phase);
    return this.#options.monotonicMs() + afterMs + untilTick;
  }
}
