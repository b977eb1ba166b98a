import { EWATTCH_CLAMPS, EWATTCH_ROLLS_OVER_AT, ewattchLayouts } from '../../kernel/ewattch.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Clamps for twelve circuits with the voltage of three phases. */
export const squidPro = lorawan({
  id: 'ewattch/squid-pro',
  version: 1,
  vendor: 'Ewattch',
  title: 'Twelve-circuit energy meter SquidPro',
  domain: 'electricity',
  source: 'codec and examples of Ewattch in actility/device-catalog, vendors/ewattch/drivers/LorawanDecoder',
  rollsOverAt: EWATTCH_ROLLS_OVER_AT,
  uplinks: ewattchLayouts(EWATTCH_CLAMPS),
});
