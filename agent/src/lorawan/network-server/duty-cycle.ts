import type { RegionTable, SubBand } from './regions/region.ts';

const HOUR_MS = 3_600_000;

interface Emission {
  atMs: number;
  durationMs: number;
}

/** What a gateway has left of a sub-band in the last hour. */
export interface AirtimeStatus {
  gatewayEui: string;
  fromHz: number;
  toHz: number;
  dutyCycle: number;
  usedMs: number;
  leftMs: number;
}

/**
 * How long each gateway has been on the air in each sub-band during the last hour (ETSI EN 300 220-1, section 5.4.1).
 * Pure: time comes with each call, in monotonic milliseconds.
 */
export class DutyCycle {
  readonly #emissions = new Map<string, { gatewayEui: string; band: SubBand; list: Emission[]; usedMs: number }>();

  /**
   * Takes the airtime of a frame before it is sent; undefined when it does not fit any more, or when the frequency is in
   * no sub-band of a region that has some. `release` gives it back.
   */
  reserve(
    region: RegionTable,
    { gatewayEui, frequencyHz, durationMs }: { gatewayEui: string; frequencyHz: number; durationMs: number },
    nowMs: number,
  ): { release(): void } | undefined {
    if (region.subBands.length === 0) return { release: () => undefined };
    const band = bandOf(region, frequencyHz);
    if (!band || this.#usedMs(gatewayEui, band, nowMs) + durationMs > band.dutyCycle * HOUR_MS) return undefined;
    const key = `${gatewayEui}/${band.fromHz}`;
    const record = this.#emissions.get(key) ?? { gatewayEui, band, list: [], usedMs: 0 };
    const emission = { atMs: nowMs, durationMs };
    record.list.push(emission);
    record.usedMs += durationMs;
    this.#emissions.set(key, record);
    const release = () => {
      record.usedMs -= emission.durationMs;
      emission.durationMs = 0;
    };
    return { release };
  }

  status(nowMs: number): AirtimeStatus[] {
    return [...this.#emissions.values()].map(({ gatewayEui, band }) => {
      const usedMs = this.#usedMs(gatewayEui, band, nowMs);
      const { fromHz, toHz, dutyCycle } = band;
      return { gatewayEui, fromHz, toHz, dutyCycle, usedMs, leftMs: dutyCycle * HOUR_MS - usedMs };
    });
  }

  #usedMs(gatewayEui: string, band: SubBand, nowMs: number): number {
    const record = this.#emissions.get(`${gatewayEui}/${band.fromHz}`);
    if (!record) return 0;
    const firstInside = record.list.findIndex(({ atMs }) => atMs > nowMs - HOUR_MS);
    const outside = record.list.splice(0, firstInside === -1 ? record.list.length : firstInside);
    for (const { durationMs } of outside) record.usedMs -= durationMs;
    return record.list.length === 0 ? 0 : record.usedMs;
  }
}

function bandOf(region: RegionTable, frequencyHz: number): SubBand | undefined {
  return region.subBands.find(({ fromHz, toHz }) => frequencyHz >= fromHz && frequencyHz < toHz);
}
