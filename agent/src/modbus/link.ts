import { setImmediate as whatWaitsIsRead } from 'node:timers/promises';
import type { ErrorCode } from '@vigie/contract';
import { ConnectionHealth } from './connection-health.ts';
import type { Framing, Received } from './framing.ts';
import type { Line, OpenLine } from './line.ts';
import { encodeRequest, type ModbusReply, type ModbusRequest, mayMirror, readReply, replyBytes } from './pdu.ts';
import { RestLearner } from './rest-learner.ts';
import { Suspects } from './suspects.ts';

export type FailureCode = Extract<
  ErrorCode,
  'MODBUS_TIMEOUT' | 'MODBUS_CRC' | 'MODBUS_RESPONSE_INVALID' | 'MODBUS_CONNECTION'
>;
export type Exchange =
  | { ok: true; reply: Exclude<ModbusReply, { kind: 'mismatch' }> }
  /** `unasked`: the line was not used, since an old answer could have been taken for the new one. */
  | { ok: false; code: FailureCode; detail: string; unasked?: true };

export interface LinkOptions {
  open: OpenLine;
  framing: (random: () => number) => Framing;
  timeoutMs: number;
  /** Time of one character on a serial line; 0 on a network. */
  characterMs: number;
  /** Frames carry no transaction identifier, so late answers must be kept apart by other means. */
  anonymous: boolean;
  /** A port of this machine, which is not there again as soon as it is gone. */
  isPort?: boolean;
  /** Least rest of the line between an answer and the next request; 0 where absent. */
  pauseMs?: number;
  /** How long the first request of a connection waits; learned where absent. */
  connectDelayMs?: number | undefined;
  monotonicMs: () => number;
  random: () => number;
}

/** How patient one exchange is, where it differs from the bus. */
export interface ExchangeOptions {
  timeoutMs?: number | undefined;
  /** Rest of this slave between its last answer and this request. */
  pauseMs?: number | undefined;
}

const RECONNECT_FIRST_MS = 500;
const RECONNECT_MAX_MS = 30_000;
/** Nothing better follows a damaged frame after this; USB adapters hold bytes back for 16 ms. */
const CORRUPT_GRACE_MS = 40;
/** V1.02 section 2.5.1.1: quiet time before a request in characters, and in milliseconds at high speeds. */
const SILENCE_CHARACTERS = 3.5;
const SILENCE_MIN_MS = 1.75;
/** Unit identifier and CRC. */
const RTU_OVERHEAD_BYTES = 3;
/** What is read to learn whether an adapter gives back what it sends. */
const ECHO_LESSON = encodeRequest({ kind: 'read', table: 'holdingRegister', address: 0, count: 1 });
const ECHO_LESSONS = 3;
/** Late answers beyond this multiple of the time-out are not expected of slaves that cannot prove themselves. */
const QUIET_TIMEOUTS = 10;

