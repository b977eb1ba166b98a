import { DECENTLAB_COMMANDS, decentlabLayout } from '../../kernel/decentlab.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { Field, Step } from '../../kernel/payload-layout.ts';

const ZERO = 32_768;

/** A word whose zero is 32768. */
const word = (quantity: string, scale = 1, more: Partial<Field> = {}): Step => ({
  type: 'uint16',
  quantity,
  scale,
  offset: -ZERO * scale,
  ...more,
});

/** Weather station; the distance of lightning, the vapour pressure and the parts of the wind are left out. */
export const dlAtm41 = lorawan({
  id: 'decentlab/dl-atm41',
  version: 2,
  vendor: 'Decentlab',
  title: 'Eleven-parameter weather station DL-ATM41',
  domain: 'environment',
  oneSource: true,
  source:
    'decentlab/decentlab-decoders, DL-ATM41; examples of brocaar/lorawan-devices, vendor/decentlab/dl-atm41-codec.yaml',
  uplinks: [
    decentlabLayout([
      [
        word('wx.solar'),
        word('wx.rain', 0.001),
        word('wx.lightning'),
        { skip: 2 },
        word('wx.wind', 0.01),
        word('wx.windDir', 0.1),
        word('wx.gust', 0.01),
        word('wx.temp', 0.1),
        { skip: 2 },
        // kilopascals in hundredths
        word('wx.pressure', 0.1),
        word('wx.rh', 0.1),
        word('dev.temp', 0.1),
        word('dev.tilt', 0.1, { channel: 'x' }),
        word('dev.tilt', 0.1, { channel: 'y' }),
        { skip: 6 },
      ],
      [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }],
    ]),
  ],
  commands: DECENTLAB_COMMANDS,
});
