import { lorawan } from '../../kernel/lorawan.ts';

/** Bin level sensor. Temperature and level are hundredths as fractions; the voltage is in tenths of a millivolt. */
export const trashbinSensor = lorawan({
  id: 'noah/trashbin-sensor',
  version: 2,
  vendor: 'NOAH',
  title: 'Trashbin sensor',
  domain: 'waste',
  source: 'examples of brocaar/lorawan-devices, vendor/noah/trashbin-sensor-codec.yaml',
  oneSource: true,
  uplinks: [
    {
      ports: 'any',
      length: 6,
      order: 'le',
      steps: [
        { type: 'sflt16', quantity: 'bin.temp', scale: 100 },
        { type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.0001 },
        { type: 'sflt16', quantity: 'bin.fill', scale: 100 },
      ],
    },
  ],
});
