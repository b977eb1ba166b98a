import { DECENTLAB_COMMANDS, decentlabLayout } from '../../kernel/decentlab.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Particulate matter with temperature, humidity and pressure. PM4, sizes and counts of particles are left out. */
export const dlPm = lorawan({
  id: 'decentlab/dl-pm',
  version: 2,
  vendor: 'Decentlab',
  title: 'Particulate matter sensor DL-PM',
  domain: 'environment',
  oneSource: true,
  source: 'decentlab/decentlab-decoders, DL-PM; examples of brocaar/lorawan-devices, vendor/decentlab/dl-pm-codec.yaml',
  uplinks: [
    decentlabLayout([
      [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }],
      [
        { type: 'uint16', quantity: 'air.pm1', scale: 0.1 },
        { type: 'uint16', quantity: 'air.pm25', scale: 0.1 },
        { skip: 2 },
        { type: 'uint16', quantity: 'air.pm10', scale: 0.1 },
        { skip: 12 },
      ],
      [
        { type: 'uint16', quantity: 'wx.temp', scale: 175.72 / 65_536, offset: -46.85 },
        { type: 'uint16', quantity: 'wx.rh', scale: 125 / 65_536, offset: -6 },
      ],
      [{ type: 'uint16', quantity: 'wx.pressure', scale: 0.02 }],
    ]),
  ],
  commands: DECENTLAB_COMMANDS,
});
