import {
  ADEUNIS_BATTERY,
  ADEUNIS_DAILY_ALARMS,
  ADEUNIS_FAULT,
  ADEUNIS_SETTINGS,
  adeunisPeriodic,
} from '../../kernel/adeunis.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

/** The state of the battery, then that of the electronics. */
const head: readonly Step[] = [...ADEUNIS_BATTERY, ADEUNIS_FAULT];

const counters: readonly Step[] = [
  { type: 'uint32', quantity: 'pulse.count', channel: 'A' },
  { type: 'uint32', quantity: 'pulse.count', channel: 'B' },
];

/** Pulse counter with two inputs for water, gas and other meters; what a pulse is worth is the meter's affair. */
export const pulse = lorawan({
  id: 'adeunis/pulse',
  version: 2,
  changed: {
    2: {
      en: 'The alarm of flow (frame 0x47) is an alarm, and so are flow, leak and tampering in the daily sign of life. Bit 3 of the status is a fault too, as of older firmware.',
      fr: 'L’alarme de débit (trame 0x47) est une alarme, de même que le débit, la fuite et la fraude dans le signe de vie quotidien. Le bit 3 de l’état est aussi un défaut, comme dans les anciens logiciels.',
    },
  },
  vendor: 'Adeunis',
  title: 'Pulse counter PULSE V1 to V3 (water, gas)',
  domain: 'water',
  source:
    'Adeunis PULSE user guide, frames 0x30, 0x46, 0x48, 0x5A and 0x5B; test vectors of sln-nc/adeunis-codecs-lib; ZennerIoT/element-parsers, lib/adeunis_arf8230aa.ex',
  uplinks: [
    { ports: 'any', length: 10, when: { byte: 0, equals: 0x46 }, steps: [...head, ...counters] },
    {
      // hourly history; only its first frame tells the counters
      ports: 'any',
      length: [11, 51],
      when: { byte: 0, equals: 0x48 },
      steps: [...head, { type: 'uint8', name: 'frame' }, { when: { name: 'frame', equals: 0 }, steps: counters }],
    },
    adeunisPeriodic(0x5a, 'A', head),
    adeunisPeriodic(0x5b, 'B', head),
    {
      // daily sign of life
      ports: 'any',
      length: 11,
      when: { byte: 0, equals: 0x30 },
      steps: [...head, ...ADEUNIS_DAILY_ALARMS],
    },
    {
      // an alarm of flow tells pulses in a time that only the settings know
      ports: 'any',
      length: 6,
      when: { byte: 0, equals: 0x47 },
      steps: [...head, { at: 0, type: 'uint8', name: 'code', alarm: [0x47] }],
    },
    ADEUNIS_SETTINGS,
  ],
});
