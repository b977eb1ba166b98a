import { elvacoLayouts } from '../../kernel/elvaco.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Module for Itron CF51, CF55 and CF Echo II. */
export const cmi4130 = lorawan({
  id: 'elvaco/cmi4130',
  version: 3,
  changed: {
    3: {
      en: 'Energy keeps its watt-hours. Format "extended" tells power, flow, temperatures and errors; the energy of midnight is never told as that of now.',
      fr: 'L’énergie garde ses wattheures. Le format « étendu » donne puissance, débit, températures et erreurs ; l’énergie de minuit n’est jamais donnée pour actuelle.',
    },
  },
  vendor: 'Elvaco',
  title: 'Heat meter module CMi4130 for Itron CF51, CF55 and CF Echo II',
  domain: 'heat',
  source:
    "Elvaco CMi4130 User's Manual, message formats; table of formats and examples of actility/device-catalog, vendors/elvaco/drivers/cmi41xx",
  // standard, compact, daily redundant, extended, heat and cooling
  uplinks: elvacoLayouts([0x0f, 0x10, 0x12, 0x13, 0x14], 0x11),
});
