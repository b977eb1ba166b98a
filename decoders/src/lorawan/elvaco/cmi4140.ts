import { elvacoLayouts } from '../../kernel/elvaco.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Module for Kamstrup MULTICAL. */
export const cmi4140 = lorawan({
  id: 'elvaco/cmi4140',
  version: 3,
  changed: {
    3: {
      en: 'Energy keeps its watt-hours. Format "extended" tells power, flow, temperatures and errors; the energy of midnight is never told as that of now.',
      fr: 'L’énergie garde ses wattheures. Le format « étendu » donne puissance, débit, températures et erreurs ; l’énergie de minuit n’est jamais donnée pour actuelle.',
    },
  },
  vendor: 'Elvaco',
  title: 'Heat meter module CMi4140 for Kamstrup MULTICAL',
  domain: 'heat',
  source:
    "Elvaco CMi4140 User's Manual, message formats; table of formats and examples of actility/device-catalog, vendors/elvaco/drivers/cmi41xx",
  // standard (0 in early firmware), compact, daily redundant, extended, heat and cooling, heat intelligence, pulses (left out)
  uplinks: elvacoLayouts([0x00, 0x15, 0x16, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x3b, 0x3c, 0x4d, 0x4e, 0x4f], 0x17),
});
