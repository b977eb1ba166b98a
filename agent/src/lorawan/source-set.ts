import { isDeepStrictEqual } from 'node:util';
import type { BasicsStationSource, SemtechUdpSource } from '@vigie/contract';
import type { GatewayStatusLine, RadioSource, Transmission, TransmitOutcome } from './radio.ts';

export type SourceConfig = SemtechUdpSource | BasicsStationSource;

/** Opens a source. @throws VigieError CONFIG_PORT_BUSY */
export type OpenSource = (config: SourceConfig) => Promise<RadioSource>;

interface OpenedSource {
  config: SourceConfig;
  plan: string;
  source: RadioSource;
}

/** A source of the configuration in force that could not be opened, and why. */
interface MissingSource {
  config: SourceConfig;
  plan: string;
  reason: string;
}

/** The radio sources that are open. A change leaves alone what stays as it is, and all of it when it fails. */
export class SourceSet {
  readonly #open: OpenSource;
  #opened = new Map<string, OpenedSource>();
  #missing: MissingSource[] = [];

  constructor(open: OpenSource) {
    this.#open = open;
  }

  /**
   * `plan` names the channels: a station that was told others must connect anew. A source that is missing already and
   * stays as it is stays missing: a change elsewhere does not fail for it.
   * @throws VigieError CONFIG_PORT_BUSY; what was open before is open then
   */
  async apply(configs: readonly SourceConfig[], plan: string): Promise<void> {
    const { leaving, coming } = this.#change(configs, plan);
    // An address may pass from one source to another, so what leaves goes first and comes back should the rest fail.
    await this.#close(leaving);
    const fresh: OpenedSource[] = [];
    const still: MissingSource[] = [];
    try {
      for (const config of coming) {
        const reason = this.#missing.find((missing) => isSame(missing.config, config))?.reason;
        if (reason === undefined) fresh.push({ config, plan, source: await this.#open(config) });
        else still.push({ config, plan, reason });
      }
    } catch (error) {
      await this.#close(fresh);
      for (const opened of leaving) await this.#reopen(opened);
      throw error;
    }
    this.#missing = still;
    for (const opened of fresh) this.#opened.set(opened.config.id, opened);
  }

  /** Opens what can be opened; the rest is `missing` and opened by `retry` once it can be. */
  async start(configs: readonly SourceConfig[], plan: string): Promise<void> {
    const { leaving, coming } = this.#change(configs, plan);
    await this.#close(leaving);
    this.#missing = coming.map((config) => ({ config, plan, reason: '' }));
    await this.retry();
  }

  async retry(): Promise<void> {
    const still: MissingSource[] = [];
    for (const missing of this.#missing) {
      try {
        await this.#reopen(missing);
      } catch (error) {
        still.push({ ...missing, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    this.#missing = still;
  }

  /** What the configuration asks for and is not open, a sentence each. */
  missing(): string[] {
    return this.#missing.map(({ config, reason }) => `Source ${config.id}: ${reason}`);
  }

  #change(configs: readonly SourceConfig[], plan: string): { leaving: OpenedSource[]; coming: SourceConfig[] } {
    const wanted = new Map(configs.map((config) => [config.id, config]));
    const stays = (opened: OpenedSource | undefined, config: SourceConfig | undefined) =>
      opened !== undefined && isSame(opened.config, config) && (config?.type === 'semtech-udp' || opened.plan === plan);
    const leaving = [...this.#opened.values()].filter((opened) => !stays(opened, wanted.get(opened.config.id)));
    const coming = configs.filter((config) => !stays(this.#opened.get(config.id), config));
    return { leaving, coming };
  }

  async #reopen({ config, plan }: Omit<OpenedSource, 'source'>): Promise<void> {
    const source = await this.#open(config);
    this.#opened.set(config.id, { config, plan, source });
  }

  async #close(sources: readonly OpenedSource[]): Promise<void> {
    for (const { config, source } of sources) {
      if (this.#opened.get(config.id)?.source === source) this.#opened.delete(config.id);
      await source.close();
    }
  }

  transmit(id: string, transmission: Transmission): Promise<TransmitOutcome> {
    const opened = this.#opened.get(id);
    return opened ? opened.source.transmit(transmission) : Promise.resolve({ kind: 'refused', reason: 'NO_ROUTE' });
  }

  gateways(): GatewayStatusLine[] {
    const [only, ...others] = this.#opened.values();
    if (only && others.length === 0) return only.source.gateways();
    return [...this.#opened.values()].flatMap(({ source }) => source.gateways());
  }

  /** Gateways that downlinks can reach, the one that was heard last in front. */
  reachable(): { source: string; gatewayEui: string; hasGpsTime: boolean }[] {
    return [...this.#opened.values()]
      .flatMap(({ config, source }) => source.gateways().map((gateway) => ({ source: config.id, ...gateway })))
      .filter(({ reachable }) => reachable)
      .sort((a, b) => b.lastSeenAt - a.lastSeenAt)
      .map(({ source, gatewayEui, hasGpsTime }) => ({ source, gatewayEui, hasGpsTime: hasGpsTime === true }));
  }

  status(): { id: string; type: string; address: string; gateways: GatewayStatusLine[] }[] {
    return [...this.#opened.values()].map(({ config, source }) => ({
      id: config.id,
      type: config.type,
      address: source.address(),
      gateways: source.gateways(),
    }));
  }

  async close(): Promise<void> {
    this.#missing = [];
    await this.#close([...this.#opened.values()]);
  }
}

function isSame(a: SourceConfig, b: SourceConfig | undefined): boolean {
  return b !== undefined && isDeepStrictEqual(openedWith(a), openedWith(b));
}

/** A forwarder is told the power with each frame, a station when it connects. */
function openedWith(config: SourceConfig): unknown {
  if (config.type === 'basics-station') return { ...config, id: '' };
  const { maxEirpDbm: _max, antennaGainDb: _gain, ...opened } = config;
  return { ...opened, id: '' };
}
