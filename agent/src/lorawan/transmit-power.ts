/** What a source's gateways may radiate, and what their forwarders do not know of themselves. */
export interface SourcePower {
  /** Never more than this, whatever the region allows. */
  maxEirpDbm?: number | undefined;
  /** Of an antenna (less its cable) that the forwarder does not subtract by itself. */
  antennaGainDb?: number | undefined;
}

/** A forwarder may be given another table: what it refused is tried again after so long. */
const REMEMBERED_MS = 86_400_000;
/** Steps of 1 dB that one frame may cost, so that its window is not missed. */
const MAX_STEPS = 16;
const MAX_GATEWAYS = 1_024;

interface Refusals {
  powers: Set<number>;
  sinceMs: number;
}

/** Finds the power that a gateway takes: some know a few values only, and refuse all others (GWMP, TX_POWER). */
export class TransmitPower {
  readonly #refused = new Map<string, Refusals>();

  /**
   * Powers to try one after the other, in whole dBm at the gateway's connector. `eirpDbm` is what the region allows.
   * Each that the gateway refuses is to be told by `refuse`.
   */
  *candidates(
    gatewayEui: string,
    eirpDbm: number,
    { maxEirpDbm = Number.POSITIVE_INFINITY, antennaGainDb = 0 }: SourcePower,
    nowMs: number,
  ): Generator<number> {
    const highest = Math.floor(Math.min(eirpDbm, maxEirpDbm) - antennaGainDb);
    const known = this.#known(gatewayEui, nowMs);
    let steps = 0;
    for (let power = highest; steps < MAX_STEPS; power -= 1) {
      // Every table ends somewhere; none goes further down than this.
      if (power < highest - 64) return;
      if (known?.has(power)) continue;
      steps += 1;
      yield power;
    }
  }

  refuse(gatewayEui: string, powerDbm: number, nowMs: number): void {
    const known = this.#refused.get(gatewayEui);
    if (known) {
      known.powers.add(powerDbm);
      return;
    }
    if (this.#refused.size >= MAX_GATEWAYS) {
      const [oldest] = this.#refused.keys();
      if (oldest !== undefined) this.#refused.delete(oldest);
    }
    this.#refused.set(gatewayEui, { powers: new Set([powerDbm]), sinceMs: nowMs });
  }

  #known(gatewayEui: string, nowMs: number): ReadonlySet<number> | undefined {
    const known = this.#refused.get(gatewayEui);
    if (!known) return undefined;
    if (nowMs - known.sinceMs <= REMEMBERED_MS) return known.powers;
    this.#refused.delete(gatewayEui);
    return undefined;
  }
}
