import { lorawan } from '../../kernel/lorawan.ts';
import { dc410 } from './dc410.ts';

/** Bin level sensor with the telegrams and parameters of the DC410. */
export const dc413 = lorawan({
  ...dc410.spec,
  id: 'dingtek/dc413',
  version: 1,
  title: 'Bin level sensor DC413',
  source: 'examples of TheThingsNetwork/lorawan-devices, vendor/dingtek/dc413-codec.yaml (the only source)',
});
