import { ADEUNIS_BATTERY, ADEUNIS_SETTINGS, adeunisPeriodic } from '../../kernel/adeunis.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

/** Bit 2 of the status is no fault here. */
const head: readonly Step[] = [...ADEUNIS_BATTERY, { skip: 1 }];

/** Pulse counter with two inputs. Unlike before V4, bit 2 of its status says that a time is sent. */
export const pulse4 = lorawan({
  id: 'adeunis/pulse-4',
  version: 1,
  vendor: 'Adeunis',
  title: 'Pulse counter PULSE V4 (water, gas)',
  domain: 'water',
  source: 'example of TheThingsNetwork/lorawan-devices, vendor/adeunis/pulse-codec.yaml; Adeunis PULSE 4 user guide',
  uplinks: [adeunisPeriodic(0x5a, 'A', head), adeunisPeriodic(0x5b, 'B', head), ADEUNIS_SETTINGS],
});
