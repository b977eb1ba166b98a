import type { Db } from '../store/database.ts';

export interface DeviceEntry {
  asset: string;
  domain: string;
  /** Of a device that is heard by radio. */
  devEui?: string;
}

/** What the path of an uplink must know of a gateway; the devices change under it when the configuration does. */
export interface GatewayEntry {
  id: string;
  tenant: string;
  devices: ReadonlyMap<string, DeviceEntry>;
  /** Neighbours hear its radio devices too. */
  overlaps: boolean;
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
    const entry = this.#entries.get(id) ?? { ...gateway, devices: new Map(), overlaps: false };
    entry.devices = await this.#devices(id);
    entry.overlaps = await this.#overlaps(id);
    this.#entries.set(id, entry);
    return entry;
  }

  /** The configuration of a gateway changed: whoever holds its entry sees the new devices. */
  async refresh(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (!entry) return;
    [entry.devices, entry.overlaps] = await Promise.all([this.#devices(id), this.#overlaps(id)]);
  }

  forget(id: string): void {
    this.#entries.delete(id);
  }

  async #overlaps(gateway: string): Promise<boolean> {
    const one = await this.#db
      .selectFrom('lorawanHomes')
      .select('devEui')
      .where('gateway', '=', gateway)
      .where('overlaps', '=', 1)
      .limit(1)
      .executeTakeFirst();
    return one !== undefined;
  }

  async #devices(gateway: string): Promise<Map<string, DeviceEntry>> {
    const columns = ['devices.id', 'asset', 'domain', 'protocol', 'address'] as const;
    const rows = await this.#db.selectFrom('devices').select(columns).where('gateway', '=', gateway).execute();
    // Of devices that have moved away the gateway may still hold records.
    const moved = await this.#db
      .selectFrom('lorawanMoves')
      .innerJoin('devices', (join) =>
        join
          .onRef('devices.tenant', '=', 'lorawanMoves.tenant')
          .onRef('devices.address', '=', 'lorawanMoves.devEui')
          .onRef('devices.id', '=', 'lorawanMoves.device'),
      )
      .select(columns)
      .where('lorawanMoves.fromGateway', '=', gateway)
      .execute();
    return new Map(
      [...moved, ...rows].map(({ id, asset, domain, protocol, address }) => [
        id,
        { asset, domain, ...(protocol === 'lorawan' && { devEui: address }) },
      ]),
    );
  }
}
