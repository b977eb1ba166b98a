import { randomUUID } from 'node:crypto';
import {
  type CommandArguments,
  type CommandRequest,
  type CommandState,
  ERRORS,
  FORGET_NONCES,
  PROTOCOL_VERSION,
  VigieError,
} from '@vigie/contract';
import { checkCodecCommand, type Definition, encodeCommand } from '@vigie/decoders';
import type { Selectable } from 'kysely';
import { type Actor, recordAudit } from '../audit/audit-log.ts';
import type { Clock } from '../clock.ts';
import type { Catalogue } from '../registry/catalogue.ts';
import { type Device, findWhereItIs } from '../registry/devices.ts';
import type { TenantScope } from '../registry/scope.ts';
import type { Db } from '../store/database.ts';
import type { CommandTable } from '../store/schema.ts';
import { PRESUMED_RANK, rankOf } from './state-rank.ts';

export interface Command {
  id: string;
  gateway: string;
  device: string;
  name: string;
  args: CommandArguments;
  state: CommandState;
  result?: Record<string, number | string | boolean>;
  error?: { code: string; message: string };
  issuedAt: number;
  notBefore?: number;
  expiresAt: number;
  updatedAt: number;
  createdBy: string;
}

export interface CommandOrder {
  gateway: string;
  device: string;
  name: string;
  args: CommandArguments;
  /** From `notBefore` on where that is still to come. */
  expiresInSeconds: number;
  /** Epoch milliseconds. */
  notBefore?: number;
}

export interface CommandParts {
  db: Db;
  clock: Clock;
  catalogue: Catalogue;
  send: (gateway: string, request: CommandRequest) => void;
  isConnected: (gateway: string) => boolean;
}

const EXPIRY_CHECK_MS = 5_000;
const UNDELIVERED_GRACE_MS = 30_000;
const DELIVERED_GRACE_MS = 86_400_000;
const MAX_RESENT = 1_000;

/** Orders for devices: kept until their gateway is there, given up when their time is over. */
export class Commands {
  readonly #parts: CommandParts;
  readonly #timer: NodeJS.Timeout;

