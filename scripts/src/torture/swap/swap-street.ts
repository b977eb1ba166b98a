import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { DeviceConfig, OutboxRecord } from '@vigie/contract';
import { FleetClient } from '../../demo/fleet-client.ts';
import { until } from '../../demo/program.ts';
import { Child } from '../overlap/child.ts';
import { enrolBox } from '../overlap/enrol-box.ts';
import { freeUdpPort } from '../overlap/free-udp-port.ts';
import { Gateway } from '../overlap/gateway.ts';
import type { ServerOrder, ServerReport } from '../overlap/server-process.ts';

const LIMIT_MS = 60_000;
const EVERY_MS = 20;
/** Homes move by hand alone. */
const RULES = { roundMs: 150, restMs: 600_000_000, deadAfterMs: 600_000_000 };

export interface Place {
  tenant: string;
  gateway: Gateway;
  /** Gateways that hear the same devices. */
  neighbours: Gateway[];
}

/** A fleet server, a gateway that stands alone, and two that hear the same street; each in a process of its own. */
export class SwapStreet {
  readonly places: Place[] = [];
  readonly #folder: string;
  readonly #server = new Child<ServerOrder, ServerReport>(new URL('../overlap/server-process.ts', import.meta.url));
  #ports = { httpPort: 0, mqttPort: 0 };
  #api: FleetClient | undefined;
  #boxes = 0;
  #readThrough = 0;
  readonly #times = new Map<number, number>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(folder: string, alone: DeviceConfig[], shared: DeviceConfig[]): Promise<SwapStreet> {
    const street = new SwapStreet(folder);
    await street.startServer();
    const make = async (id: string) => new Gateway(id, street.#nextFolder(id), await freeUdpPort());
    const [single, left, right] = [await make('gw-alone'), await make('gw-left'), await make('gw-right')];
    street.places.push(
      { tenant: 'village', gateway: single, neighbours: [] },
      { tenant: 'town', gateway: left, neighbours: [right] },
      { tenant: 'town', gateway: right, neighbours: [left] },
    );
    for (const tenant of ['village', 'town']) await street.api.post('/tenants', { id: tenant, name: tenant });
    for (const [index, place] of street.places.entries()) {
      const { tenant, gateway } = place;
      await street.api.post(`/tenants/${tenant}/gateways`, { id: gateway.id, name: gateway.id });
      await street.#configure(place, [alone, shared, []][index] ?? []);
      await street.enrol(place);
      await gateway.startFresh();
      await street.ready(place);
      await gateway.openRadio(`0016c001f150082${index}`);
    }
    return street;
  }

  get api(): FleetClient {
    if (!this.#api) throw new Error('the server was not started yet');
    return this.#api;
  }

  /** Also after a kill: on the same ports and data as before. */
  async startServer(): Promise<void> {
    const order = { dataFolder: join(this.#folder, 'server'), ...this.#ports, moveRules: RULES };
    const { httpPort, mqttPort, ca, token } = await this.#server.start(order);
    this.#ports = { httpPort, mqttPort };
    this.#api = new FleetClient(() => httpPort, ca, token);
  }

  killServer(): Promise<void> {
    return this.#server.kill();
  }

  /** The box is dead; another one with a key of its own, and nothing else, takes its place. */
  async swap(place: Place): Promise<void> {
    const { gateway } = place;
    gateway.replaceBox(this.#nextFolder(gateway.id));
    await this.enrol(place);
    await gateway.startFresh();
  }

  async enrol({ tenant, gateway }: Place): Promise<void> {
    const path = `/tenants/${tenant}/gateways/${gateway.id}/claims`;
    await enrolBox(gateway.folder, (await this.api.post<{ claim: string }>(path, {})).claim);
  }

  /** The gateway is online and goes by its document. */
  ready({ tenant, gateway }: Place): Promise<unknown> {
    return this.#until(`${gateway.id} to be ready`, async () => {
      const path = `/tenants/${tenant}/gateways/${gateway.id}`;
      const { config, state } = await this.api.get<{ config: { revision: number; applied: number }; state: string }>(
        path,
      );
      return state === 'online' && config.applied === config.revision && (await gateway.status()).link.up;
    });
  }

  async move({ tenant, gateway }: Place, device: string, to: string): Promise<void> {
    await this.api.post(`/tenants/${tenant}/gateways/${gateway.id}/devices/${device}/home`, { gateway: to });
    await this.#until(`${device} to be at ${to}`, async () => {
      const path = `/tenants/${tenant}/gateways/${to}/devices/${device}/home`;
      const home = await this.api.get<{ state: string; gateway: string }>(path).catch(() => undefined);
      return home?.gateway === to && home.state === 'settled';
    });
  }

