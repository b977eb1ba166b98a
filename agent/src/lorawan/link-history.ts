import type { RadioLink } from '@vigie/contract';
import { marginDbOf } from './coverage.ts';

/** How a device was heard lately. Margins in decibels above the least SNR at the data rate that was used. */
export interface LinkQuality {
  /** Frames that were heard, and that were sent between them and were not. */
  heard: number;
  missed: number;
  /** Epoch milliseconds of the oldest of them. */
  since: number;
  /** Frames by data rate, such as `SF7BW125`. */
  dataRates: Record<string, number>;
  marginMinDb?: number;
  marginMeanDb?: number;
}

interface Heard {
  at: number;
  fCnt: number;
  dataRate: string;
  marginDb: number | undefined;
}

const KEPT = 64;

/** The last receptions of one device. */
export class LinkHistory {
  #heard: Heard[] = [];

  add(at: number, { fCnt, dataRate, snrDb }: RadioLink): void {
    // A counter that fell is a new session's: between it and the old ones nothing can be said to be missing.
    this.#heard.push({ at, fCnt, dataRate, marginDb: marginDbOf({ dataRate, snrDb }) });
    if (this.#heard.length > KEPT) this.#heard.shift();
  }

  quality(): LinkQuality | undefined {
    const [first] = this.#heard;
    if (!first) return undefined;
    const dataRates: Record<string, number> = {};
    let missed = 0;
    for (const [index, { fCnt, dataRate }] of this.#heard.entries()) {
      dataRates[dataRate] = (dataRates[dataRate] ?? 0) + 1;
      const before = this.#heard[index - 1]?.fCnt ?? fCnt;
      if (fCnt > before) missed += fCnt - before - 1;
    }
    const margins = this.#heard.flatMap(({ marginDb }) => marginDb ?? []);
    const mean = margins.reduce((sum, margin) => sum + margin, 0) / margins.length;
    return {
      heard: this.#heard.length,
      missed,
      since: first.at,
      dataRates,
      ...(margins.length > 0 && { marginMinDb: tenths(Math.min(...margins)), marginMeanDb: tenths(mean) }),
    };
  }
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
