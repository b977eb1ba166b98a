import type { ErrorCode } from '@vigie/contract';
import type { Framing, Received } from './framing.ts';
import type { Line, OpenLine } from './line.ts';
import { encodeRequest, type ModbusReply, type ModbusRequest, readReply, replyBytes } from './pdu.ts';
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
  monotonicMs: () => number;
  random: () => number;
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
/** Late answers beyond this multiple of the time-out are not expected of slaves that cannot prove themselves. */
const QUIET_TIMEOUTS = 10;

/** One connection or serial line with at most one request under way; its user keeps the queue. */
export class Link {
  readonly #options: LinkOptions;
  readonly #suspects: Suspects;
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

  /**
   * Never rejects. The reply is certainly the answer to `request`, as far as the protocol allows to know. A time-out
   * shorter than the bus has may be given.
   */
  async exchange(unit: number, request: ModbusRequest, timeoutMs = this.#options.timeoutMs): Promise<Exchange> {
    if (!this.#line) {
      if (this.#options.monotonicMs() < this.#retryAt) return failed('MODBUS_CONNECTION', this.#lostReason);
      const refused = await this.open();
      if (refused !== undefined) return failed('MODBUS_CONNECTION', refused);
    }
    if (this.#options.anonymous) {
      const unproven = await this.#prove(unit, timeoutMs);
      if (unproven) return unproven;
    }
    const exchange = await this.#transact(unit, request, timeoutMs);
    if (!this.#options.anonymous) {
      if (!exchange.ok) await this.#renew();
    } else if (exchange.ok) {
      this.#suspects.answered(unit);
    } else {
      this.#suspects.suspect(unit, this.#options.monotonicMs());
    }
    return exchange;
  }

  /**
   * Leaves a connection on which an answer is missing or was torn: what comes next could complete a torn frame and pass
   * for the answer to another request. The next request opens a new one at once.
   */
  async #renew(): Promise<void> {
    const line = this.#line;
    if (!line) return;
    this.#line = undefined;
    this.#retryAt = 0;
    await line.close();
  }

  /** Makes sure that no old answer of `unit` can be taken for the next one. */
  async #prove(unit: number, timeoutMs: number): Promise<Exchange | undefined> {
    const before = this.#suspects.before(unit, this.#options.monotonicMs());
    if (before === 'clear') return undefined;
    if (before === 'wait') return { ...failed('MODBUS_TIMEOUT', 'an old answer may still come'), unasked: true };
    const data = Math.floor(this.#options.random() * 0x1_0000);
    const echo = await this.#transact(unit, { kind: 'echo', data }, timeoutMs);
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

  async #transact(unit: number, request: ModbusRequest, timeoutMs: number): Promise<Exchange> {
    const pdu = encodeRequest(request);
    await this.#waitForSilence();
    const outcome = await this.#send(unit, pdu, timeoutMs);
    switch (outcome.kind) {
      case 'lost':
        return failed('MODBUS_CONNECTION', outcome.detail);
      case 'invalid':
        return failed('MODBUS_RESPONSE_INVALID', outcome.detail);
      case 'ended': {
        const reason = this.#framing.abandon();
        if (reason === 'corrupt') return failed('MODBUS_CRC', 'wrong checksum');
        if (reason === 'foreign') return failed('MODBUS_RESPONSE_INVALID', 'something else was on the line');
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
      const timer = setTimeout(() => this.#settle?.({ kind: 'ended' }), timeoutMs + onLineMs);
      this.#settle = (outcome) => {
        this.#settle = undefined;
        clearTimeout(timer);
        clearTimeout(this.#corruptTimer);
        resolve(outcome);
      };
      line.write(this.#framing.request(unit, pdu));
    });
  }

  async #waitForSilence(): Promise<void> {
    const { characterMs } = this.#options;
    if (characterMs === 0) return;
    const silenceMs = Math.max(SILENCE_MIN_MS, SILENCE_CHARACTERS * characterMs);
    const waitMs = this.#lastByteAt + silenceMs - this.#options.monotonicMs();
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
      return undefined;
    } catch (error) {
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
        this.#line?.close().catch(() => undefined);
        this.#drop(framing, received.detail);
    }
  }

  #drop(framing: Framing, reason: string): void {
    if (framing !== this.#framing || !this.#line) return;
    this.#line = undefined;
    this.#lostReason = reason;
    this.#scheduleRetry();
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

function failed(code: FailureCode, detail: string): Extract<Exchange, { ok: false }> {
  return { ok: false, code, detail };
}
