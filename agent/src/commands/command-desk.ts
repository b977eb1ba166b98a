import {
  type CommandRecord,
  CommandRequest,
  type CommandState,
  describeViolations,
  type ErrorCode,
  validate,
} from '@vigie/contract';
import type { BoundedLog } from '../bounded-log.ts';
import type { Clock } from '../clock.ts';
import type { OrderConduct, OrderProgress } from '../device-order.ts';
import type { Stage } from '../ledger.ts';
import type { StateStore } from '../state-store.ts';

/** What the desk knows of a command; it is on the disk before anything is done. */
interface Entry {
  request: CommandRequest;
  phase: Phase;
  finishedAt?: number;
  error?: { code: ErrorCode; message: string };
  result?: Record<string, number | string | boolean>;
}

/** `begun`: the first byte may have left. The other phases are the states that the server sees. */
type Phase = 'delivered' | 'begun' | 'sent' | 'confirmed' | 'failed' | 'expired';

/** What may follow what. Everything else is refused, so that a late report never reopens a finished command. */
const NEXT: Record<Phase, readonly Phase[]> = {
  delivered: ['begun', 'failed', 'expired'],
  begun: ['sent', 'confirmed', 'failed', 'expired'],
  sent: ['confirmed', 'failed', 'expired'],
  confirmed: [],
  failed: [],
  expired: [],
};

export interface CommandDeskParts {
  state: StateStore;
  clock: Clock;
  stage: Stage;
  /** Puts the record into the outbox; resolves when it is on the disk. */
  record(record: CommandRecord): Promise<void>;
  /** Finds the device, encodes the command in its words and hands it to radio or bus. */
  dispatch(request: CommandRequest, conduct: OrderConduct): DispatchOutcome;
  log: { info(fields: object, message: string): void };
  boundedLog: Pick<BoundedLog, 'warn' | 'bug'>;
}

export type DispatchOutcome = { ok: true } | { ok: false; code: ErrorCode; message: string };

const COLLECTION = 'command';
/** A finished command is remembered so long, so that the same id is never carried out again. */
const REMEMBER_MS = 7 * 86_400_000;
const MAX_OPEN = 1_000;

/** Takes commands from the fleet server and sees each through to one end, whatever happens to the process meanwhile. */
export class CommandDesk {
  readonly #parts: CommandDeskParts;
  readonly #entries = new Map<string, Entry>();
  readonly #bug: (cause: unknown) => void;
  #expiryTimer: NodeJS.Timeout | undefined;

  constructor(parts: CommandDeskParts) {
    this.#parts = parts;
    this.#bug = parts.boundedLog.bug('commands');
    parts.stage.holds(() => this.#open());
  }

  /** Loads what was under way: what had not begun is done now, what had begun is failed, never repeated. */
  async start(): Promise<void> {
    for (const [id, entry] of await this.#parts.state.all<Entry>(COLLECTION)) this.#entries.set(id, entry);
    this.#parts.stage.in(this.#open());
    for (const [id, entry] of this.#entries) {
      if (entry.phase === 'delivered') this.#dispatch(id, entry);
      else if (entry.phase === 'begun' || entry.phase === 'sent') {
        await this.#move(id, 'failed', { error: { code: 'COMMAND_INTERRUPTED', message: 'the gateway restarted' } });
      }
    }
    this.#expiryTimer = setInterval(() => {
      this.#expire().catch(this.#bug);
    }, 1_000);
  }

