import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { DeviceConfig, OutboxRecord } from '@vigie/contract';
import { FleetClient } from '../../demo/fleet-client.ts';
import { until } from '../../demo/program.ts';
import { Child } from './child.ts';
import { enrolBox } from './enrol-box.ts';
import { freeUdpPort } from './free-udp-port.ts';
import { Gateway } from './gateway.ts';
import type { ServerOrder, ServerReport } from './server-process.ts';

export const TENANT = 'town';
const LIMIT_MS = 60_000;
const EVERY_MS = 20;

export interface HomeView {
  gateway: string;
  generation: number;
  state: 'settled' | 'releasing' | 'importing';
  candidates: { gateway: string; marginDb?: number; frames: number }[];
  moves: { from?: string; to: string; reason: string }[];
}

/** A fleet server and two gateways that hear the same street, each in a process of its own. */
export class OverlappingGateways {
  readonly a: Gateway;
  readonly b: Gateway;
  readonly #folder: string;
  readonly #rules: ServerOrder['moveRules'];
  readonly #server = new Child<ServerOrder, ServerReport>(new URL('./server-process.ts', import.meta.url));
  #ports = { httpPort: 0, mqttPort: 0 };
  #api: FleetClient | undefined;

  private constructor(folder: string, rules: ServerOrder['moveRules'], gateways: [Gateway, Gateway]) {
    this.#folder = folder;
    this.#rules = rules;
    [this.a, this.b] = gateways;
  }

  static async start(
    folder: string,
    devices: { a: DeviceConfig[]; b: DeviceConfig[] },
    rules: ServerOrder['moveRules'],
  ): Promise<OverlappingGateways> {
    const gateways: [Gateway, Gateway] = [
      new Gateway('gw-a', join(folder, 'a'), await freeUdpPort()),
      new Gateway('gw-b', join(folder, 'b'), await freeUdpPort()),
    ];
    const rig = new OverlappingGateways(folder, rules, gateways);
    await rig.startServer();
    await rig.api.post('/tenants', { id: TENANT, name: 'Town' });
    for (const [index, gateway] of gateways.entries()) {
      await rig.api.post(`/tenants/${TENANT}/gateways`, { id: gateway.id, name: gateway.id });
      await rig.#enrol(gateway);
      await rig.configure(gateway, index === 0 ? devices.a : devices.b);
      await gateway.start();
    }
    for (const [index, gateway] of gateways.entries()) {
      await rig.connected(gateway);
      await gateway.openRadio(`0016c001f150081${index + 1}`);
    }
    return rig;
  }

