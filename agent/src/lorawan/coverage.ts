import type { RadioLink } from '@vigie/contract';
import { linkMarginDb } from './network-server/regions/region.ts';

/** What a technician wants to know before the cabinet is closed again. */
export interface Coverage {
  /** `none`: not heard lately. `weak`: heard, and rain or a parked van may end that. */
  verdict: 'good' | 'weak' | 'none';
  /** Above the least SNR at the data rate that was used. */
  marginDb?: number;
}

/** The margin that planning guides ask for, so that fading loses no more than a frame now and then. */
const GOOD_MARGIN_DB = 10;
const RECENT_MS = 15 * 60_000;
const LORA_NAME = /^SF(\d+)BW(\d+)$/;

/** Judges the last reception of a device. */
export function coverageOf(heard: { at: number; link: RadioLink } | undefined, now: number): Coverage {
  if (!heard || now - heard.at > RECENT_MS) return { verdict: 'none' };
  const marginDb = marginDbOf(heard.link);
  if (marginDb === undefined) return { verdict: 'weak' };
  return { verdict: marginDb >= GOOD_MARGIN_DB ? 'good' : 'weak', marginDb: Math.round(marginDb * 10) / 10 };
}

/** Above the least SNR at the data rate that was used; undefined for FSK, which has no SNR. */
export function marginDbOf({ dataRate, snrDb }: Pick<RadioLink, 'dataRate' | 'snrDb'>): number | undefined {
  const match = LORA_NAME.exec(dataRate);
  if (!match) return undefined;
  const [spreadingFactor, bandwidthKhz] = [Number(match[1]), Number(match[2])];
  return linkMarginDb(snrDb, { modulation: 'LORA', spreadingFactor, bandwidthKhz });
}
