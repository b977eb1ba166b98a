import { lorawan } from '../../kernel/lorawan.ts';
import { zclReport } from '../../kernel/zcl-report.ts';
import { AT_NOMINAL_VOLTAGE, NOMINAL_VOLTAGE } from '../../parameters/nominal-voltage.ts';

/** Current through a flexible coil. */
export const intenso = lorawan({
  id: 'nke-watteco/intenso',
  version: 1,
  vendor: 'nke Watteco',
  title: "Current sensor Intens'O",
  domain: 'electricity',
  source: 'Watteco support: cluster 0x000C; examples of actility/device-catalog, vendors/watteco/drivers/intenso_v1.1',
  parameters: NOMINAL_VOLTAGE,
  derived: AT_NOMINAL_VOLTAGE,
  uplinks: [
    ...zclReport({
      786517: [{ type: 'float32', quantity: 'elec.current' }],
    }),
  ],
});
