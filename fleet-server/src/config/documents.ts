import {
  CONFIG_SCHEMA,
  checkReferences,
  describeViolations,
  GatewayConfig,
  HumanName,
  VigieError,
  validate,
  withPlainDigits,
} from '@vigie/contract';
import { problemOfModels } from '@vigie/decoders';
import { type Actor, recordAudit } from '../audit/audit-log.ts';
import type { Clock } from '../clock.ts';
import type { MasterKey } from '../identity/master-key.ts';
import { settleHomes } from '../lorawan/home-registry.ts';
import type { Catalogue } from '../registry/catalogue.ts';
import { projectDevices } from '../registry/device-rows.ts';
import type { TenantScope } from '../registry/scope.ts';
import type { Db } from '../store/database.ts';
import { restoreSecrets } from './redaction.ts';

const KEPT_REVISIONS = 50;

export interface DocumentParts {
  db: Db;
  clock: Clock;
  master: MasterKey;
  catalogue: Catalogue;
  /** A new document is in force: the gateway is told, if it is there. */
  onChanged: (gateway: string) => Promise<void>;
}

/** Who moves devices between documents, and who offers what was interrupted again. */
export const SERVER: Actor = { name: 'server' };
const AGAIN: Actor = { name: 'server, again' };

export type ConfigDraft = Record<string, unknown>;

/** The versioned document of each gateway: the authority over what it does. */
export class ConfigDocuments {
  readonly #parts: DocumentParts;

  constructor(parts: DocumentParts) {
    this.#parts = parts;
  }

  /** With its keys: for the gateway only. */
  async current(scope: TenantScope, gateway: string): Promise<GatewayConfig | undefined> {
    return this.#read(this.#parts.db, scope, gateway);
  }

  /** For the gateway that says hello. */
  async forGateway(gateway: string): Promise<GatewayConfig | undefined> {
    const row = await this.#parts.db
      .selectFrom('gateways')
      .select(['tenant', 'configRevision'])
      .where('id', '=', gateway)
      .executeTakeFirst();
    return row && row.configRevision > 0 ? this.#read(this.#parts.db, { tenant: row.tenant }, gateway) : undefined;
  }

