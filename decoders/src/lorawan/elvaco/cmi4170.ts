import { elvacoLayouts } from '../../kernel/elvaco.ts';
import { lorawan } from '../../kernel/lorawan.ts';

/** Module for Engelmann SENSOSTAR. */
export const cmi4170 = lorawan({
  id: 'elvaco/cmi4170',
  version: 2,
  changed: {
    2: {
      en: 'Energy keeps its watt-hours. Format "extended" tells power, flow, temperatures and errors; the energy of midnight is never told as that of now.',
      fr: 'L’énergie garde ses wattheures. Le format « étendu » donne puissance, débit, températures et erreurs ; l’énergie de minuit n’est jamais donnée pour actuelle.',
    },
  },
  vendor: 'Elvaco',
  title: 'Heat meter module CMi4170 for Engelmann SENSOSTAR',
  domain: 'heat',
  source:
    "Elvaco CMi4170 User's Manual, message formats; table of formats and examples of actility/device-catalog, vendors/elvaco/drivers/cmi41xx",
  // standard, compact, daily redundant, extended, heat and cooling
  uplinks: elvacoLayouts([0x24, 0x25, 0x27, 0x28, 0x29, 0x2c, 0x2d, 0x50], 0x26),
});