  command({ tenant, gateway }: Place, device: string, level: number): Promise<unknown> {
    const path = `/tenants/${tenant}/gateways/${gateway.id}/devices/${device}/commands`;
    return this.api.post(path, { name: 'lamp.dim', args: { level }, expiresInSeconds: 120 });
  }

  /** Where each device is at home, by the server's database. */
  homes(): Map<string, string> {
    const rows = this.#query('select device, gateway from lorawan_homes where gateway is not null');
    return new Map(rows.map(({ device, gateway }) => [String(device), String(gateway)]));
  }

  events(code: string): number {
    const [row] = this.#query('select count(*) as count from events where code = ?', code);
    return Number(row?.count);
  }

  /** All that the gateway heard and the server is to have, it has. */
  drained({ gateway, neighbours }: Place): Promise<unknown> {
    return this.#until('everything to arrive', async () => {
      for (const each of [gateway, ...neighbours]) {
        if (!each.isAlive) continue;
        const { outbox, ledger } = await each.status();
        const isHolding = ['lorawan.frames', 'lorawan.passed', 'pipeline'].some(
          (name) => (ledger[name]?.held ?? 0) > 0,
        );
        if (isHolding || outbox.records > 0) return false;
      }
      return true;
    });
  }

  /** How often each number of pulses is stored. */
  stored(): ReadonlyMap<number, number> {
    const rows = this.#query(
      "select id, body from uplinks where kind = 'readings' and id > ? order by id",
      this.#readThrough,
    );
    for (const { id, body } of rows) {
      this.#readThrough = Number(id);
      const record = JSON.parse(String(body)) as OutboxRecord;
      if (record.kind !== 'readings') continue;
      const pulses = Number(record.readings.find(({ quantity }) => quantity === 'pulse.count')?.value);
      this.#times.set(pulses, (this.#times.get(pulses) ?? 0) + 1);
    }
    return this.#times;
  }

  async stop(): Promise<void> {
    for (const { gateway } of this.places) await gateway.close();
    await this.killServer();
  }

  #nextFolder(id: string): string {
    this.#boxes += 1;
    return join(this.#folder, `${id}-${this.#boxes}`);
  }

  #configure({ tenant, gateway, neighbours }: Place, devices: DeviceConfig[]): Promise<unknown> {
    const source = { id: 'roof', type: 'semtech-udp', host: '127.0.0.1', port: gateway.udpPort };
    const passFrames = neighbours.length > 0;
    return this.api.put(`/tenants/${tenant}/gateways/${gateway.id}/config`, {
      ...{ schema: 1, devices },
      lorawan: { region: 'US915', netId: '000000', sources: [source], passFrames, dedupWindowMs: 5 },
    });
  }

  #query(sql: string, ...values: (string | number)[]): Record<string, unknown>[] {
    const db = new DatabaseSync(join(this.#folder, 'server', 'vigie.db'), { readOnly: true });
    try {
      return db.prepare(sql).all(...values);
    } finally {
      db.close();
    }
  }

  #until<T>(what: string, probe: () => Promise<T | undefined | false>): Promise<T> {
    return until(what, probe, { limitMs: LIMIT_MS, everyMs: EVERY_MS });
  }
}