  /**
   * Puts a whole document in force. Its `revision`, where it has one, must be the one in force: whoever edits an older
   * one is told (CONFLICT) and reads again.
   */
  async replace(scope: TenantScope, gateway: string, draft: ConfigDraft, actor: Actor): Promise<GatewayConfig> {
    return this.#change(scope, gateway, actor, (current) => {
      const { revision } = draft;
      if (revision !== undefined && revision !== (current?.revision ?? 0)) throw new VigieError('CONFLICT');
      return draft;
    });
  }

  async addDevice(scope: TenantScope, gateway: string, device: ConfigDraft, actor: Actor): Promise<GatewayConfig> {
    return this.#change(scope, gateway, actor, (current) => {
      const devices = current?.devices ?? [];
      if (devices.some(({ id }) => id === device.id))
        throw new VigieError('CONFLICT', `There is a device ${device.id}`);
      return { ...(current ?? { schema: CONFIG_SCHEMA }), devices: [...devices, device] };
    });
  }

  async removeDevice(scope: TenantScope, gateway: string, id: string, actor: Actor): Promise<GatewayConfig> {
    return this.#change(scope, gateway, actor, (current) => {
      if (!current?.devices.some((device) => device.id === id)) throw new VigieError('NOT_FOUND');
      return { ...current, devices: current.devices.filter((device) => device.id !== id) };
    });
  }

  async #change(
    scope: TenantScope,
    gateway: string,
    actor: Actor,
    edit: (current: GatewayConfig | undefined) => ConfigDraft,
  ): Promise<GatewayConfig> {
    const { db } = this.#parts;
    const config = await db.transaction().execute((trx) => this.edit(trx, scope, gateway, actor, edit));
    await this.announce(gateway);
    return config;
  }

  /** Makes the next revision in a transaction of the caller's, who announces it when that is done. */
  async edit(
    trx: Db,
    scope: TenantScope,
    gateway: string,
    actor: Actor,
    edit: (current: GatewayConfig | undefined) => ConfigDraft,
  ): Promise<GatewayConfig> {
    const at = this.#parts.clock.now();
    // Taking the next revision first holds the row: two edits at once become two revisions.
    const row = await trx
      .updateTable('gateways')
      .set((eb) => ({ configRevision: eb('configRevision', '+', 1) }))
      .where('tenant', '=', scope.tenant)
      .where('id', '=', gateway)
      .returning('configRevision')
      .executeTakeFirst();
    if (!row) throw new VigieError('NOT_FOUND');
    const current = await this.#read(trx, scope, gateway);
    const checked = this.#check({ ...edit(current), revision: row.configRevision }, current);
    const next = await settleHomes(trx, scope, gateway, checked, at);
    await this.#store(trx, scope, gateway, next, { at, actor });
    const { tenant } = scope;
    const details = { revision: next.revision, ...differences(current, next) };
    await recordAudit(trx, { at, actor, tenant, action: 'config.replace', target: `gateway/${gateway}`, details });
    return next;
  }

  /** A revision is in force: whoever goes by it is told. */
  announce(gateway: string): Promise<void> {
    return this.#parts.onChanged(gateway);
  }

  /**
   * A document that the server itself changed, and that a restart of the gateway interrupted: the same once more as the
   * next revision, and only once. A document that ends the gateway must not be offered for ever.
   */
  async offerAgain(gateway: string, revision: number): Promise<void> {
    const { db } = this.#parts;
    const row = await db
      .selectFrom('gatewayConfigs')
      .innerJoin('gateways', 'gateways.id', 'gatewayConfigs.gateway')
      .select('gateways.tenant')
      .where('gatewayConfigs.gateway', '=', gateway)
      .where('revision', '=', revision)
      .whereRef('revision', '=', 'gateways.configRevision')
      .where('createdBy', '=', SERVER.name)
      .executeTakeFirst();
    if (row) await this.#change({ tenant: row.tenant }, gateway, AGAIN, (current) => ({ ...current }));
  }

  /** The tenant has its second gateway: the document of the first says now that gateways overlap. */
  async gatewayAdded(scope: TenantScope, actor: Actor): Promise<void> {
    const gateways = await this.#parts.db
      .selectFrom('gateways')
      .select(['id', 'configRevision'])
      .where('tenant', '=', scope.tenant)
      .limit(3)
      .execute();
    if (gateways.length !== 2) return;
    for (const { id, configRevision } of gateways) {
      const current = configRevision > 0 ? await this.current(scope, id) : undefined;
      if (!current?.lorawan || current.lorawan.passFrames !== undefined) continue;
      await this.#change(scope, id, actor, (document) => ({ ...document }));
    }
  }

  #check(draft: ConfigDraft, current: GatewayConfig | undefined): GatewayConfig {
    const checked = validate(GatewayConfig, restoreSecrets(withPlainDigits(draft) as ConfigDraft, current));
    if (!checked.ok) throw new VigieError('CONFIG_INVALID', describeViolations(checked.violations));
    const names = unsoundNames(checked.value, current);
    if (names.length > 0) throw new VigieError('CONFIG_INVALID', describeViolations(names));
    const violations = checkReferences(checked.value);
    if (violations.length > 0) throw new VigieError('CONFIG_REFERENCE', describeViolations(violations));
    const problem = problemOfModels(checked.value, (id) => this.#parts.catalogue.find(id));
    if (problem) throw new VigieError(problem.code, problem.message);
    return checked.value;
  }

  async #store(
    trx: Db,
    scope: TenantScope,
    gateway: string,
    config: GatewayConfig,
    { at, actor }: { at: number; actor: Actor },
  ): Promise<void> {
    const { master, catalogue } = this.#parts;
    const { revision } = config;
    const document = master.seal(JSON.stringify(config), placeOf(gateway, revision));
    await trx
      .insertInto('gatewayConfigs')
      .values({ gateway, revision, tenant: scope.tenant, document, createdAt: at, createdBy: actor.name })
      .execute();
    await trx
      .deleteFrom('gatewayConfigs')
      .where('gateway', '=', gateway)
      .where('revision', '<=', revision - KEPT_REVISIONS)
      .execute();
    await projectDevices(trx, scope, gateway, config, catalogue);
  }

  async #read(db: Db, { tenant }: TenantScope, gateway: string): Promise<GatewayConfig | undefined> {
    const row = await db
      .selectFrom('gatewayConfigs')
      .select(['revision', 'document'])
      .where('tenant', '=', tenant)
      .where('gateway', '=', gateway)
      .orderBy('revision', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (!row) return undefined;
    return JSON.parse(this.#parts.master.open(row.document, placeOf(gateway, row.revision))) as GatewayConfig;
  }
}

function placeOf(gateway: string, revision: number): string {
  return `gateway-config/${gateway}/${revision}`;
}

/**
 * Names of devices that turn the text around them over, or that look like another. Those that a former release let in
 * stay: a document must not become invalid because the server is newer.
 */
function unsoundNames({ devices }: GatewayConfig, before: GatewayConfig | undefined) {
  const known = new Set(before?.devices.map(({ name }) => name));
  return devices.flatMap(({ name }, index) => {
    if (name === undefined || known.has(name)) return [];
    if (validate(HumanName, name).ok) return [];
    return [{ path: `/devices/${index}/name`, message: 'has signs that do not show, or a space at one of its ends' }];
  });
}

/** Names only: what changed inside a device may be a key. */
function differences(before: GatewayConfig | undefined, after: GatewayConfig) {
  const old = new Map(before?.devices.map((device) => [device.id, JSON.stringify(device)]));
  const present = new Set(after.devices.map(({ id }) => id));
  return {
    added: after.devices.filter(({ id }) => !old.has(id)).map(({ id }) => id),
    removed: [...old.keys()].filter((id) => !present.has(id)),
    changed: after.devices.filter((d) => old.has(d.id) && old.get(d.id) !== JSON.stringify(d)).map(({ id }) => id),
  };
}
