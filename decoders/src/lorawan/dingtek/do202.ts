import { lorawan } from '../../kernel/lorawan.ts';
import { do201 } from './do201.ts';

const { 'threshold.distance': _, ...commands } = do201.spec.commands ?? {};

/** Parking sensor with a magnetometer and a radar: telegrams and parameters of the DO201, without its distance. */
export const do202 = lorawan({
  ...do201.spec,
  id: 'dingtek/do202',
  version: 2,
  changed: {
    2: {
      en: 'A telegram that is cut or does not end with 81h is refused.',
      fr: 'Un télégramme tronqué ou qui ne finit pas par 81h est refusé.',
    },
  },
  title: 'Parking sensor DO202',
  source: 'TheThingsNetwork/lorawan-devices, vendor/dingtek/do202-codec.yaml',
  commands,
});
