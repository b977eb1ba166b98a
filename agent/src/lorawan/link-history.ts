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
const FIRST_ROOM = 4;
/** Seconds since 1970, the counter, and data rate and margin together. */
const WORDS = 3;
const NO_MARGIN = 0x7fff;
/** Names of data rates by their number here: regions and sources have a few dozen at most. */
const DATA_RATES: string[] = [];
const MAX_DATA_RATES = 1_024;

/** The last receptions of one device, in 12 bytes each: a gateway hears thousands of devices. */
export class LinkHistory {
  #ring = new Uint32Array(FIRST_ROOM * WORDS);
  #added = 0;

  add(at: number, { fCnt, dataRate, snrDb }: RadioLink): void {
    const room = this.#ring.length / WORDS;
    if (this.#added === room && room < KEPT) {
      const wider = new Uint32Array(2 * this.#ring.length);
      wider.set(this.#ring);
      this.#ring = wider;
    }
    const margin = marginDbOf({ dataRate, snrDb });
    const tenthsDb = margin === undefined ? NO_MARGIN : Math.round(margin * 10);
    const place = (this.#added % KEPT) * WORDS;
    this.#ring[place] = Math.floor(at / 1_000);
    this.#ring[place + 1] = fCnt;
    this.#ring[place + 2] = (numberOf(dataRate) << 16) | (tenthsDb & 0xffff);
    this.#added += 1;
  }

  /** Oldest first. */
  #entries(): Heard[] {
    const first = Math.max(0, this.#added - KEPT);
    return Array.from({ length: this.#added - first }, (_, index) => {
      const place = ((first + index) % KEPT) * WORDS;
      const [seconds = 0, fCnt = 0, packed = 0] = this.#ring.subarray(place, place + WORDS);
      const tenthsDb = (packed << 16) >> 16;
      return {
        at: seconds * 1_000,
        fCnt,
        dataRate: DATA_RATES[packed >>> 16] ?? '',
        marginDb: tenthsDb === NO_MARGIN ? undefined : tenthsDb / 10,
      };
    });
  }

  quality(): LinkQuality | undefined {
    const heard = this.#entries();
    const [first] = heard;
    if (!first) return undefined;
    const dataRates: Record<string, number> = {};
    let missed = 0;
    for (const [index, { fCnt, dataRate }] of heard.entries()) {
      dataRates[dataRate] = (dataRates[dataRate] ?? 0) + 1;
      const before = heard[index - 1]?.fCnt ?? fCnt;
      // A counter that fell is a new session's: between it and the old ones nothing can be said to be missing.
      if (fCnt > before) missed += fCnt - before - 1;
    }
    const margins = heard.flatMap(({ marginDb }) => marginDb ?? []);
    const mean = margins.reduce((sum, margin) => sum + margin, 0) / margins.length;
    return {
      heard: heard.length,
      missed,
      since: first.at,
      dataRates,
      ...(margins.length > 0 && { marginMinDb: tenths(Math.min(...margins)), marginMeanDb: tenths(mean) }),
    };
  }
}

function numberOf(dataRate: string): number {
  const known = DATA_RATES.indexOf(dataRate);
  if (known >= 0 || DATA_RATES.length >= MAX_DATA_RATES) return Math.max(0, known);
  return DATA_RATES.push(dataRate) - 1;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
