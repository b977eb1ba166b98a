import { EWATTCH_CLAMPS, EWATTCH_ROLLS_OVER_AT, ewattchLayouts } from '../../kernel/ewattch.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { AT_NOMINAL_VOLTAGE, NOMINAL_VOLTAGE } from '../../parameters/nominal-voltage.ts';

/** Clamps for twelve circuits without a voltage: charge and current. */
export const squid = lorawan({
  id: 'ewattch/squid',
  version: 1,
  vendor: 'Ewattch',
  title: 'Twelve current clamps Squid',
  domain: 'electricity',
  source: 'codec and examples of Ewattch in actility/device-catalog, vendors/ewattch/drivers/LorawanDecoder',
  parameters: NOMINAL_VOLTAGE,
  derived: AT_NOMINAL_VOLTAGE,
  rollsOverAt: EWATTCH_ROLLS_OVER_AT,
  uplinks: ewattchLayouts(EWATTCH_CLAMPS),
});
