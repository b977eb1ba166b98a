// Made by `scripts/codec index` from the files of definitions: do not edit.
import type { Definition } from './definition.ts';
import { tps110 } from './lorawan/bosch/tps110.ts';
import { df702 } from './lorawan/dingtek/df702.ts';
import { cmi4110 } from './lorawan/elvaco/cmi4110.ts';
import { emuProfIi } from './lorawan/emu/emu-prof-ii.ts';
import { ioKe868 } from './lorawan/imst/io-ke868.ts';
import { ul20xx } from './lorawan/nasys/ul20xx.ts';
import { pengy } from './lorawan/sting/pengy.ts';
import { oy1320 } from './lorawan/talkpool/oy1320.ts';
import { loraLmXl } from './lorawan/terabee/lora-lm-xl.ts';
import { em340 } from './modbus/carlo-gavazzi/em340.ts';
import { sdm630 } from './modbus/eastron/sdm630.ts';
import { iem3155 } from './modbus/schneider/iem3155.ts';
import { lightingCabinet } from './modbus/vigie/lighting-cabinet.ts';
import { pumpingStation } from './modbus/vigie/pumping-station.ts';

/** All devices of the catalogue, in the order of their ids. */
export const DEFINITIONS: readonly Definition[] = [
  tps110,
  em340,
  df702,
  sdm630,
  cmi4110,
  emuProfIi,
  ioKe868,
  ul20xx,
  iem3155,
  pengy,
  oy1320,
  loraLmXl,
  lightingCabinet,
  pumpingStation,
];
