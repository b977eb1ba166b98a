import { DECENTLAB_COMMANDS, decentlabLayout } from '../../kernel/decentlab.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const ZERO = 32_768;

/** A word whose zero is 32768. */
const word = (quantity: string, scale: number): Step => ({ type: 'uint16', quantity, scale, offset: -ZERO * scale });
const FULL = 65_535;

/** Temperature of a road without touching it, of the air and its dew point: danger of black ice. */
export const dlCws2 = lorawan({
  id: 'decentlab/dl-cws2',
  version: 1,
  vendor: 'Decentlab',
  title: 'Winter road condition DL-CWS2',
  domain: 'mobility',
  oneSource: true,
  source:
    'decentlab/decentlab-decoders, DL-CWS2; codec and examples in chirpstack/chirpstack-device-profiles, vendors/decentlab/codecs',
  uplinks: [
    decentlabLayout([
      // of the second probe, in a radiation shield
      [
        { type: 'uint16', quantity: 'wx.temp', channel: 'shield', scale: 175 / FULL, offset: -45 },
        { type: 'uint16', quantity: 'wx.rh', channel: 'shield', scale: 100 / FULL },
      ],
      [
        word('traffic.roadTemp', 0.01),
        word('wx.temp', 0.01),
        word('wx.rh', 0.01),
        word('wx.dewPoint', 0.01),
        { skip: 2 },
        word('dev.temp', 0.01),
      ],
      [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }],
    ]),
  ],
  commands: DECENTLAB_COMMANDS,
});
