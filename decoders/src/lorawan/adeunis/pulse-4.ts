import { ADEUNIS_BATTERY, ADEUNIS_DAILY_ALARMS, ADEUNIS_SETTINGS, adeunisPeriodic } from '../../kernel/adeunis.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

/** Bit 2 of the status is no fault here. */
const head: readonly Step[] = [...ADEUNIS_BATTERY, { skip: 1 }];
/** The time that may end a frame is of a zone that only the settings know. */
const TIME_BYTES = 4;

/** Pulse counter with two inputs. Unlike before V4, bit 2 of its status says that a time is sent. */
export const pulse4 = lorawan({
  id: 'adeunis/pulse-4',
  version: 2,
  changed: {
    2: {
      en: 'Counters without a history (frame 0x46), the daily sign of life (0x30) and the alarm of flow (0x47) are read; they were not known.',
      fr: 'Les compteurs sans historique (trame 0x46), le signe de vie quotidien (0x30) et l’alarme de débit (0x47) sont lus ; ils n’étaient pas connus.',
    },
  },
  vendor: 'Adeunis',
  title: 'Pulse counter PULSE V4 (water, gas)',
  domain: 'water',
  oneSource: true,
  source:
    'example and codec of TheThingsNetwork/lorawan-devices, vendor/adeunis/pulse-codec.yaml and pulse_lib.js; Adeunis PULSE 4 user guide',
  uplinks: [
    adeunisPeriodic(0x5a, 'A', head),
    adeunisPeriodic(0x5b, 'B', head),
    {
      ports: 'any',
      length: [10, 10 + TIME_BYTES],
      when: { byte: 0, equals: 0x46 },
      steps: [
        ...head,
        { type: 'uint32', quantity: 'pulse.count', channel: 'A' },
        { type: 'uint32', quantity: 'pulse.count', channel: 'B' },
      ],
    },
    {
      ports: 'any',
      length: [11, 11 + TIME_BYTES],
      when: { byte: 0, equals: 0x30 },
      steps: [...head, ...ADEUNIS_DAILY_ALARMS],
    },
    {
      // an alarm of flow tells pulses in a time that only the settings know
      ports: 'any',
      length: [6, 6 + TIME_BYTES],
      when: { byte: 0, equals: 0x47 },
      steps: [...head, { at: 0, type: 'uint8', name: 'code', alarm: [0x47] }],
    },
    ADEUNIS_SETTINGS,
  ],
});