  stop(): void {
    clearInterval(this.#expiryTimer);
  }

  /** A message on the command topic. Nonsense is counted and dropped; a known id is answered with its state again. */
  async receive(payload: unknown): Promise<void> {
    const checked = validate(CommandRequest, payload);
    if (!checked.ok) {
      this.#parts.stage.in();
      this.#parts.stage.drop('REQUEST_INVALID');
      this.#parts.boundedLog.warn('REQUEST_INVALID', { detail: describeViolations(checked.violations) });
      return;
    }
    const request = checked.value;
    const known = this.#entries.get(request.id);
    if (known) return this.#report(known);
    this.#parts.stage.in();
    if (this.#open() >= MAX_OPEN) {
      this.#parts.stage.drop('RATE_LIMITED');
      return this.#parts.record(
        this.#recordOf({
          request,
          phase: 'failed',
          error: { code: 'RATE_LIMITED', message: `${MAX_OPEN} commands are open` },
        }),
      );
    }
    const entry: Entry = { request, phase: 'delivered' };
    this.#entries.set(request.id, entry);
    await this.#save(request.id, entry);
    await this.#report(entry);
    this.#dispatch(request.id, entry);
  }

  #dispatch(id: string, entry: Entry): void {
    const { request } = entry;
    if (request.expiresAt <= this.#parts.clock.now()) {
      this.#move(id, 'expired', { error: { code: 'COMMAND_EXPIRED', message: 'it came too late' } }).catch(this.#bug);
      return;
    }
    const outcome = this.#parts.dispatch(request, {
      begin: () => this.#begin(id),
      report: (progress) => {
        this.#follow(id, progress).catch(this.#bug);
      },
    });
    if (outcome.ok) return;
    const { code, message } = outcome;
    this.#move(id, 'failed', { error: { code, message } }).catch(this.#bug);
  }

  async #begin(id: string): Promise<boolean> {
    const entry = this.#entries.get(id);
    if (!entry || entry.request.expiresAt <= this.#parts.clock.now()) return false;
    return this.#move(id, 'begun', {});
  }

  #follow(id: string, progress: OrderProgress): Promise<boolean> {
    switch (progress.state) {
      case 'failed':
        return this.#move(id, 'failed', { error: { code: progress.code, message: progress.message } });
      case 'confirmed':
        return this.#move(id, 'confirmed', progress.result ? { result: progress.result } : {});
      case 'expired':
        return this.#move(id, 'expired', {
          error: { code: 'COMMAND_EXPIRED', message: 'the device was not reached in time' },
        });
      case 'sent':
        return this.#move(id, 'sent', {});
    }
  }

  async #move(id: string, phase: Phase, details: Pick<Entry, 'error' | 'result'>): Promise<boolean> {
    const entry = this.#entries.get(id);
    if (!entry || !NEXT[entry.phase].includes(phase)) return false;
    const isFinal = NEXT[phase].length === 0;
    const moved: Entry = { ...entry, ...details, phase, ...(isFinal ? { finishedAt: this.#parts.clock.now() } : {}) };
    this.#entries.set(id, moved);
    if (phase === 'confirmed') this.#parts.stage.out();
    else if (isFinal) this.#parts.stage.drop(moved.error?.code ?? 'COMMAND_REFUSED');
    await this.#save(id, moved);
    if (phase !== 'begun') await this.#report(moved);
    return true;
  }

  async #expire(): Promise<void> {
    const now = this.#parts.clock.now();
    for (const [id, { phase, request, finishedAt }] of this.#entries) {
      if (NEXT[phase].length > 0 && request.expiresAt <= now) {
        await this.#move(id, 'expired', {
          error: { code: 'COMMAND_EXPIRED', message: 'the device was not reached in time' },
        });
      } else if (finishedAt !== undefined && finishedAt + REMEMBER_MS < now) {
        this.#entries.delete(id);
        await this.#parts.state.write([{ collection: COLLECTION, key: id }]);
      }
    }
  }

  #open(): number {
    let open = 0;
    for (const { phase } of this.#entries.values()) if (NEXT[phase].length > 0) open++;
    return open;
  }

  #save(id: string, entry: Entry): Promise<void> {
    return this.#parts.state.write([{ collection: COLLECTION, key: id, value: entry }]);
  }

  #report(entry: Entry): Promise<void> {
    this.#parts.log.info({ command: entry.request.id, device: entry.request.device, state: entry.phase }, 'command');
    return this.#parts.record(this.#recordOf(entry));
  }

  #recordOf({ request, phase, error, result }: Entry): CommandRecord {
    return {
      kind: 'command',
      command: request.id,
      device: request.device,
      at: this.#parts.clock.now(),
      state: stateOf(phase),
      ...(error ? { error } : {}),
      ...(result ? { result } : {}),
    };
  }
}

function stateOf(phase: Phase): CommandState {
  return phase === 'begun' ? 'delivered' : phase;
}
