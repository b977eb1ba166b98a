import type { LorawanConfig } from '@vigie/contract';
import { AS923_1, AS923_2, AS923_3, AS923_4, IN865, KR920, RU864 } from './dynamic-channel-regions.ts';
import { EU868 } from './eu868.ts';
import { au915, CN470, us915 } from './fixed-channel-regions.ts';
import type { RegionTable } from './region.ts';

/** The table that a configuration asks for. */
export function regionOf({ region, subBand }: Pick<LorawanConfig, 'region' | 'subBand'>): RegionTable {
  switch (region) {
    case 'US915':
      return us915(subBand);
    case 'AU915':
      return au915(subBand);
    default:
      return TABLES[region];
  }
}

const TABLES: Readonly<Record<Exclude<LorawanConfig['region'], 'US915' | 'AU915'>, RegionTable>> = {
  EU868,
  'AS923-1': AS923_1,
  'AS923-2': AS923_2,
  'AS923-3': AS923_3,
  'AS923-4': AS923_4,
  IN865,
  KR920,
  RU864,
  CN470,
};
