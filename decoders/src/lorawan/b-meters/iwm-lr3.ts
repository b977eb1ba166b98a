import { lorawan } from '../../kernel/lorawan.ts';

const NO_YES = { 0: 'no', 1: 'yes' } as const;
const PULSES = 44;
/** Litres for a count, by VIF. Some firmware writes the hexadecimal 13h to 16h as decimals. */
const LITRES = { 19: 1, 20: 10, 21: 100, 22: 1_000, 13: 1, 14: 10, 15: 100, 16: 1_000 } as const;

/** Radio module for mechanical water meters. */
export const iwmLr3 = lorawan({
  id: 'b-meters/iwm-lr3',
  version: 2,
  changed: {
    2: {
      en: 'A magnet and a fraud at the sensor are alarms.',
      fr: 'Un aimant et une fraude au capteur sont des alarmes.',
    },
  },
  vendor: 'B METERS',
  title: 'Radio module for water meters IWM-LR3 and IWM-LR4',
  domain: 'water',
  source:
    'B METERS, IWM-LR3 IWM-LR4 user manual v1.0, pages 8, 9 and 16; example of brocaar/lorawan-devices, vendor/b-meters/iwmlr3-codec.yaml; actility/device-catalog, vendors/b-meters/drivers/iwm-lrx',
  uplinks: [
    {
      ports: [1],
      length: [13, 15],
      order: 'le',
      steps: [
        { at: 11, peek: true, type: 'uint8', name: 'vif' },
        { type: 'uint8', must: [PULSES] },
        { type: 'uint32', quantity: 'water.volume', times: { name: 'vif', map: LITRES } },
        // the manual counts backwards in litres whatever the VIF
        { type: 'uint32', quantity: 'water.volumeReverse' },
        { skip: 3 },
        { type: 'uint8', peek: true, bits: [1, 1], quantity: 'dev.tamper', states: NO_YES, alarm: [1] },
        { type: 'uint8', peek: true, bits: [3, 1], quantity: 'water.leak', states: NO_YES, alarm: [1] },
        { type: 'uint8', peek: true, bits: [4, 1], quantity: 'water.backflow', states: NO_YES },
        { type: 'uint8', peek: true, bits: [5, 1], quantity: 'dev.batteryState', states: { 0: 'ok', 1: 'low' } },
        // magnet (bit 0) and sensor fraud (bit 2)
        { type: 'uint8', peek: true, bits: [0, 1], name: 'magnet', alarm: [1] },
        { type: 'uint8', peek: true, bits: [2, 1], name: 'fraud', alarm: [1] },
        { type: 'uint8', name: 'alarms' },
        { constant: 'no', quantity: 'water.tamper' },
        { when: { name: 'alarms', bits: [0, 1], equals: 1 }, steps: [{ constant: 'yes', quantity: 'water.tamper' }] },
        { when: { name: 'alarms', bits: [2, 1], equals: 1 }, steps: [{ constant: 'yes', quantity: 'water.tamper' }] },
        { when: { remaining: 2 }, steps: [{ type: 'int16', order: 'be', quantity: 'water.temp', scale: 0.1 }] },
      ],
    },
  ],
});
