import type { ErrorCode } from '@vigie/contract';
import type { Clock } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { recordEvent } from './events.ts';

export interface SecurityEvent {
  code: ErrorCode;
  severity: 'info' | 'warning' | 'alarm';
  message: string;
  /** Where nobody's alone, it is the installation's. */
  tenant?: string | null;
  gateway?: string;
}

interface Parts {
  db: Db;
  clock: Clock;
  onError: (error: unknown) => void;
}

const MAX_KEYS = 10_000;
const WINDOW_MS = 60_000;
/** Of all kinds together in a window. */
const EVENTS_PER_WINDOW = 60;

/** Events that operators see because somebody misbehaves. However often it happens, each is written once in a while. */
export class SecurityEvents {
  readonly #parts: Parts;
  /** Until when each stays silent, and how many came meanwhile. */
  readonly #told = new Map<string, { at: number; silent: number }>();
  #window = { since: 0, count: 0 };

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** `quietMs`: how long the same event, of the same subject, is only counted after it was written once. */
  note(event: SecurityEvent, quietMs: number): void {
    const { db, clock, onError } = this.#parts;
    const at = clock.now();
    const key = `${event.code} ${event.tenant ?? ''} ${event.gateway ?? ''}`;
    const told = this.#told.get(key);
    if (told && at - told.at < quietMs) {
      told.silent += 1;
      return;
    }
    if (!this.#hasPlace(at)) return;
    this.#told.delete(key);
    this.#told.set(key, { at, silent: 0 });
    if (this.#told.size > MAX_KEYS) this.#told.delete(this.#told.keys().next().value ?? '');
    const more = told && told.silent > 0 ? ` (and ${told.silent} times before, unrecorded)` : '';
    write(db, { ...event, message: `${event.message}${more}` }, at).catch(onError);
  }

  #hasPlace(at: number): boolean {
    if (at - this.#window.since >= WINDOW_MS) this.#window = { since: at, count: 0 };
    this.#window.count += 1;
    return this.#window.count <= EVENTS_PER_WINDOW;
  }
}

async function write(db: Db, event: SecurityEvent, at: number): Promise<void> {
  const { code, severity, message, tenant, gateway } = event;
  if (typeof tenant === 'string') {
    await recordEvent(db, { tenant, code, severity, message, at, ...(gateway === undefined ? {} : { gateway }) });
    return;
  }
  await db
    .insertInto('installationEvents')
    .values({ code, severity, message: message.slice(0, 512), at })
    .execute();
}
