import type { ModbusDeviceConfig } from '@vigie/contract';
import { type ModbusDefinition, placeSunspec } from '@vigie/decoders';
import { DeviceStatistics } from './device-statistics.ts';
import type { Exchange, ExchangeOptions, FailureCode, Link } from './link.ts';
import { describeException, type ModbusRequest } from './pdu.ts';
import { readInPieces } from './piecewise-read.ts';
import { PollImage } from './poll-image.ts';
import { ReadDoctor } from './read-doctor.ts';
import {
  inOrderFrom,
  limitOf,
  type PlannedRead,
  type PlanOptions,
  planOptions,
  planReads,
  readKey,
  spansDue,
} from './read-planner.ts';
import { readSunspecModels } from './survey/sunspec.ts';
import type { WriteHabits } from './write-values.ts';

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

type Unanswered = Extract<Exchange, { ok: false }>;

/** A poll that came to its end. */
export type Polled = Extract<PollResult, { kind: 'image' }>;

export interface PollerOptions {
  device: ModbusDeviceConfig;
  definition: ModbusDefinition;
  timeoutMs: number;
  /** How often a request without an answer is asked again, where the device does not say. */
  retries?: number | undefined;
  now: () => number;
  monotonicMs: () => number;
  random: () => number;
}

/** V1.1b3 section 7: these say that the register is not there, so that reading around it helps. */
const REFUSALS = new Set([1, 2, 3]);
/** These say "later": the read is asked for once more when the others are done. */
const BUSY = new Set([5, 6]);
/** A gateway's answers in the name of a slave that is dead behind it, or of a path that is not there. */
const GATEWAY_FAILURES = new Set([10, 11]);
/** Failures that hold the line for a whole time-out. */
const SILENCES = new Set<PollFailure>(['MODBUS_TIMEOUT', 'MODBUS_RESPONSE_INVALID']);
const DEFAULT_RETRIES = 1;
/** One lost frame says nothing of a slave that has answered before. Attempts of one poll count one by one. */
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

const NOTHING_LEFT: Failure = { code: 'MODBUS_EXCEPTION', detail: 'it has none of the registers of its model' };

