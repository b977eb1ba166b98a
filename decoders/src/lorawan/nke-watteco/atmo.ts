import { lorawan } from '../../kernel/lorawan.ts';
import { wattecoBatch } from '../../kernel/watteco-batch.ts';
import { zclReport } from '../../kernel/zcl-report.ts';

/** Endpoints 0 to 2 are its three inputs: rain gauge, anemometer and such. */
const channel = { from: 'endpoint', plus: 1 } as const;

const batch = wattecoBatch(
  {
    labelBits: 3,
    series: [
      { label: 0, name: 'temperature', type: 'int16', resolution: 1, divide: 100 },
      { label: 1, name: 'humidity', type: 'uint16', resolution: 1, divide: 100 },
      { label: 2, name: 'pressure', type: 'int16', resolution: 1 },
      { label: 3, name: 'index1', type: 'uint32', resolution: 1 },
      { label: 4, name: 'index2', type: 'uint32', resolution: 1 },
      { label: 5, name: 'battery', type: 'uint16', resolution: 1, divide: 1_000 },
    ],
  },
  {
    temperature: { quantity: 'wx.temp' },
    humidity: { quantity: 'wx.rh' },
    pressure: { quantity: 'wx.pressure' },
    index1: { quantity: 'pulse.count', channel: '1' },
    index2: { quantity: 'pulse.count', channel: '2' },
    battery: { quantity: 'dev.batteryVoltage' },
  },
);

/** Outdoor climate and pressure, with inputs for instruments that give pulses. */
export const atmo = lorawan({
  id: 'nke-watteco/atmo',
  version: 1,
  vendor: 'nke Watteco',
  title: "Weather sensor Atm'O",
  domain: 'environment',
  oneSource: true,
  source: 'Watteco support, standard reports; examples of actility/device-catalog, vendors/watteco/drivers/atmo_v1.1',
  uplinks: [
    ...zclReport(
      {
        67239936: [{ type: 'int16', quantity: 'wx.temp', scale: 0.01 }],
        67305472: [{ type: 'int16', quantity: 'wx.pressure' }],
        67436544: [{ type: 'uint16', quantity: 'wx.rh', scale: 0.01 }],
        983125: [{ type: 'uint8', quantity: 'io.input', channel, states: { 0: 'off', 1: 'on' } }],
        984066: [{ type: 'uint32', quantity: 'pulse.count', channel }],
      },
      batch,
    ),
  ],
});
