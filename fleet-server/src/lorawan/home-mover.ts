import { type GatewayConfig, type HomeOrder, PROTOCOL_VERSION, VigieError } from '@vigie/contract';
import { type Actor, recordAudit } from '../audit/audit-log.ts';
import { recordEvent } from '../audit/events.ts';
import type { Clock } from '../clock.ts';
import { rankOf } from '../commands/state-rank.ts';
import { type ConfigDocuments, SERVER } from '../config/documents.ts';
import type { Db } from '../store/database.ts';
import type { MoveReason } from '../store/schema.ts';
import { cut, obstacleBetween, paste } from './document-move.ts';
import { findHome, type Home } from './home-registry.ts';
import type { LinkStatistics } from './link-statistics.ts';
import { betterHome, heirs, type MoveRules } from './move-rules.ts';
import type { SessionVault } from './session-vault.ts';

export interface HomeMoverParts {
  db: Db;
  clock: Clock;
  documents: ConfigDocuments;
  vault: SessionVault;
  links: LinkStatistics;
  rules: MoveRules;
  isConnected(gateway: string): boolean;
  tell(gateway: string, order: HomeOrder): void;
  /** Commands that wait for the device go to its new home. */
  resendCommands(gateway: string): Promise<void>;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

const AGAIN_MS = 5_000;
/** A device that its gateway let go of unasked is given back, but not again and again. */
const RETURN_REST_MS = 600_000;
const HOMES_A_ROUND = 500;

/**
 * Moves homes. A home that is there is asked to let go, and what it answers is the new home's beginning; one that is
 * dead is not asked, and the new home skips what it may have used. Either way two documents change in one transaction.
 */
export class HomeMover {
  readonly #parts: HomeMoverParts;
  readonly #startedAt: number;
  readonly #told = new Set<string>();

  constructor(parts: HomeMoverParts) {
    this.#parts = parts;
    this.#startedAt = parts.clock.now();
  }