  constructor(parts: CommandParts, onError: (error: unknown) => void) {
    this.#parts = parts;
    this.#timer = setInterval(() => {
      this.#look().catch(onError);
    }, EXPIRY_CHECK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    await this.expire();
    await this.pickUp();
  }

  /** Hands over what another process (the command line) put down for gateways that are here. */
  async pickUp(): Promise<void> {
    const { db, clock, isConnected } = this.#parts;
    const rows = await db
      .selectFrom('commands')
      .select('gateway')
      .distinct()
      .where('rank', '=', rankOf('queued'))
      .where('handed', '=', 0)
      .where('expiresAt', '>', clock.now())
      .limit(MAX_RESENT)
      .execute();
    for (const { gateway } of rows) if (isConnected(gateway)) await this.resend(gateway);
  }

  async create(scope: TenantScope, order: CommandOrder, actor: Actor): Promise<Command> {
    const { db, clock, send, isConnected } = this.#parts;
    const { device, name, args, notBefore = null } = order;
    const found = await findWhereItIs(db, scope, order.gateway, device);
    const { gateway } = found;
    this.#check(found, name, args);
    // Noted before it is sent: what may have reached a gateway is never given to another one.
    const handed = isConnected(gateway) ? 1 : 0;
    const now = clock.now();
    const row = {
      ...{ id: randomUUID(), tenant: scope.tenant, gateway, device, name, args: JSON.stringify(args) },
      ...{ state: 'queued' as const, rank: rankOf('queued'), result: null, error: null },
      ...{
        issuedAt: now,
        expiresAt: Math.max(now, notBefore ?? 0) + order.expiresInSeconds * 1_000,
        updatedAt: now,
        createdBy: actor.name,
      },
      ...{ handed, notBefore },
    };
    await db.transaction().execute(async (trx) => {
      await trx.insertInto('commands').values(row).execute();
      const details = { id: row.id, name, args, ...(notBefore === null ? {} : { notBefore }) };
      await recordAudit(trx, {
        ...{ at: now, actor, tenant: scope.tenant, action: 'command.create', details },
        target: `gateway/${gateway}/device/${device}`,
      });
    });
    if (handed === 1) send(gateway, toRequest(row));
    return toCommand(row);
  }

  /** Sends again what the gateway may not have received. It carries out an id only once. */
  async resend(gateway: string): Promise<void> {
    const { db, clock, send, isConnected } = this.#parts;
    if (!isConnected(gateway)) return;
    await db
      .updateTable('commands')
      .set({ handed: 1 })
      .where('gateway', '=', gateway)
      .where('rank', '=', rankOf('queued'))
      .where('handed', '=', 0)
      .execute();
    const rows = await db
      .selectFrom('commands')
      .selectAll()
      .where('gateway', '=', gateway)
      .where('rank', '=', rankOf('queued'))
      .where('expiresAt', '>', clock.now())
      .orderBy('issuedAt')
      .limit(MAX_RESENT)
      .execute();
    for (const row of rows) send(gateway, toRequest(row));
  }

  /**
   * Gives up what the gateway reported no end of: soon where it never received the command, late where it did and may
   * only be out of reach. It is a presumption: the gateway's own last word, should it still come, takes its place.
   */
  async expire(): Promise<void> {
    const { db, clock } = this.#parts;
    const now = clock.now();
    await db
      .updateTable('commands')
      .set({
        state: 'expired',
        rank: PRESUMED_RANK,
        error: JSON.stringify({ code: 'COMMAND_EXPIRED', message: ERRORS.COMMAND_EXPIRED }),
        updatedAt: now,
      })
      .where('state', 'in', ['queued', 'delivered', 'sent'])
      .where((eb) =>
        eb.or([
          eb.and([eb('rank', '=', rankOf('queued')), eb('expiresAt', '<', now - UNDELIVERED_GRACE_MS)]),
          eb.and([eb('rank', '>', rankOf('queued')), eb('expiresAt', '<', now - DELIVERED_GRACE_MS)]),
        ]),
      )
      .execute();
  }

  /** A LoRaWAN model that is not in the catalogue is one of the gateway's own: its vendor's codec has the last word there. */
  #check({ model, protocol }: Device, name: string, args: CommandArguments): void {
    if (name === FORGET_NONCES) {
      if (protocol !== 'lorawan') throw new VigieError('COMMAND_UNKNOWN', `${FORGET_NONCES} is for LoRaWAN devices`);
      if (Object.keys(args).length > 0) throw new VigieError('COMMAND_ARGUMENT', `${FORGET_NONCES} has no arguments`);
      return;
    }
    const definition = this.#parts.catalogue.find(model);
    if (!definition && protocol !== 'lorawan') throw new VigieError('COMMAND_UNKNOWN', `${model} has no commands`);
    const outcome = definition ? encode(definition, name, args) : checkCodecCommand(name, args);
    if (!outcome.ok) throw new VigieError(outcome.code, outcome.message);
  }
}

function encode(definition: Definition, name: string, args: CommandArguments) {
  return definition.protocol === 'lorawan'
    ? encodeCommand(definition, name, args)
    : encodeCommand(definition, name, args);
}

export async function findCommand(db: Db, { tenant }: TenantScope, id: string): Promise<Command> {
  const row = await db
    .selectFrom('commands')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw new VigieError('NOT_FOUND');
  return toCommand(row);
}

/** The newest first. */
export async function listCommands(
  db: Db,
  { tenant }: TenantScope,
  filter: { gateway: string; device: string; limit: number },
): Promise<Command[]> {
  const rows = await db
    .selectFrom('commands')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('gateway', '=', filter.gateway)
    .where('device', '=', filter.device)
    .orderBy('issuedAt', 'desc')
    .orderBy('id')
    .limit(filter.limit)
    .execute();
  return rows.map(toCommand);
}

function toRequest(row: Selectable<CommandTable>): CommandRequest {
  const { id, device, name, issuedAt, expiresAt, notBefore } = row;
  const times = { issuedAt, expiresAt, ...(notBefore === null ? {} : { notBefore }) };
  return { v: PROTOCOL_VERSION, id, device, name, args: JSON.parse(row.args), ...times };
}

function toCommand(row: Selectable<CommandTable>): Command {
  const { id, gateway, device, name, state, issuedAt, expiresAt, updatedAt, createdBy } = row;
  return {
    ...{ id, gateway, device, name, args: JSON.parse(row.args), state, issuedAt, expiresAt, updatedAt, createdBy },
    ...(row.notBefore === null ? {} : { notBefore: row.notBefore }),
    ...(row.result === null ? {} : { result: JSON.parse(row.result) }),
    ...(row.error === null ? {} : { error: JSON.parse(row.error) }),
  };
}
