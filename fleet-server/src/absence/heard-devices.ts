import type { Clock } from '../clock.ts';
import type { Db } from '../store/database.ts';
import type { LogEntry } from '../subscriptions/city-message.ts';
import type { LogTail } from '../subscriptions/log-tail.ts';
import { addTimes, silenceLimitMs, TIMES_KEPT } from './silence.ts';
import { type Told, tellOfDevices } from './tell.ts';

/** Gateways or devices that one statement names. */
const NAMES_PER_STATEMENT = 200;
/** Beyond this devices are written before their time. */
const MAX_PENDING = 50_000;

/** When each device was heard: gathered from the log, and written now and then in one transaction. */
export class HeardDevices {
  readonly #db: Db;
  readonly #clock: Clock;
  /** By gateway, then by device. */
  #pending = new Map<string, Map<string, number[]>>();
  #count = 0;
  readonly #stopListening: () => void;
  #work: Promise<void> = Promise.resolve();

  constructor(db: Db, clock: Clock, tail: LogTail, onError: (error: unknown) => void) {
    this.#db = db;
    this.#clock = clock;
    this.#stopListening = tail.onAppend((entries = []) => {
      for (const entry of entries) this.#note(entry);
      if (this.#count > MAX_PENDING) this.flush().catch(onError);
    });
  }

  flush(): Promise<void> {
    this.#work = this.#work.catch(() => undefined).then(() => this.#write());
    return this.#work;
  }

  async stop(): Promise<void> {
    this.#stopListening();
    await this.flush();
  }

  #note({ gateway, record }: LogEntry): void {
    const now = this.#clock.now();
    const { receivedAt, trusted } = record.times;
    let devices = this.#pending.get(gateway);
    if (!devices) {
      devices = new Map();
      this.#pending.set(gateway, devices);
    }
    const times = devices.get(record.device) ?? [];
    if (times.length === 0) this.#count += 1;
    // A gateway whose clock is wrong knows only that it is now.
    const at = trusted ? Math.min(receivedAt, now) : now;
    devices.set(record.device, [...times, at].slice(-TIMES_KEPT));
  }

  async #write(): Promise<void> {
    const pending = this.#pending;
    this.#pending = new Map();
    this.#count = 0;
    const gateways = [...pending.keys()];
    for (let from = 0; from < gateways.length; from += NAMES_PER_STATEMENT) {
      const names = gateways.slice(from, from + NAMES_PER_STATEMENT);
      await this.#db.transaction().execute(async (trx) => this.#store(trx, names, pending));
    }
  }

  async #store(trx: Db, gateways: readonly string[], pending: Map<string, Map<string, number[]>>): Promise<void> {
    const devices = await trx
      .selectFrom('devices')
      .leftJoin('deviceStates', (join) =>
        join.onRef('deviceStates.tenant', '=', 'devices.tenant').onRef('deviceStates.subject', '=', 'devices.subject'),
      )
      .select(['devices.tenant', 'devices.gateway', 'devices.id', 'devices.protocol', 'devices.subject'])
      .select(['deviceStates.heard', 'deviceStates.state', 'deviceStates.since'])
      .where('devices.gateway', 'in', gateways)
      .execute();
    const back: Told[] = [];
    const now = this.#clock.now();
    for (const { tenant, gateway, id, protocol, subject, ...before } of devices) {
      const heard = pending.get(gateway)?.get(id);
      if (!heard) continue;
      const times = addTimes(before.heard === null ? [] : (JSON.parse(before.heard) as number[]), heard);
      const heardAt = times.at(-1) ?? now;
      // Who polls a bus tells of a slave that does not answer itself.
      const limitMs = protocol === 'lorawan' ? silenceLimitMs(times) : undefined;
      const isBack = before.state === 'silent' && heardAt > (before.since ?? 0);
      if (isBack) back.push({ tenant, gateway, device: id, sinceMs: now - (before.since ?? now) });
      const stays = before.state === 'silent' && !isBack;
      const row = {
        ...{ heardAt, heard: JSON.stringify(times), dueAt: limitMs === undefined ? null : heardAt + limitMs },
        ...(stays ? {} : { state: 'heard' as const, since: before.state === 'heard' ? (before.since ?? now) : now }),
      };
      await trx
        .insertInto('deviceStates')
        .values({ tenant, subject, state: 'heard', since: now, ...row })
        .onConflict((conflict) => conflict.columns(['tenant', 'subject']).doUpdateSet(row))
        .execute();
    }
    await tellOfDevices(trx, { code: 'DEVICE_BACK', severity: 'info', at: now }, back);
  }
}