/** When one device is due, what is asked of it, and what it taught by refusing or keeping silent. */
export class DevicePoller {
  readonly device: ModbusDeviceConfig;
  /** As the catalogue has it. */
  readonly definition: ModbusDefinition;
  readonly statistics = new DeviceStatistics();
  /** By which functions it is written. */
  readonly writeHabits: WriteHabits;
  readonly #options: PollerOptions;
  readonly #plan: PlanOptions;
  readonly #phaseMs: number;
  readonly #doctor: ReadDoctor;
  /** As it lies on this device: SunSpec blocks are where its chain of models puts them; undefined until that was read. */
  #layout: ModbusDefinition | undefined;
  /** Which of the places of a SunSpec map is tried first: a slave may be silent about the others. */
  #sunspecBase = 0;
  #polls = 0;
  #dueAt: number;
  #reads: PlannedRead[] = [];
  /** Where the last poll ended, if it ended before everything was asked for. */
  #resume: PlannedRead | undefined;
  #image: PollImage | undefined;
  #attempts = 0;
  /** The device answered in this poll, if only by an exception. */
  #heard = false;
  readonly #askedAgain = new Set<string>();
  /** The first that went wrong in this poll, registers that are not there aside. */
  #failure: Failure | undefined;
  #lastException: Failure | undefined;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.device = options.device;
    this.definition = options.definition;
    const { writeBy } = options.device.modbus;
    this.writeHabits = writeBy === undefined ? {} : { writeCoils: writeBy, writeRegisters: writeBy };
    this.#plan = planOptions(options.definition);
    this.#layout = options.definition.sunspec ? undefined : options.definition;
    const { intervalMs } = options.device.modbus;
    this.#doctor = new ReadDoctor(intervalMs);
    const jitterMs = Math.min(intervalMs * JITTER_SHARE, JITTER_MAX_MS);
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
    return this.#doctor.left;
  }

  /** How an order for the device is to be asked. */
  get patience(): ExchangeOptions {
    return { timeoutMs: this.#fullTimeoutMs, pauseMs: this.device.modbus.pauseMs };
  }

  /** The polls before found nobody, rather than somebody who refused. */
  get #wasSilent(): boolean {
    const { consecutiveFailures, lastError } = this.statistics;
    return consecutiveFailures > 0 && lastError?.code !== 'MODBUS_EXCEPTION';
  }

  get #fullTimeoutMs(): number {
    return this.device.modbus.timeoutMs ?? this.#options.timeoutMs;
  }

  begin(): void {
    this.#image = new PollImage();
    this.#attempts = 0;
    this.#heard = false;
    this.#failure = undefined;
    this.#askedAgain.clear();
    if (this.#layout) this.#planPoll(this.#layout);
  }

  #planPoll(layout: ModbusDefinition): void {
    const refusals = this.#doctor.refusalsAt(this.#options.monotonicMs());
    const due = spansDue(layout, this.#polls);
    const spans = due.length > 0 ? due : spansDue(layout, 0);
    const reads = inOrderFrom(planReads(spans, this.#plan, refusals), this.#resume);
    const doubted = reads.filter((read) => this.#doctor.doubts(read));
    this.#reads = doubted.length === 0 ? reads : [...reads.filter((read) => !doubted.includes(read)), ...doubted];
    this.#resume = undefined;
  }

  /** Carries out the next request of the poll under way. `shared`: devices that answer wait while this one keeps silent. */
  async step(link: Link, shared: boolean): Promise<PollResult> {
    if (!this.#layout) return this.#discover(link, shared);
    const read = this.#reads.shift();
    const image = this.#image;
    if (!read || !image) return this.#finish(shared);
    const began = this.#options.monotonicMs();
    const exchange = await this.#ask(link, read);
    if (!exchange.ok) return this.#unanswered(read, exchange, shared);
    this.#attempts = 0;
    if (!this.#heard && this.#wasSilent) this.#doctor.recovered(this.#options.monotonicMs());
    this.#heard = true;
    this.statistics.answered(this.#options.now(), this.#options.monotonicMs() - began);
    if (exchange.reply.kind === 'values') {
      image.add(read, exchange.reply.values);
      this.#doctor.answered(read);
    } else if (exchange.reply.kind === 'exception') {
      const { exception } = exchange.reply;
      if (GATEWAY_FAILURES.has(exception)) return this.#gatewayFailed(read, exception, shared);
      this.#excused(read, exception);
    }
    return this.#reads.length === 0 ? this.#finish(shared) : { kind: 'more' };
  }

  #ask(link: Link, read: PlannedRead): Promise<Exchange> {
    const { table, address, count } = read;
    const options = { timeoutMs: this.#timeoutMs(), pauseMs: this.device.modbus.pauseMs };
    const ask = (from: number, registers: number): Promise<Exchange> => {
      const request = { kind: 'read', table, address: from, count: registers } as const;
      return link.exchange(this.device.modbus.unit, request, options);
    };
    const most = this.#doctor.readsInPieces(read) ? 1 : limitOf(table, this.#plan);
    return count > most ? readInPieces(read, most, ask) : ask(address, count);
  }

  /** An exception is an answer: it costs this read, and no other. */
  #excused(read: PlannedRead, exception: number): void {
    const failure: Failure = { code: 'MODBUS_EXCEPTION', detail: describeException(exception) };
    const refused = REFUSALS.has(exception);
    if (!refused) this.#failure ??= failure;
    this.#lastException = failure;
    const key = readKey(read);
    if (BUSY.has(exception) && !this.#askedAgain.has(key)) {
      this.#askedAgain.add(key);
      this.#reads.push(read);
      return;
    }
    const instead = this.#doctor.failed(read, refused ? 'refused' : 'excused', this.#options.monotonicMs());
    this.#reads.unshift(...instead);
  }

  #unanswered(read: PlannedRead, { code, detail, unasked }: Unanswered, shared: boolean): PollResult {
    const cause = this.#failure ?? { code, detail };
    if (code === 'MODBUS_CONNECTION' || (unasked && this.#attempts === 0)) {
      this.#resume = read;
      return unasked ? this.#postpone(cause) : this.#fail(cause, shared);
    }
    if (!unasked) this.#attempts += 1;
    this.#failure = cause;
    if (!unasked && this.#attempts <= this.#retries(read, shared)) {
      this.#reads.unshift(read);
      return { kind: 'more' };
    }
    const [next] = this.#reads;
    this.#doctor.failed(read, 'silent', this.#options.monotonicMs());
    // What may not be asked now is asked in the next poll, from there on.
    if (unasked || !this.#heard) this.#resume = next;
    if (!this.#heard) return this.#fail(cause, shared);
    this.#attempts = 0;
    return unasked || this.#reads.length === 0 ? this.#finish(shared) : { kind: 'more' };
  }

  #gatewayFailed(read: PlannedRead, exception: number, shared: boolean): PollResult {
    this.#resume = this.#reads[0] ?? read;
    this.#attempts = 1;
    return this.#fail({ code: 'MODBUS_TIMEOUT', detail: describeException(exception) }, shared);
  }

  /** A slave that is dead must not cost the others more than one time-out; one that answers is asked once more. */
  #retries(read: PlannedRead, shared: boolean): number {
    const { consecutiveFailures, longestMs } = this.statistics;
    if (this.#doctor.isMute(read)) return 0;
    if (shared && (longestMs === undefined || consecutiveFailures > 0)) return 0;
    return this.device.modbus.retries ?? this.#options.retries ?? DEFAULT_RETRIES;
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
    const { unit } = this.device.modbus;
    const patient = { exchange: (to: number, request: ModbusRequest) => link.exchange(to, request, this.patience) };
    const { models, failure } = await readSunspecModels(patient, unit, this.#sunspecBase);
    if (failure?.unasked) return this.#postpone(failure);
    if (failure) {
      this.#sunspecBase += 1;
      this.#attempts = 1;
      return this.#fail(failure, shared);
    }
    const layout = placeSunspec(this.definition, models);
    if (layout.registers.length === 0) {
      return this.#fail({ code: 'MODBUS_EXCEPTION', detail: 'no SunSpec model that fits' }, shared);
    }
    this.#layout = layout;
    this.#planPoll(layout);
    return { kind: 'more' };
  }

  #finish(shared: boolean): PollResult {
    const image = this.#image ?? new PollImage();
    const failure = this.#failure;
    if (image.empty) return this.#fail(failure ?? this.#lastException ?? NOTHING_LEFT, shared);
    this.abandon();
    this.#polls += 1;
    if (failure) this.statistics.partlyFailed(this.#options.now(), failure.code, failure.detail);
    else this.statistics.succeeded();
    this.#dueAt = this.#afterSuccess();
    return { kind: 'image', image, layout: this.layout, ...(failure ? { failure } : {}) };
  }

  #fail({ code, detail }: Failure, shared: boolean): PollResult {
    const image = this.#image;
    const attempts = Math.max(1, this.#attempts);
    this.abandon();
    this.statistics.failed(this.#options.now(), code, detail, attempts);
    this.#dueAt = this.#nextTick(shared && SILENCES.has(code) ? this.#backOffMs() : 0);
    return this.#ended({ code, detail }, image);
  }

  /** What was read before a poll failed is as good as ever. */
  #ended(failure: Failure, image: PollImage | undefined): PollResult {
    if (!image || image.empty) return { kind: 'failed', ...failure };
    return { kind: 'image', image, layout: this.layout, failure };
  }

  /** The device was not asked, which says nothing of it. */
  #postpone({ code, detail }: Failure): PollResult {
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

  /** After a silence of a slave that had answered, it shows soon enough whether it is still there. */
  #timeoutMs(): number {
    const { consecutiveFailures, longestMs, lastError } = this.statistics;
    const timeoutMs = this.#fullTimeoutMs;
    const failedBefore = consecutiveFailures === 1 && lastError !== undefined && SILENCES.has(lastError.code);
    if ((this.#attempts === 0 && !failedBefore) || longestMs === undefined) return timeoutMs;
    return Math.min(timeoutMs, Math.max(RETRY_LEAST_MS, Math.ceil(longestMs * RETRY_LATENCIES)));
  }

  #backOffMs(): number {
    const { consecutiveFailures, lastAnswerAt } = this.statistics;
    const patience = lastAnswerAt === undefined ? BACK_OFF_AFTER_FAILURES_UNHEARD : BACK_OFF_AFTER_FAILURES;
    const beyond = consecutiveFailures - patience;
    if (beyond < 0) return 0;
    return Math.min(BACK_OFF_MAX_MS, (this.#fullTimeoutMs / SILENT_SHARE) * 2 ** Math.min(beyond, 10));
  }

  /** The first multiple of the interval by the wall clock, plus this device's phase, that is `afterMs` away or more. */
  #nextTick(afterMs: number): number {
    const { intervalMs } = this.device.modbus;
    const phase = (this.#options.now() + afterMs - this.#phaseMs) % intervalMs;
    const untilTick = intervalMs - (phase < 0 ? phase + intervalMs : phase);
    return this.#options.monotonicMs() + afterMs + untilTick;
  }
}
