import { DECENTLAB_COMMANDS, decentlabLayout } from '../../kernel/decentlab.ts';
import { lorawan } from '../../kernel/lorawan.ts';

const TIP_MM = 0.1;

/** Rain since the message before and in total, by tips of 0.1 mm as those of the version 001. */
export const dlTbrg = lorawan({
  id: 'decentlab/dl-tbrg',
  version: 1,
  vendor: 'Decentlab',
  title: 'Rain gauge with tipping bucket DL-TBRG',
  domain: 'environment',
  oneSource: true,
  source:
    'decentlab/decentlab-decoders, DL-TBRG; codec and examples in chirpstack/chirpstack-device-profiles, vendors/decentlab/codecs',
  uplinks: [
    decentlabLayout([
      [
        { type: 'uint16', quantity: 'wx.rain', scale: TIP_MM },
        { skip: 2 },
        { type: 'uint16', name: 'low' },
        { type: 'uint16', name: 'high' },
        { let: 'tips', be: { terms: [{ name: 'low' }, { name: 'high', times: 0x1_0000 }] } },
        { value: 'tips', quantity: 'wx.rainTotal', scale: TIP_MM },
      ],
      [{ type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }],
    ]),
  ],
  commands: DECENTLAB_COMMANDS,
});
