import { elvacoLayouts } from '../../kernel/elvaco.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Module for Landis+Gyr UH50 and UC50. */
export const cmi4111 = lorawan({
  id: 'elvaco/cmi4111',
  version: 3,
  changed: {
    3: {
      en: 'Energy keeps its watt-hours. Format "extended" tells power, flow, temperatures and errors; the energy of midnight is never told as that of now.',
      fr: 'L’énergie garde ses wattheures. Le format « étendu » donne puissance, débit, températures et erreurs ; l’énergie de minuit n’est jamais donnée pour actuelle.',
    },
  },
  vendor: 'Elvaco',
  title: 'Heat meter module CMi4111 for Landis+Gyr UH50 and UC50',
  domain: 'heat',
  source:
    "Elvaco CMi4111 User's Manual, message formats; table of formats and examples of actility/device-catalog, vendors/elvaco/drivers/cmi41xx",
  // standard, compact, daily redundant, extended, heat and cooling, billing, plausibility, monitoring
  uplinks: elvacoLayouts([0x05, 0x06, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d], 0x07),
});
