import type { BoundedLog } from '../../bounded-log.ts';
import type { Clock } from '../../clock.ts';
import { Crowds } from '../../doors/crowds.ts';
import type { GatewayStatusLine } from '../radio.ts';
import type { GwmpVersion } from './gwmp.ts';

export interface Endpoint {
  address: string;
  port: number;
}

export interface Forwarder {
  status: GatewayStatusLine;
  /** Where its PULL_DATA came from: the way back through its NAT. Kept until a newer one, however long that takes. */
  pullAddress?: Endpoint;
  from: Endpoint;
  version: GwmpVersion;
  lastSeenMs: number;
  /** It has answered a PULL_RESP: some that speak version 2 never do. */
  acknowledges?: boolean;
  /** When it last stamped a frame with GPS time. */
  gpsTimeMs?: number;
}

export interface ForwarderPlaces {
  maxForwarders: number;
  /** A forwarder that was heard since keeps its place when there is no room for another. */
  keepMs: number;
}

export interface ForwardersOptions {
  source: string;
  clock: Clock;
  log: BoundedLog;
  places: ForwarderPlaces;
}

/** A forwarder that loses GPS stops to stamp frames with its time. */
const GPS_TIME_KEPT_MS = 600_000;

/** The packet forwarders that speak to a source, and the way back to each. */
export class Forwarders {
  readonly #options: ForwardersOptions;
  /** By EUI, the one that was silent longest first. */
  readonly #known = new Map<string, Forwarder>();
  readonly #crowds = new Crowds();
  /** Made when somebody asks for them: a crowd of strangers comes and goes without. */
  #lines: GatewayStatusLine[] | undefined;

  constructor(options: ForwardersOptions) {
    this.#options = options;
  }

  get(gatewayEui: string): Forwarder | undefined {
    return this.#known.get(gatewayEui);
  }

  lines(): GatewayStatusLine[] {
    const gpsSinceMs = this.#options.clock.monotonicMs() - GPS_TIME_KEPT_MS;
    for (const { status, gpsTimeMs } of this.#known.values()) {
      status.hasGpsTime = gpsTimeMs !== undefined && gpsTimeMs > gpsSinceMs;
    }
    this.#lines ??= this.#known
      .values()
      .map(({ status }) => status)
      .toArray()
      .toSorted((a, b) => (a.gatewayEui < b.gatewayEui ? -1 : 1));
    return this.#lines;
  }

  /** Undefined while all places are taken: made-up EUIs must not push out the gateways that are there. */
  seen({ gatewayEui, version }: { gatewayEui: string; version: GwmpVersion }, from: Endpoint): Forwarder | undefined {
    const { clock } = this.#options;
    const nowMs = clock.monotonicMs();
    const known = this.#known.get(gatewayEui);
    if (!known && !this.#makeRoom(nowMs, from.address)) return undefined;
    const forwarder = known ?? this.#welcome(gatewayEui, version, from);
    const { status } = forwarder;
    if (forwarder.from.port !== from.port || forwarder.from.address !== from.address) {
      this.#crowds.left(forwarder.from.address);
      this.#crowds.joined(from.address);
      forwarder.from = from;
      status.address = endpointName(from);
    }
    this.#known.delete(gatewayEui);
    this.#known.set(gatewayEui, forwarder);
    forwarder.version = version;
    forwarder.lastSeenMs = nowMs;
    status.protocolVersion = version;
    status.lastSeenAt = clock.now();
    return forwarder;
  }

  /**
   * It opened its way back from here. The protocol shows nobody's identity: whoever takes a gateway's downlinks to
   * another address is seen.
   */
  pulled(forwarder: Forwarder, from: Endpoint): void {
    const { status, pullAddress } = forwarder;
    if (pullAddress && pullAddress.address !== from.address) {
      const { clock, log, source } = this.#options;
      status.movedFrom = endpointName(pullAddress);
      status.movedAt = clock.now();
      const { gatewayEui: gateway, movedFrom } = status;
      log.warn('LORAWAN_GATEWAY_MOVED', { source, gateway, from: movedFrom, to: endpointName(from) });
    }
    forwarder.pullAddress = { address: from.address, port: from.port };
    status.reachable = true;
  }

  stampedGpsTime(gatewayEui: string): void {
    const forwarder = this.#known.get(gatewayEui);
    if (forwarder) forwarder.gpsTimeMs = this.#options.clock.monotonicMs();
  }

  #welcome(gatewayEui: string, version: GwmpVersion, from: Endpoint): Forwarder {
    const status: GatewayStatusLine = {
      gatewayEui,
      address: endpointName(from),
      protocolVersion: version,
      lastSeenAt: 0,
      reachable: false,
      hasGpsTime: false,
    };
    const forwarder = { status, from, version, lastSeenMs: 0 };
    this.#crowds.joined(from.address);
    this.#lines = undefined;
    return forwarder;
  }

  #makeRoom(nowMs: number, newcomer: string): boolean {
    const { maxForwarders, keepMs } = this.#options.places;
    if (this.#known.size < maxForwarders) return true;
    const [longestSilent] = this.#known.values();
    const leaves =
      longestSilent && nowMs - longestSilent.lastSeenMs >= keepMs ? longestSilent : this.#oneOfACrowd(newcomer);
    if (!leaves) return false;
    this.#known.delete(leaves.status.gatewayEui);
    this.#crowds.left(leaves.from.address);
    this.#lines = undefined;
    return true;
  }

  /** The one that was silent longest among those of the address that keeps too many. */
  #oneOfACrowd(newcomer: string): Forwarder | undefined {
    const crowd = this.#crowds.most(newcomer);
    return crowd === undefined ? undefined : this.#known.values().find(({ from }) => from.address === crowd);
  }
}

export function endpointName({ address, port }: Endpoint): string {
  return `${address}:${port}`;
}
