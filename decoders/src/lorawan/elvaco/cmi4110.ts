import { elvacoLayouts } from '../../kernel/elvaco.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Module for the heat meter Landis+Gyr T550. */
export const cmi4110 = lorawan({
  id: 'elvaco/cmi4110',
  version: 3,
  changed: {
    3: {
      en: 'Energy keeps its watt-hours. Format "extended" tells power, flow, temperatures and errors; the energy of midnight is never told as that of now.',
      fr: 'L’énergie garde ses wattheures. Le format « étendu » donne puissance, débit, températures et erreurs ; l’énergie de minuit n’est jamais donnée pour actuelle.',
    },
  },
  vendor: 'Elvaco',
  title: 'Heat meter module CMi4110 for Landis+Gyr T550 (UH50)',
  domain: 'heat',
  source:
    "Elvaco CMi4110 User's Manual, message formats standard, compact, scheduled daily redundant and extended; table of formats and examples of actility/device-catalog, vendors/elvaco/drivers/cmi41xx; ZennerIoT/element-parsers, lib/elvaco_cmi4110.ex",
  // standard, compact, daily redundant, extended, with tariffs, highest flow, monthly, daily
  uplinks: elvacoLayouts([0x00, 0x01, 0x03, 0x04, 0x3f, 0x40, 0x41, 0x46, 0x47, 0x48, 0x49, 0x4a], 0x02),
});
