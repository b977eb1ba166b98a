import { elvacoLayouts } from '../../kernel/elvaco.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Module for Diehl SHARKY. */
export const cmi4160 = lorawan({
  id: 'elvaco/cmi4160',
  version: 3,
  changed: {
    3: {
      en: 'Energy keeps its watt-hours. Format "extended" tells power, flow, temperatures and errors; the energy of midnight is never told as that of now.',
      fr: 'L’énergie garde ses wattheures. Le format « étendu » donne puissance, débit, températures et erreurs ; l’énergie de minuit n’est jamais donnée pour actuelle.',
    },
  },
  vendor: 'Elvaco',
  title: 'Heat meter module CMi4160 for Diehl SHARKY',
  domain: 'heat',
  source:
    "Elvaco CMi4160 User's Manual, message formats; table of formats and examples of actility/device-catalog, vendors/elvaco/drivers/cmi41xx",
  // standard, compact, daily redundant, extended, heat and cooling
  uplinks: elvacoLayouts([0x1e, 0x1f, 0x21, 0x22, 0x23, 0x3d, 0x3e], 0x20),
});