  /** Throws NOT_FOUND, or CONFLICT where something stands against it. */
  async moveByHand(tenant: string, devEui: string, target: string, actor: Actor): Promise<void> {
    const home = await findHome(this.#parts.db, { tenant }, devEui);
    if (!home?.gateway) throw new VigieError('NOT_FOUND');
    if (home.gateway === target && home.state === 'settled') {
      throw new VigieError('CONFLICT', `Gateway ${target} is the home of the device already`);
    }
    const obstacle = home.state === 'settled' ? await this.#obstacle(home, target) : 'it is moving already';
    if (obstacle !== undefined) throw new VigieError('CONFLICT', obstacle);
    if (await this.#hasCommandsUnderWay(home)) throw new VigieError('CONFLICT', 'A command is under way');
    if (this.#parts.isConnected(home.gateway)) await this.#release(home, target, 'operator');
    else if (home.backup !== null) await this.#place(home, target, 'operator', actor);
    else throw new VigieError('CONFLICT', `Gateway ${home.gateway} is not there and has left no backup`);
  }

  async round(): Promise<void> {
    for (const { tenant, devEui } of this.#parts.links.takeChanged()) await this.#consider(tenant, devEui);
    await this.#replaceDead();
    await this.#pushOn();
  }

  /** The home has let go of the device: its new one begins. */
  async released(tenant: string, devEui: string): Promise<void> {
    const home = await findHome(this.#parts.db, { tenant }, devEui);
    if (home?.state !== 'releasing' || home.released !== 1 || home.gateway === null) return;
    const isUnasked = home.target === null;
    const { movedAt } = home;
    if (isUnasked && movedAt !== null && this.#parts.clock.now() - movedAt < RETURN_REST_MS) return;
    const target = home.target ?? home.gateway;
    const obstacle = target === home.gateway ? undefined : await this.#obstacle(home, target);
    const reason = home.reason ?? 'returned';
    if (obstacle === undefined) await this.#place(home, target, reason, SERVER);
    else {
      await this.#stuck(home, obstacle);
      await this.#place(home, home.gateway, 'returned', SERVER);
    }
  }

  /** Sessions that are on their way to a gateway, before the document that has it answer their devices. */
  async prepare(gateway: string): Promise<void> {
    const homes = await this.#parts.db
      .selectFrom('lorawanHomes')
      .selectAll()
      .where('gateway', '=', gateway)
      .where('state', '=', 'importing')
      .execute();
    for (const home of homes) await this.#push(home);
  }

  /** What else a gateway is owed in this matter when it comes back. */
  async greet(gateway: string): Promise<void> {
    const homes = await this.#parts.db
      .selectFrom('lorawanHomes')
      .selectAll()
      .where('gateway', '=', gateway)
      .where((eb) => eb.or([eb('state', '=', 'releasing'), eb('stray', 'is not', null)]))
      .execute();
    for (const home of homes) await this.#push(home);
  }

  /** Says what the home of the device is to hear, if it is there. */
  async push(tenant: string, devEui: string): Promise<void> {
    const home = await findHome(this.#parts.db, { tenant }, devEui);
    if (home) await this.#push(home);
  }

  async #consider(tenant: string, devEui: string): Promise<void> {
    const { db, clock, links, rules, isConnected } = this.#parts;
    const home = await findHome(db, { tenant }, devEui);
    if (!home?.gateway || home.state !== 'settled' || home.pinned === 1 || !isConnected(home.gateway)) return;
    if (home.movedAt !== null && clock.now() - home.movedAt < rules.restMs) return;
    const target = betterHome(home.gateway, links.of(tenant, devEui), rules);
    if (target === undefined || !isConnected(target)) return;
    const obstacle = await this.#obstacle(home, target);
    if (obstacle !== undefined) await this.#stuck(home, obstacle);
    else if (!(await this.#hasCommandsUnderWay(home))) await this.#release(home, target, 'better');
  }

  async #replaceDead(): Promise<void> {
    const { db, clock, links, rules, isConnected } = this.#parts;
    const deadline = clock.now() - rules.deadAfterMs;
    // After a start of the server nobody has had the time to come back.
    if (this.#startedAt > deadline) return;
    const homes = await db
      .selectFrom('lorawanHomes')
      .innerJoin('gateways', 'gateways.id', 'lorawanHomes.gateway')
      .selectAll('lorawanHomes')
      .select('lastSeenAt')
      .where('pinned', '=', 0)
      .where('overlaps', '=', 1)
      .where('backup', 'is not', null)
      .where((eb) =>
        eb.or([
          eb.and([eb('online', '=', 0), eb('lastSeenAt', '<', deadline)]),
          // It is there, but cannot live with the document that makes it the home.
          eb.and([eb('state', '=', 'importing'), eb('since', '<', deadline)]),
        ]),
      )
      .limit(HOMES_A_ROUND)
      .execute();
    for (const { lastSeenAt, ...home } of homes) {
      if (home.gateway === null || (isConnected(home.gateway) && home.state !== 'importing')) continue;
      const since = home.state === 'importing' ? home.since : (lastSeenAt ?? 0);
      for (const heir of heirs(home.gateway, links.of(home.tenant, home.devEui), since)) {
        if (!isConnected(heir) || (await this.#obstacle(home, heir)) !== undefined) continue;
        await this.#place(home, heir, 'dead', SERVER);
        break;
      }
    }
  }

  /** Says again what was not answered. */
  async #pushOn(): Promise<void> {
    const homes = await this.#parts.db
      .selectFrom('lorawanHomes')
      .selectAll()
      .where((eb) => eb.or([eb('state', '!=', 'settled'), eb('stray', 'is not', null)]))
      .where('since', '<', this.#parts.clock.now() - AGAIN_MS)
      .limit(HOMES_A_ROUND)
      .execute();
    for (const home of homes) await this.#push(home);
  }

  async #push(home: Home): Promise<void> {
    const { vault, tell, isConnected } = this.#parts;
    if (home.state === 'releasing' && home.released === 1) return this.released(home.tenant, home.devEui);
    if (home.gateway === null || !isConnected(home.gateway)) return;
    if (home.state === 'releasing') tell(home.gateway, releaseOrder(home));
    const order = await (home.state === 'importing' ? vault.importFor(home) : vault.adoptionFor(home));
    if (order) tell(home.gateway, order);
  }

  async #release(home: Home, target: string, reason: MoveReason): Promise<void> {
    const { db, clock, tell } = this.#parts;
    const { numUpdatedRows } = await db
      .updateTable('lorawanHomes')
      .set({ state: 'releasing', since: clock.now(), target, reason, released: 0 })
      .where('tenant', '=', home.tenant)
      .where('devEui', '=', home.devEui)
      .where('generation', '=', home.generation)
      .where('state', '=', 'settled')
      .executeTakeFirst();
    if (numUpdatedRows > 0n && home.gateway !== null) tell(home.gateway, releaseOrder(home));
  }

  /** Both documents, the queue of commands and the history change together, or nothing does. */
  async #place(home: Home, target: string, reason: MoveReason, actor: Actor): Promise<void> {
    const { db, clock, documents, vault, tell, resendCommands, log } = this.#parts;
    const { tenant, devEui, device: id } = home;
    const from = home.gateway;
    if (from === null) return;
    const scope = { tenant };
    const at = clock.now();
    const moved = await db.transaction().execute(async (trx) => {
      const now = await findHome(trx, scope, devEui);
      if (now?.gateway !== from || now.generation !== home.generation) return false;
      let moving: Pick<GatewayConfig, 'devices' | 'models'> = { devices: [] };
      await documents.edit(trx, scope, from, actor, (current) => {
        moving = cut(current, id);
        return { ...current, devices: current?.devices.filter((other) => other.id !== id) ?? [] };
      });
      await documents.edit(trx, scope, target, actor, (current) => paste(current, moving));
      await this.#follow(trx, { tenant, devEui, id, from, target, at, reason });
      const details = { devEui, from, to: target, reason, generation: home.generation + 1 };
      await recordAudit(trx, { at, actor, tenant, action: 'lorawan.move', target: `device/${id}`, details });
      return true;
    });
    if (!moved) return;
    log.info({ tenant, device: id, from, to: target, reason }, 'the home of a device moved');
    if (from !== target) {
      const message = `${id}: ${from} → ${target} (${reason})`;
      await recordEvent(db, { tenant, gateway: target, code: 'LORAWAN_HOME_MOVED', severity: 'info', message, at });
    }
    for (const gateway of new Set([from, target])) await documents.announce(gateway);
    const next = await findHome(db, scope, devEui);
    if (next?.state === 'importing' && next.gateway === target) tell(target, await vault.importFor(next));
    await resendCommands(target);
  }

  async #follow(
    trx: Db,
    move: { tenant: string; devEui: string; id: string; from: string; target: string; at: number; reason: MoveReason },
  ): Promise<void> {
    const { tenant, devEui, id, from, target, at, reason } = move;
    const home = await findHome(trx, { tenant }, devEui);
    const generation = home?.generation ?? 1;
    await trx
      .updateTable('lorawanHomes')
      .set({ movedAt: at })
      .where('tenant', '=', tenant)
      .where('devEui', '=', devEui)
      .execute();
    if (from === target) return;
    await trx
      .insertInto('lorawanMoves')
      .values({ tenant, devEui, device: id, fromGateway: from, toGateway: target, generation, at, reason })
      .execute();
    // One that may have reached the old home stays with it: it must not be carried out twice.
    await trx
      .updateTable('commands')
      .set({ gateway: target })
      .where('gateway', '=', from)
      .where('device', '=', id)
      .where('state', '=', 'queued')
      .where('handed', '=', 0)
      .execute();
    await trx.deleteFrom('latestReadings').where('gateway', '=', target).where('device', '=', id).execute();
    await trx
      .updateTable('latestReadings')
      .set({ gateway: target })
      .where('gateway', '=', from)
      .where('device', '=', id)
      .execute();
  }

  async #obstacle(home: Home, target: string): Promise<string | undefined> {
    const { documents } = this.#parts;
    const scope = { tenant: home.tenant };
    const to = await documents.current(scope, target);
    const from = home.gateway === null ? undefined : await documents.current(scope, home.gateway);
    return obstacleBetween(home, from, to, target);
  }

  async #hasCommandsUnderWay({ gateway, device }: Home): Promise<boolean> {
    const row = await this.#parts.db
      .selectFrom('commands')
      .select('id')
      .where('gateway', '=', gateway)
      .where('device', '=', device)
      .where('rank', '<', rankOf('confirmed') - 1)
      .where((eb) => eb.or([eb('handed', '=', 1), eb('state', '!=', 'queued')]))
      .where('expiresAt', '>', this.#parts.clock.now())
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Told once for each device and obstacle: it may stand for long. */
  async #stuck({ tenant, device, devEui, gateway }: Home, obstacle: string): Promise<void> {
    const key = `${tenant}/${devEui}/${obstacle}`;
    if (this.#told.has(key)) return;
    if (this.#told.size > 10_000) this.#told.clear();
    this.#told.add(key);
    const { db, clock, log } = this.#parts;
    log.warn({ tenant, device, code: 'LORAWAN_HOME_STUCK', detail: obstacle }, 'the home of a device cannot move');
    const about = { code: 'LORAWAN_HOME_STUCK', severity: 'warning', message: `${device}: ${obstacle}` } as const;
    await recordEvent(db, { tenant, ...(gateway !== null && { gateway }), ...about, at: clock.now() });
  }
}

function releaseOrder({ devEui, generation }: Home): HomeOrder {
  return { v: PROTOCOL_VERSION, kind: 'release', devEui, generation };
}
