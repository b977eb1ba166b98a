import type { BasicsStationSource } from '@vigie/contract';
import type { WebSocket } from 'ws';
import type { BoundedLog } from '../../bounded-log.ts';
import type { Clock } from '../../clock.ts';
import { Crowds } from '../../doors/crowds.ts';
import type { Ledger } from '../../ledger.ts';
import type { RegionTable } from '../network-server/regions/region.ts';
import type { GatewayStatusLine, RadioSource, Reception, Transmission, TransmitOutcome } from '../radio.ts';
import { StationDoor } from './station-door.ts';
import { StationLink } from './station-link.ts';

export interface StationServerOptions {
  config: BasicsStationSource;
  clock: Clock;
  ledger: Ledger;
  log: BoundedLog;
  region(): RegionTable;
  onReception(reception: Reception): void;
}

const MAX_STATIONS = 256;
/** How often stations are asked whether they are there. */
const PING_MS = 30_000;

/** The LNS end of LoRa Basics Station: what its stations hear comes in, what they are to send goes out. */
export class StationServer implements RadioSource {
  readonly #options: StationServerOptions;
  readonly #door: StationDoor;
  readonly #links = new Map<string, StationLink>();
  #pinger: NodeJS.Timeout | undefined;

  constructor(options: StationServerOptions) {
    this.#options = options;
    this.#door = new StationDoor({
      config: options.config,
      log: options.log,
      stage: options.ledger.stage('lorawan.stations'),
      hasRoom: (gatewayEui, host) => this.#links.has(gatewayEui) || this.#makeRoom(host),
      onStation: (...station) => this.#connect(...station),
    });
  }

  /** @throws VigieError CONFIG_PORT_BUSY */
  async listen(): Promise<void> {
    await this.#door.listen();
    this.#pinger = setInterval(() => this.ping(), PING_MS).unref();
  }

  /** Asks each station whether it is there, and lets go of those that no longer say so. */
  ping(): void {
    for (const link of this.#links.values()) link.ping();
  }

  address(): string {
    return this.#door.address();
  }

  async close(): Promise<void> {
    clearInterval(this.#pinger);
    await this.#door.close();
  }

  gateways(): GatewayStatusLine[] {
    return [...this.#links.values()].map((link) => link.status());
  }

  transmit(transmission: Transmission): Promise<TransmitOutcome> {
    const link = this.#links.get(transmission.gatewayEui);
    return link ? link.transmit(transmission) : Promise.resolve({ kind: 'refused', reason: 'NO_ROUTE' });
  }

  /** Where all places are taken, the station that came first from the most crowded address gives way. */
  #makeRoom(host: string): boolean {
    if (this.#links.size < MAX_STATIONS) return true;
    const links = [...this.#links];
    const crowd = Crowds.of(links.map(([, link]) => link.host)).most(host);
    const first = links.find(([, link]) => link.host === crowd);
    if (!first) return false;
    const [gatewayEui, link] = first;
    this.#options.log.warn('LORAWAN_STATION_REFUSED', {
      gateway: gatewayEui,
      from: link.host,
      reason: 'all places are taken',
    });
    this.#links.delete(gatewayEui);
    link.terminate();
    return true;
  }

  #connect(socket: WebSocket, gatewayEui: string, address: string, ready: () => void): void {
    const { clock, log, ledger, region, onReception, config } = this.#options;
    // It reconnected before its old connection was found dead.
    this.#links.get(gatewayEui)?.terminate();
    const link: StationLink = new StationLink({
      ...{ gatewayEui, socket, address, clock, log, region, power: config },
      messages: ledger.stage('lorawan.messages'),
      frames: ledger.stage('lorawan.frames'),
      onFrame: (frame) => {
        const monotonicMs = clock.monotonicMs();
        onReception({ ...frame, source: config.id, gatewayEui, receivedAt: clock.now(), monotonicMs });
      },
      onReady: ready,
      onClose: () => {
        if (this.#links.get(gatewayEui) === link) this.#links.delete(gatewayEui);
      },
    });
    this.#links.set(gatewayEui, link);
  }
}
