import { recordEvent } from '../audit/events.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { tellOfFlapping } from './flapping.ts';
import type { HeardDevices } from './heard-devices.ts';
import { duration, tellOfDevices } from './tell.ts';

export interface AbsenceRules {
  /** A gateway is told of when it has been away, or back, for this long: a link that flaps does not flood. */
  quietMs: number;
  tickMs: number;
}

export const ABSENCE_RULES: AbsenceRules = { quietMs: 120_000, tickMs: 10_000 };

/** Gateways or devices that one tick deals with; the next one goes on. */
const ROWS_PER_TICK = 1_000;

interface Parts {
  db: Db;
  clock: Clock;
  heard: HeardDevices;
  rules: AbsenceRules;
  onError: (error: unknown) => void;
}

type Ended = 'stopped' | 'lost';

const REASONS: Readonly<Record<Ended | 'revoked' | 'expired' | 'unknown', string>> = {
  stopped: 'it was stopped on purpose',
  lost: 'the connection was lost',
  revoked: 'its identity was revoked',
  expired: 'its certificate has expired',
  unknown: 'the server was not running when it went',
};

/**
 * What is not there any more: gateways that are away, or come and go, and radio devices that are silent by their own
 * habits. States and their time stamps are in the database and judged by the clock, not by messages: what is absent sends
 * none.
 */
export class AbsenceWatch {
  readonly #parts: Parts;
  readonly #timer: NodeJS.Timeout;
  #work: Promise<void> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#timer = setInterval(() => {
      this.tick().catch(parts.onError);
    }, parts.rules.tickMs);
    this.#timer.unref();
  }

  tick(): Promise<void> {
    this.#work = this.#work.catch(() => undefined).then(() => this.#judge());
    return this.#work;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#work.catch(() => undefined);
    await this.#parts.heard.stop();
  }

  async #judge(): Promise<void> {
    const { db, clock, heard } = this.#parts;
    await heard.flush();
    const now = clock.now();
    await db.transaction().execute(async (trx) => {
      await this.#tellOfGateways(trx, now);
      await tellOfFlapping(trx, now);
      await tellOfSilence(trx, now);
    });
  }

  async #tellOfGateways(trx: Db, now: number): Promise<void> {
    const changed = await trx
      .selectFrom('gateways')
      .select(['id', 'tenant', 'online', 'presenceSince', 'revokedAt', 'ended'])
      .select((eb) =>
        eb
          .selectFrom('certificates')
          .select((of) => of.fn.max('expiresAt').as('expiresAt'))
          .whereRef('certificates.gateway', '=', 'gateways.id')
          .where('certificates.revokedAt', 'is', null)
          .as('expiresAt'),
      )
      .where('presenceSince', '<=', now - this.#parts.rules.quietMs)
      .whereRef('online', '=', 'offlineTold')
      .limit(ROWS_PER_TICK)
      .execute();
    for (const { id, tenant, online, presenceSince, revokedAt, ended, expiresAt } of changed) {
      const since = presenceSince ?? now;
      await trx
        .updateTable('gateways')
        .set({ offlineTold: online === 1 ? 0 : 1 })
        .where('id', '=', id)
        .execute();
      if (online === 1) {
        const message = `Online since ${new Date(since).toISOString()}`;
        await recordEvent(trx, { tenant, gateway: id, code: 'GATEWAY_BACK', severity: 'info', message, at: now });
        continue;
      }
      const reason = revokedAt !== null ? 'revoked' : (expiresAt ?? now) < now ? 'expired' : (ended ?? 'unknown');
      const severity = reason === 'stopped' || reason === 'revoked' ? 'info' : 'warning';
      const message = `Away for ${duration(now - since)}: ${REASONS[reason]}`;
      await recordEvent(trx, { tenant, gateway: id, code: 'GATEWAY_OFFLINE', severity, message, at: now });
    }
  }
}

/** A device whose gateway is away, or has been back for less than the device may be silent, is not judged. */
async function tellOfSilence(trx: Db, now: number): Promise<void> {
  const silent = await trx
    .selectFrom('deviceStates')
    .innerJoin('devices', (join) =>
      join.onRef('devices.tenant', '=', 'deviceStates.tenant').onRef('devices.subject', '=', 'deviceStates.subject'),
    )
    .innerJoin('gateways', 'gateways.id', 'devices.gateway')
    .select(['devices.tenant', 'devices.gateway', 'devices.id', 'devices.subject', 'heardAt'])
    .where('state', '=', 'heard')
    .where('dueAt', '<=', now)
    .where('gateways.online', '=', 1)
    .where((eb) =>
      eb(eb('gateways.presenceSince', '-', eb.ref('heardAt')), '<=', eb(eb.val(now), '-', eb.ref('dueAt'))),
    )
    .limit(ROWS_PER_TICK)
    .execute();
  for (const { tenant, subject } of silent) {
    await trx
      .updateTable('deviceStates')
      .set({ state: 'silent', since: now })
      .where('tenant', '=', tenant)
      .where('subject', '=', subject)
      .execute();
  }
  const told = silent.map(({ tenant, gateway, id: device, heardAt }) => {
    return { tenant, gateway, device, sinceMs: now - heardAt };
  });
  await tellOfDevices(trx, { code: 'DEVICE_SILENT', severity: 'warning', at: now }, told);
}
