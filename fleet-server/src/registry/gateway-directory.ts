import type { Db } from '../store/database.ts';

export interface DeviceEntry {
  asset: string;
  domain: string;
}

/** What the path of an uplink must know of a gateway; the devices change under it when the configuration does. */
export interface GatewayEntry {
  id: string;
  tenant: string;
  devices: ReadonlyMap<string, DeviceEntry>;
}

/** Gateways that are connected, in memory: no uplink waits for a query. */
export class GatewayDirectory {
  readonly #db: Db;
  readonly #entries = new Map<string, GatewayEntry>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** Loads a gateway when it connects; undefined where there is none or it was revoked. */
  async load(id: string): Promise<GatewayEntry | undefined> {
    const gateway = await this.#db
      .selectFrom('gateways')
      .select(['id', 'tenant'])
      .where('id', '=', id)
      .where('revokedAt', 'is', null)
      .executeTakeFirst();
    if (!gateway) return undefined;
    const entry = this.#entries.get(id) ?? { ...gateway, devices: new Map() };
    entry.devices = await this.#devices(id);
    this.#entries.set(id, entry);
    return entry;
  }

  /** The configuration of a gateway changed: whoever holds its entry sees the new devices. */
  async refresh(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry) entry.devices = await this.#devices(id);
  }

  forget(id: string): void {
    this.#entries.delete(id);
  }

  async #devices(gateway: string): Promise<Map<string, DeviceEntry>> {
    const rows = await this.#db
      .selectFrom('devices')
      .select(['id', 'asset', 'domain'])
      .where('gateway', '=', gateway)
      .execute();
    return new Map(rows.map(({ id, asset, domain }) => [id, { asset, domain }]));
  }
}
