import { lorawan } from '../../kernel/lorawan.ts';
import { wattecoBatch } from '../../kernel/watteco-batch.ts';
import { zclReport } from '../../kernel/zcl-report.ts';
import { AT_NOMINAL_VOLTAGE, NOMINAL_VOLTAGE } from '../../parameters/nominal-voltage.ts';

const batch = wattecoBatch(
  {
    labelBits: 2,
    series: [
      { label: 0, name: 'current', type: 'float32', resolution: 0.1 },
      { label: 1, name: 'battery', type: 'uint16', resolution: 100, divide: 1_000 },
    ],
  },
  { current: { quantity: 'elec.current' }, battery: { quantity: 'dev.batteryVoltage' } },
);

/** Current through a flexible coil. */
export const intenso = lorawan({
  id: 'nke-watteco/intenso',
  version: 1,
  vendor: 'nke Watteco',
  title: "Current sensor Intens'O",
  domain: 'electricity',
  oneSource: true,
  source:
    "Watteco support: cluster 0x000C; Watteco/Codec-API-LoRaWAN, devices/intens'o for the batch; examples of actility/device-catalog, vendors/watteco/drivers/intenso_v1.1",
  parameters: NOMINAL_VOLTAGE,
  derived: AT_NOMINAL_VOLTAGE,
  uplinks: [...zclReport({ 786517: [{ type: 'float32', quantity: 'elec.current' }] }, batch)],
});