  get api(): FleetClient {
    if (!this.#api) throw new Error('the server was not started yet');
    return this.#api;
  }

  get gateways(): Gateway[] {
    return [this.a, this.b];
  }

  get isServerAlive(): boolean {
    return this.#server.isAlive;
  }

  gateway(id: string): Gateway {
    return id === this.a.id ? this.a : this.b;
  }

  other(gateway: Gateway): Gateway {
    return gateway === this.a ? this.b : this.a;
  }

  /** Also after a kill: on the same ports and data as before. */
  async startServer(): Promise<void> {
    const order = { dataFolder: join(this.#folder, 'server'), ...this.#ports, moveRules: this.#rules };
    const { httpPort, mqttPort, ca, token } = await this.#server.start(order);
    this.#ports = { httpPort, mqttPort };
    this.#api = new FleetClient(() => httpPort, ca, token);
  }

  killServer(): Promise<void> {
    for (const gateway of this.gateways) gateway.isInTouch = false;
    return this.#server.kill();
  }

  configure(gateway: Gateway, devices: DeviceConfig[]): Promise<unknown> {
    const source = { id: 'roof', type: 'semtech-udp', host: '127.0.0.1', port: gateway.udpPort };
    return this.api.put(`/tenants/${TENANT}/gateways/${gateway.id}/config`, {
      ...{ schema: 1, devices },
      lorawan: { region: 'US915', netId: '000000', sources: [source], passFrames: true, dedupWindowMs: 5 },
    });
  }

  /** The gateway is online and goes by its document. */
  async connected(gateway: Gateway): Promise<void> {
    await this.#until(`${gateway.id} to connect`, async () => {
      const { config, state } = await this.api.get<{
        config: { revision: number; applied: number };
        state: string;
      }>(`/tenants/${TENANT}/gateways/${gateway.id}`);
      return state === 'online' && config.applied === config.revision && (await gateway.status()).link.up;
    });
    gateway.isInTouch = true;
  }

  /** By the server's database, which is there without the server too. */
  homeOf(device: string): string | undefined {
    const [row] = this.#query('select gateway from lorawan_homes where device = ?', device);
    return row?.gateway === undefined ? undefined : String(row.gateway);
  }

  async home(device: string): Promise<HomeView> {
    for (const { id } of this.gateways) {
      const path = `/tenants/${TENANT}/gateways/${id}/devices/${device}/home`;
      const home = await this.api.get<HomeView>(path).catch(() => undefined);
      if (home) return home;
    }
    throw new Error(`${device} has no home`);
  }

  /** By hand; resolves when the new home has confirmed it. */
  async move(device: string, to: Gateway): Promise<void> {
    await this.beginMove(device, to);
    await this.atHome(device, to);
  }

  async beginMove(device: string, to: Gateway): Promise<void> {
    const { gateway } = await this.home(device);
    await this.api.post(`/tenants/${TENANT}/gateways/${gateway}/devices/${device}/home`, { gateway: to.id });
  }

  /** Ids of the devices that have their home there. */
  async homesAt({ id }: Gateway): Promise<string[]> {
    const path = `/tenants/${TENANT}/devices?gateway=${id}&limit=1000`;
    return (await this.api.get<{ items: { id: string }[] }>(path)).items.map((device) => device.id);
  }

  moves(): number {
    return Number(this.#query('select count(*) as count from lorawan_moves')[0]?.count);
  }

  async atHome(device: string, gateway: Gateway): Promise<HomeView> {
    return this.#until(`${device} to be at home at ${gateway.id}`, async () => {
      const home = await this.home(device).catch(() => undefined);
      return home?.gateway === gateway.id && home.state === 'settled' && home;
    });
  }

  /** Everything that was heard is where it belongs; `forMs` milliseconds long, where given. */
  async drained(gateways: readonly Gateway[] = this.gateways, forMs = 0): Promise<void> {
    let sinceMs: number | undefined;
    await this.#until('everything to arrive', async () => {
      if (await this.#isBusy(gateways)) sinceMs = undefined;
      else sinceMs ??= performance.now();
      return sinceMs !== undefined && performance.now() - sinceMs >= forMs;
    });
  }

  async #isBusy(gateways: readonly Gateway[]): Promise<boolean> {
    for (const gateway of gateways) {
      const { outbox, ledger } = await gateway.status();
      const holds = ['lorawan.frames', 'lorawan.passed'].some((name) => (ledger[name]?.held ?? 0) > 0);
      if (holds || outbox.records > 0) return true;
    }
    return this.waiting() > 0;
  }

  /** Frames of known addresses that wait for a home. */
  waiting(): number {
    const [row] = this.#query(
      'select count(*) as count from lorawan_frames f join lorawan_addresses a using (tenant, dev_addr)',
    );
    return Number(row?.count);
  }

  /** Records of readings as they are stored, the oldest first. */
  stored(): { device: string; value: number; passedBy?: string }[] {
    return this.#query("select body from uplinks where kind = 'readings' order by id").flatMap(({ body }) => {
      const record = JSON.parse(String(body)) as OutboxRecord;
      if (record.kind !== 'readings') return [];
      const { device, readings, link } = record;
      const passedBy = link?.passedBy;
      return [{ device, value: Number(readings[0]?.value), ...(passedBy !== undefined && { passedBy }) }];
    });
  }

  async stop(): Promise<void> {
    for (const gateway of this.gateways) await gateway.close();
    await this.killServer();
  }

  #query(sql: string, ...values: string[]): Record<string, unknown>[] {
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

  async #enrol(gateway: Gateway): Promise<void> {
    const path = `/tenants/${TENANT}/gateways/${gateway.id}/claims`;
    await enrolBox(gateway.folder, (await this.api.post<{ claim: string }>(path, {})).claim);
  }
}
