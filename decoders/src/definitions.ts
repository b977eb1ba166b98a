// Made by `scripts/codec index` from the files of definitions: do not edit.
import type { Definition } from './definition.ts';
import { qalcosonicW1 } from './lorawan/axioma/qalcosonic-w1.ts';
import { iwmLr3 } from './lorawan/b-meters/iwm-lr3.ts';
import { tps110 } from './lorawan/bosch/tps110.ts';
import { rwmr } from './lorawan/develiot/rwmr.ts';
import { df702 } from './lorawan/dingtek/df702.ts';
import { cmi4110 } from './lorawan/elvaco/cmi4110.ts';
import { cmi4111 } from './lorawan/elvaco/cmi4111.ts';
import { cmi4130 } from './lorawan/elvaco/cmi4130.ts';
import { cmi4140 } from './lorawan/elvaco/cmi4140.ts';
import { cmi4160 } from './lorawan/elvaco/cmi4160.ts';
import { emuProfIi } from './lorawan/emu/emu-prof-ii.ts';
import { ioKe868 } from './lorawan/imst/io-ke868.ts';
import { flowiq2200 } from './lorawan/kamstrup/flowiq-2200.ts';
import { multical } from './lorawan/kamstrup/multical.ts';
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
  qalcosonicW1,
  iwmLr3,
  tps110,
  em340,
  rwmr,
  df702,
  sdm630,
  cmi4110,
  cmi4111,
  cmi4130,
  cmi4140,
  cmi4160,
  emuProfIi,
  ioKe868,
  flowiq2200,
  multical,
  ul20xx,
  iem3155,
  pengy,
  oy1320,
  loraLmXl,
  lightingCabinet,
  pumpingStation,
];