/** One connection or serial line with at most one request under way; its user keeps the queue. */
export class Link {
  readonly #options: LinkOptions;
  readonly #suspects: Suspects;
  readonly #rests = new RestLearner();
  readonly #connection: ConnectionHealth;
  #line: Line | undefined;
  #framing: Framing;
  #opening: Promise<string | undefined> | undefined;
  #retryAt = 0;
  #retryDelayMs = RECONNECT_FIRST_MS;
  #lostReason = 'not connected yet';
  #lastByteAt = Number.NEGATIVE_INFINITY;
  #settle: ((outcome: Outcome) => void) | undefined;
  #corruptTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#framing = options.framing(options.random);
    this.#suspects = new Suspects(options.timeoutMs * QUIET_TIMEOUTS);
    this.#connection = new ConnectionHealth(options.connectDelayMs);
  }

  get connected(): boolean {
    return this.#line !== undefined;
  }

  /** When a connection may be tried again; a time in the past while connected. */
  get retryAt(): number {
    return this.#line ? 0 : this.#retryAt;
  }

  /** Why there is no connection; of no meaning while connected. */
  get lostReason(): string {
    return this.#lostReason;
  }

  /** Connects now; gives the reason when that fails. */
  open(): Promise<string | undefined> {
    if (this.#line) return Promise.resolve(undefined);
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#settle?.({ kind: 'lost', detail: 'the bus was stopped' });
    const line = this.#line;
    this.#line = undefined;
    await this.#opening;
    await line?.close();
  }

  /** Gives the connection free until the next request. */
  async release(): Promise<void> {
    const line = this.#line;
    if (!line) return;
    this.#line = undefined;
    this.#retryAt = 0;
    await line.close();
  }

  /**
   * Never rejects. The reply is certainly the answer to `request`, as far as the protocol allows to know. A time-out
   * other than the bus has may be given.
   */
  async exchange(unit: number, request: ModbusRequest, options: ExchangeOptions = {}): Promise<Exchange> {
    const pdu = encodeRequest(request);
    if (unit === 0 && this.#options.anonymous) throw new RangeError('unit 0 is broadcast on a serial line');
    const used = this.#connection.hasAnswered;
    const refused = await this.#ready(request);
    if (refused) return refused;
    const exchange = this.#options.anonymous
      ? await this.#askAnonymous(unit, pdu, options)
      : await this.#askByTransaction(unit, pdu, options);
    // A slave that closes when it has answered, or after a while, may do so while the next request is on its way.
    const stale = !exchange.ok && exchange.code === 'MODBUS_CONNECTION' && used && this.#retryAt === 0;
    if (!stale || request.kind !== 'read' || this.#closed) return exchange;
    return this.exchange(unit, request, options);
  }

  /** Makes sure that there is a connection that can carry this request. */
  async #ready(request: ModbusRequest): Promise<Failed | undefined> {
    const unfit = this.#framing.torn || (request.kind !== 'read' && this.#connection.endsAfterAnswer);
    if (this.#line && unfit) await this.release();
    if (this.#line) return undefined;
    if (this.#options.monotonicMs() < this.#retryAt) return failed('MODBUS_CONNECTION', this.#lostReason);
    const refused = await this.open();
    return refused === undefined ? undefined : failed('MODBUS_CONNECTION', refused);
  }

  async #askByTransaction(unit: number, pdu: Uint8Array, options: ExchangeOptions): Promise<Exchange> {
    await this.#waitUntil(this.#connection.firstRequestAt);
    const exchange = await this.#transact(unit, pdu, options);
    if (exchange.ok) return exchange;
    // A torn frame could be completed by what comes next; the transaction identifier keeps whole late answers apart.
    const senseless = exchange.code !== 'MODBUS_TIMEOUT' || this.#framing.torn;
    if (senseless || this.#connection.isDead(this.#options.monotonicMs())) await this.release();
    return exchange;
  }

  async #askAnonymous(unit: number, pdu: Uint8Array, options: ExchangeOptions): Promise<Exchange> {
    await this.#waitUntil(this.#connection.firstRequestAt);
    const unproven = (await this.#learnEcho(unit, pdu, options)) ?? (await this.#prove(unit, options));
    if (unproven) return unproven;
    const exchange = await this.#transact(unit, pdu, options);
    if (exchange.ok) this.#suspects.answered(unit);
    else this.#suspects.suspect(unit, this.#options.monotonicMs());
    return exchange;
  }

  /**
   * Reads a register before the first request whose answer may repeat it: the answer to a read does not, so that it
   * shows whether the adapter gives back what it sends. What the slave says to it is of no account.
   */
  async #learnEcho(unit: number, pdu: Uint8Array, options: ExchangeOptions): Promise<Failed | undefined> {
    if (this.#framing.knowsEcho) return undefined;
    const before = this.#suspects.before(unit, this.#options.monotonicMs());
    const mirrors = mayMirror(pdu) || before === 'learn' || before === 'prove';
    if (!mirrors || before === 'wait') return undefined;
    let exchange = await this.#transact(unit, ECHO_LESSON, options);
    // Old answers among what came leave it open, so that it is read again.
    for (let lesson = 1; lesson < ECHO_LESSONS && exchange.ok && !this.#framing.knowsEcho; lesson += 1) {
      exchange = await this.#transact(unit, ECHO_LESSON, options);
    }
    if (!exchange.ok && exchange.code === 'MODBUS_CONNECTION') return exchange;
    if (!exchange.ok && before !== 'clear') this.#suspects.suspect(unit, this.#options.monotonicMs());
    if (this.#framing.knowsEcho || exchange.ok || exchange.code !== 'MODBUS_TIMEOUT') return undefined;
    // Not even an echo: nobody is there, or a slave that can only be written.
    if (before === 'prove') {
      this.#suspects.proofMissing(unit, this.#options.monotonicMs());
      return exchange;
    }
    this.#framing.presumeNoEcho();
    return undefined;
  }

  /** Makes sure that no old answer of `unit` can be taken for the next one. */
  async #prove(unit: number, options: ExchangeOptions): Promise<Failed | undefined> {
    const before = this.#suspects.before(unit, this.#options.monotonicMs());
    if (before === 'clear') return undefined;
    if (before === 'wait') return { ...failed('MODBUS_TIMEOUT', 'an old answer may still come'), unasked: true };
    const data = Math.floor(this.#options.random() * 0x1_0000);
    const echo = await this.#transact(unit, encodeRequest({ kind: 'echo', data }), options);
    if (echo.ok) {
      this.#suspects.echoed(unit);
      return undefined;
    }
    if (before === 'learn') {
      this.#suspects.doesNotEcho(unit);
      return undefined;
    }
    this.#suspects.proofMissing(unit, this.#options.monotonicMs());
    return echo;
  }

  async #transact(unit: number, pdu: Uint8Array, { timeoutMs, pauseMs }: ExchangeOptions): Promise<Exchange> {
    await this.#waitForSilence(unit, pauseMs);
    const askedAt = this.#options.monotonicMs();
    const exchange = await this.#ask(unit, pdu, timeoutMs ?? this.#options.timeoutMs);
    const now = this.#options.monotonicMs();
    if (exchange.ok) {
      this.#rests.answered(unit, askedAt, now);
      this.#connection.answered(askedAt);
    } else if (exchange.code === 'MODBUS_TIMEOUT') {
      this.#rests.silent(unit, askedAt);
      this.#connection.silent();
    }
    return exchange;
  }

  async #ask(unit: number, pdu: Uint8Array, timeoutMs: number): Promise<Exchange> {
    const outcome = await this.#send(unit, pdu, timeoutMs);
    switch (outcome.kind) {
      case 'lost':
        return failed('MODBUS_CONNECTION', outcome.detail);
      case 'invalid':
        return failed('MODBUS_RESPONSE_INVALID', outcome.detail);
      case 'ended': {
        const reason = this.#framing.abandon();
        if (reason === 'echo') return failed('MODBUS_TIMEOUT', `nothing but its own echo within ${timeoutMs} ms`);
        if (reason === 'corrupt') return failed('MODBUS_CRC', 'wrong checksum');
        if (reason === 'foreign' && this.#options.anonymous) {
          return failed('MODBUS_RESPONSE_INVALID', 'something else was on the line');
        }
        return failed('MODBUS_TIMEOUT', `no answer within ${timeoutMs} ms`);
      }
      case 'reply': {
        const reply = readReply(pdu, outcome.pdu);
        return reply.kind === 'mismatch' ? failed('MODBUS_RESPONSE_INVALID', reply.detail) : { ok: true, reply };
      }
    }
  }

  #send(unit: number, pdu: Uint8Array, timeoutMs: number): Promise<Outcome> {
    return new Promise((resolve) => {
      const line = this.#line;
      if (!line) {
        resolve({ kind: 'lost', detail: this.#lostReason });
        return;
      }
      const onLineMs = (pdu.length + replyBytes(pdu) + 2 * RTU_OVERHEAD_BYTES) * this.#options.characterMs;
      // Where this process stood still, the time is up before the answer that waits is read.
      let lastLook: NodeJS.Immediate | undefined;
      const timer = setTimeout(() => {
        lastLook = setImmediate(() => this.#settle?.({ kind: 'ended' }));
      }, timeoutMs + onLineMs);
      this.#settle = (outcome) => {
        this.#settle = undefined;
        clearTimeout(timer);
        clearImmediate(lastLook);
        clearTimeout(this.#corruptTimer);
        resolve(outcome);
      };
      line.write(this.#framing.request(unit, pdu));
    });
  }

  /** Rests of the line and of the slave; on a serial line also what keeps frames apart. */
  async #waitForSilence(unit: number, pauseMs?: number): Promise<void> {
    const { characterMs, pauseMs: linePauseMs = 0 } = this.#options;
    const silenceMs = characterMs === 0 ? 0 : Math.max(SILENCE_MIN_MS, SILENCE_CHARACTERS * characterMs);
    const lineReadyAt = this.#lastByteAt + Math.max(silenceMs, linePauseMs);
    await this.#waitUntil(Math.max(lineReadyAt, this.#rests.readyAt(unit, pauseMs)));
    // An old answer that came while this process stood still is read before the request that it could be taken for.
    if (this.#options.anonymous) await whatWaitsIsRead();
  }

  async #waitUntil(at: number): Promise<void> {
    if (at === Number.NEGATIVE_INFINITY) return;
    const waitMs = at - this.#options.monotonicMs();
    // Timers drop fractions of a millisecond, and too early is what slaves take for one frame with the last.
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, Math.ceil(waitMs)));
  }

  async #connect(): Promise<string | undefined> {
    const framing = this.#options.framing(this.#options.random);
    const events = {
      data: (bytes: Uint8Array) => this.#received(framing, bytes),
      lost: (reason: string) => this.#drop(framing, reason),
    };
    try {
      const line = await this.#options.open(events, Math.max(this.#options.timeoutMs, 1_000));
      if (this.#closed) {
        await line.close();
        return 'the bus was stopped';
      }
      this.#framing = framing;
      this.#line = line;
      this.#retryDelayMs = RECONNECT_FIRST_MS;
      this.#connection.opened(this.#options.monotonicMs());
      return undefined;
    } catch (error) {
      this.#connection.refused();
      this.#lostReason = error instanceof Error ? error.message : String(error);
      this.#scheduleRetry();
      return this.#lostReason;
    }
  }

  #received(framing: Framing, bytes: Uint8Array): void {
    if (framing !== this.#framing) return;
    this.#lastByteAt = this.#options.monotonicMs();
    const received = framing.receive(bytes);
    clearTimeout(this.#corruptTimer);
    this.#act(framing, received);
  }

  #act(framing: Framing, received: Received): void {
    switch (received.kind) {
      case 'nothing':
        return;
      case 'reply':
        this.#settle?.(received);
        return;
      case 'corrupt':
        this.#corruptTimer = setTimeout(() => this.#settle?.({ kind: 'ended' }), CORRUPT_GRACE_MS);
        return;
      case 'mismatch':
        this.#settle?.({ kind: 'invalid', detail: received.detail });
        return;
      case 'broken':
        this.#settle?.({ kind: 'invalid', detail: received.detail });
        this.#leave(framing, received.detail);
    }
  }

  /** Ends a connection whose bytes make no sense. */
  #leave(framing: Framing, reason: string): void {
    const line = this.#line;
    this.#drop(framing, reason);
    // A line that does not close any more was lost anyway.
    line?.close().catch(() => undefined);
  }

  /** A connection that had carried an answer is renewed at once; one that carried none only after a while. */
  #drop(framing: Framing, reason: string): void {
    if (framing !== this.#framing || !this.#line) return;
    this.#line = undefined;
    this.#lostReason = reason;
    const wasOfUse = this.#connection.hasAnswered && !this.#options.isPort;
    this.#connection.ended();
    if (wasOfUse) this.#retryAt = 0;
    else this.#scheduleRetry();
    this.#settle?.({ kind: 'lost', detail: reason });
  }

  #scheduleRetry(): void {
    this.#retryAt = this.#options.monotonicMs() + this.#retryDelayMs * (0.5 + this.#options.random() / 2);
    this.#retryDelayMs = Math.min(this.#retryDelayMs * 2, RECONNECT_MAX_MS);
  }
}

type Outcome =
  | { kind: 'reply'; pdu: Uint8Array }
  /** Time ran out, or a damaged answer was followed by silence. */
  | { kind: 'ended' }
  | { kind: 'invalid'; detail: string }
  | { kind: 'lost'; detail: string };

type Failed = Extract<Exchange, { ok: false }>;

function failed(code: FailureCode, detail: string): Failed {
  return { ok: false, code, detail };
}
