import { isDeepStrictEqual } from 'node:util';
import type { LorawanDeviceConfig, RadioLink } from '@vigie/contract';
import type { BoundedLog } from '../../bounded-log.ts';
import type { Clock } from '../../clock.ts';
import type { MessageSink } from '../../device-message.ts';
import type { LorawanOrder, OrderConduct } from '../../device-order.ts';
import type { Ledger } from '../../ledger.ts';
import type { StateStore } from '../../state-store.ts';
import { coverageOf } from '../coverage.ts';
import type { FrameDiary } from '../frame-diary.ts';
import type { LorawanDeviceStatus } from '../lorawan-status.ts';
import { ExternalNetwork, type ExternalNetworkConfig } from './external-network.ts';

const CLIENTS = 'lorawan.clients';

export interface ExternalNetworksOptions {
  clock: Clock;
  ledger: Ledger;
  log: BoundedLog;
  state: StateStore;
  entropy(bytes: number): Uint8Array;
  sink: MessageSink;
  diary: Pick<FrameDiary, 'write'>;
}

export interface ExternalNetworkStatus {
  id: string;
  type: string;
  address: string;
  connected: boolean;
  lastSeenAt: number;
}

/** The other networks that this gateway hears, and which device belongs to which. */
export class ExternalNetworks {
  readonly #options: ExternalNetworksOptions;
  readonly #running = new Map<string, { config: ExternalNetworkConfig; network: ExternalNetwork }>();
  #devices = new Map<string, LorawanDeviceConfig>();
  /** By the id of the device. */
  readonly #heard = new Map<string, { at: number; link: RadioLink }>();
  #watermarks: ReadonlyMap<string, number> = new Map();

  constructor(options: ExternalNetworksOptions) {
    this.#options = options;
  }

  watermarks(latest: ReadonlyMap<string, number>): void {
    this.#watermarks = latest;
  }

  /** A network that stays as it is keeps its connection. */
  async apply(configs: readonly ExternalNetworkConfig[], devices: readonly LorawanDeviceConfig[]): Promise<void> {
    this.#devices = new Map(devices.map((device) => [keyOf(device), device]));
    const ids = new Set(devices.map(({ id }) => id));
    for (const id of this.#heard.keys()) if (!ids.has(id)) this.#heard.delete(id);
    const wanted = new Map(configs.map((config) => [config.id, config]));
    for (const [id, { config, network }] of [...this.#running]) {
      if (isDeepStrictEqual(config, wanted.get(id))) continue;
      this.#running.delete(id);
      await network.close();
    }
    for (const config of configs) {
      if (this.#running.has(config.id)) continue;
      const { clock, ledger, log, sink, diary } = this.#options;
      const network = new ExternalNetwork({
        config,
        clientId: await this.#clientId(config.id),
        clock,
        ledger,
        log,
        sink,
        diary,
        deviceOf: (devEui) => this.#devices.get(`${config.id}/${devEui}`),
        watermark: (key) => this.#watermarks.get(key),
        onHeard: (device, at, link) => this.#heard.set(device.id, { at, link }),
      });
      this.#running.set(config.id, { config, network });
    }
  }

  /** False when the device belongs to no network here. */
  execute(order: LorawanOrder, conduct: OrderConduct): boolean {
    for (const device of this.#devices.values()) {
      const { activation, devEui } = device.lorawan;
      if (device.id !== order.device || activation.mode !== 'external') continue;
      const running = this.#running.get(activation.source);
      running?.network.execute(order, devEui, conduct);
      return running !== undefined;
    }
    return false;
  }

  status(): ExternalNetworkStatus[] {
    return [...this.#running.values()].map(({ config, network }) => ({
      id: config.id,
      type: config.type,
      address: config.url,
      ...network.status(),
    }));
  }

  /** The devices that other networks' servers bring. */
  deviceStatus(now: number): LorawanDeviceStatus[] {
    return [...this.#devices.values()].flatMap(({ id, lorawan: { activation, devEui } }) => {
      if (activation.mode !== 'external') return [];
      const { source } = activation;
      const heard = this.#heard.get(id);
      return {
        ...{ device: id, devEui, network: source, coverage: coverageOf(heard, now) },
        ...(heard && { lastHeardAt: heard.at, link: heard.link }),
        orders: this.#running.get(source)?.network.openOrders(devEui) ?? 0,
      };
    });
  }

  async close(): Promise<void> {
    for (const { network } of this.#running.values()) await network.close();
    this.#running.clear();
  }

  /** The broker knows the session by it: the same at every start, and nobody else's. */
  async #clientId(source: string): Promise<string> {
    const { state, entropy } = this.#options;
    const known = (await state.all<string>(CLIENTS)).get(source);
    if (known !== undefined) return known;
    const fresh = `vigie-${Buffer.from(entropy(8)).toString('hex')}`;
    await state.write([{ collection: CLIENTS, key: source, value: fresh }]);
    return fresh;
  }
}

function keyOf({ lorawan: { activation, devEui } }: LorawanDeviceConfig): string {
  return activation.mode === 'external' ? `${activation.source}/${devEui}` : '';
}
