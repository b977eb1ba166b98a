import type { Clock } from '../clock.ts';
import type { Db } from '../store/database.ts';
import type { DeviceStateTable } from '../store/schema.ts';
import type { LogEntry } from '../subscriptions/city-message.ts';
import type { LogTail } from '../subscriptions/log-tail.ts';
import { addTimes, silenceLimitMs, TIMES_KEPT } from './silence.ts';
import { type Told, tellOfDevices } from './tell.ts';

const GATEWAYS_PER_STATEMENT = 50;
const ROWS_PER_STATEMENT = 200;
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
    for (let from = 0; from < gateways.length; from += GATEWAYS_PER_STATEMENT) {
      const known = await selectStates(this.#db, gateways.slice(from, from + GATEWAYS_PER_STATEMENT));
      // While a device moves from one gateway to another it may stand in the documents of both.
      const subjects = Map.groupBy(known, ({ tenant, subject }) => `${tenant}/${subject}`);
      const changes = [...subjects.values()].flatMap((same) => {
        const heardBy = same.filter(({ gateway, id }) => pending.get(gateway)?.has(id));
        const heard = heardBy.flatMap(({ gateway, id }) => pending.get(gateway)?.get(id) ?? []);
        return heardBy[0] ? [changeOf(heardBy[0], heard, this.#clock.now())] : [];
      });
      // In steps: an ingest that waits for its turn to write does not wait for all of them.
      for (let at = 0; at < changes.length; at += ROWS_PER_STATEMENT)
        await this.#store(changes.slice(at, at + ROWS_PER_STATEMENT));
    }
  }

  async #store(changes: readonly Change[]): Promise<void> {
    await this.#db.transaction().execute(async (trx) => {
      await trx
        .insertInto('deviceStates')
        .values(changes.map(({ row }) => row))
        .onConflict((conflict) =>
          conflict.columns(['tenant', 'subject']).doUpdateSet((eb) => ({
            ...{ state: eb.ref('excluded.state'), since: eb.ref('excluded.since') },
            ...{ heardAt: eb.ref('excluded.heardAt'), heard: eb.ref('excluded.heard') },
            dueAt: eb.ref('excluded.dueAt'),
          })),
        )
        .execute();
      const back = changes.flatMap(({ back: told }) => told ?? []);
      await tellOfDevices(trx, { code: 'DEVICE_BACK', severity: 'info', at: this.#clock.now() }, back);
    });
  }
}

interface Change {
  row: DeviceStateTable;
  back?: Told;
}

function selectStates(db: Db, gateways: readonly string[]) {
  return db
    .selectFrom('devices')
    .leftJoin('deviceStates', (join) =>
      join.onRef('deviceStates.tenant', '=', 'devices.tenant').onRef('deviceStates.subject', '=', 'devices.subject'),
    )
    .select(['devices.tenant', 'devices.gateway', 'devices.id', 'devices.protocol', 'devices.subject'])
    .select(['deviceStates.heard', 'deviceStates.state', 'deviceStates.since'])
    .where('devices.gateway', 'in', gateways)
    .execute();
}

type Known = Awaited<ReturnType<typeof selectStates>>[number];

function changeOf(before: Known, heard: readonly number[], now: number): Change {
  const { tenant, gateway, id: device, protocol, subject } = before;
  const times = addTimes(before.heard === null ? [] : (JSON.parse(before.heard) as number[]), heard);
  const heardAt = times.at(-1) ?? now;
  // Who polls a bus tells of a slave that does not answer itself.
  const limitMs = protocol === 'lorawan' ? silenceLimitMs(times) : undefined;
  const silentSince = before.state === 'silent' ? (before.since ?? now) : undefined;
  const isSilent = silentSince !== undefined && heardAt <= silentSince;
  const isBack = silentSince !== undefined && !isSilent;
  const since = before.state === null || isBack ? now : (before.since ?? now);
  const dueAt = limitMs === undefined ? null : heardAt + limitMs;
  const state = isSilent ? ('silent' as const) : ('heard' as const);
  return {
    row: { tenant, subject, state, since, heardAt, heard: JSON.stringify(times), dueAt },
    ...(isBack && { back: { tenant, gateway, device, sinceMs: now - silentSince } }),
  };
}
