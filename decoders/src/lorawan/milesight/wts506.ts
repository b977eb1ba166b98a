import { integer } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightHistory, milesightInterval, milesightLayout } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const temperature: Step = { type: 'int16', quantity: 'wx.temp', scale: 0.1 };
const humidity: Step = { type: 'uint8', quantity: 'wx.rh', scale: 0.5 };
const direction: Step = { type: 'int16', quantity: 'wx.windDir', scale: 0.1 };
const pressure: Step = { type: 'uint16', quantity: 'wx.pressure', scale: 0.1 };
const wind: Step = { type: 'uint16', quantity: 'wx.wind', scale: 0.1 };
/** Since the device was started or set back; two bytes of it in the first version. */
const rain2: Step = { type: 'uint16', quantity: 'wx.rainTotal', scale: 0.01 };
const rain4: Step = { type: 'uint32', quantity: 'wx.rainTotal', scale: 0.01 };
const threshold: Step = { type: 'uint8', name: 'threshold', alarm: [1] };
const before: readonly Step[] = [temperature, humidity, pressure, direction, wind];

/** Weather station. Its rain is a total; a byte behind it counts how often the total was passed on. */
export const wts506 = lorawan({
  id: 'milesight/wts506',
  version: 1,
  vendor: 'Milesight',
  title: 'Weather station WTS506',
  domain: 'environment',
  source:
    'https://github.com/Milesight-IoT/SensorDecoders, wts-series/wts506/README.md and wts506-decoder.js, wts506-encoder.js; examples of actility/device-catalog, vendors/milesight-iot/drivers/wts506',
  oneSource: true,
  uplinks: [
    milesightLayout({
      373: [{ type: 'uint8', quantity: 'dev.battery' }],
      871: [temperature],
      1128: [humidity],
      1412: [direction],
      1651: [pressure],
      1938: [wind],
      2167: [rain2, { skip: 1 }],
      2284: [rain4, { skip: 1 }],
      33639: [temperature, threshold],
      34419: [pressure, threshold],
      34706: [wind, threshold],
      35052: [rain4, { skip: 1 }, threshold],
      8398: milesightHistory([...before, rain2]),
      8654: milesightHistory([...before, rain4]),
    }),
  ],
  commands: {
    'interval.set': milesightInterval('Time between reports', 0x03, integer('Interval', 60, 64_800, 's')),
  },
});
