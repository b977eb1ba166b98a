import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const battery: Step = { type: 'uint8', quantity: 'dev.battery' };
const climate: readonly Step[] = [
  { type: 'int16', quantity: 'wx.temp', scale: 0.1 },
  { type: 'uint8', quantity: 'wx.rh' },
  { type: 'uint32', quantity: 'wx.lux' },
  { type: 'uint8', quantity: 'wx.uv', scale: 0.1 },
  { type: 'uint16', quantity: 'wx.wind', scale: 0.1 },
];
const wind: readonly Step[] = [
  { type: 'uint16', quantity: 'wx.windDir' },
  { type: 'uint32', quantity: 'wx.rainRate', scale: 0.001 },
  // tens of pascals
  { type: 'uint16', quantity: 'wx.pressure', scale: 0.1 },
];
/** Rain so far in thousandths of a millimetre; what fell is the difference to the message before, if one is known. */
const gustAndRain: readonly Step[] = [
  { type: 'uint16', quantity: 'wx.gust', scale: 0.1 },
  { recall: 'rain', name: 'rainBefore' },
  { type: 'uint32', name: 'rain', remember: 'rain', quantity: 'wx.rainTotal', scale: 0.001 },
  {
    when: { name: 'rainBefore', atLeast: 0 },
    steps: [
      { let: 'fallen', be: { terms: [{ name: 'rain' }, { name: 'rainBefore', times: -1 }] } },
      {
        when: { name: 'fallen', atLeast: 0 },
        steps: [{ value: 'fallen', quantity: 'wx.rain', scale: 0.001 }],
      },
    ],
  },
];

/** Weather station on the sun: blocks of a number and values. */
export const s2120 = lorawan({
  id: 'sensecap/s2120',
  version: 1,
  vendor: 'SenseCAP (Seeed)',
  title: 'Eight-parameter weather station S2120',
  domain: 'environment',
  oneSource: true,
  source:
    'actility/device-catalog, vendors/sensecap/drivers/s2120; chirpstack/chirpstack-device-profiles, vendors/seeed-technology-co-ltd',
  uplinks: [
    {
      ports: 'any',
      length: [2, 242],
      steps: [
        {
          repeat: 'rest',
          steps: [
            { type: 'uint8', name: 'block' },
            {
              choose: 'block',
              cases: {
                1: climate,
                2: wind,
                3: [battery],
                // hardware, firmware, intervals
                4: [battery, { skip: 8 }],
                5: [{ skip: 4 }],
                6: [{ type: 'uint8', quantity: 'dev.fault', states: { 0: 'ok' }, otherwise: 'fault' }],
                16: [{ skip: 9 }],
                74: climate,
                75: wind,
                76: gustAndRain,
              },
              otherwise: 'stop',
            },
          ],
        },
      ],
    },
  ],
});
