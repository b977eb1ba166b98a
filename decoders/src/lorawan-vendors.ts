import type { Definition } from './definition.ts';

/**
 * LoRa Alliance vendor identifiers of vendors that the catalogue has models of, by the vendor's name in their ids.
 * Source: TheThingsNetwork/lorawan-devices, vendor/index.yaml.
 */
const VENDOR_IDS: Readonly<Record<string, number>> = {
  adeunis: 16,
  arad: 41,
  bosch: 69,
  comtac: 98,
  decentlab: 109,
  diehl: 113,
  elsys: 132,
  ewattch: 149,
  imst: 199,
  keller: 222,
  netvox: 289,
  'nke-watteco': 296,
  parametric: 315,
  strega: 401,
  talkpool: 409,
  lobaro: 515,
  'b-meters': 528,
  elvaco: 574,
  'alpha-omega-technology': 590,
  milesight: 601,
  axioma: 605,
  sontex: 609,
  'teneo-iot': 652,
  dragino: 676,
  enless: 716,
  sensecap: 744,
  kamstrup: 748,
  mclimate: 824,
};

/** Ids of the models that a device of this vendor may be, in the order of the catalogue; the vendor's name before `/`. */
export function modelsOfVendor(vendorId: number, definitions: readonly Definition[]): string[] {
  const lorawan = definitions.filter(({ protocol }) => protocol === 'lorawan').map(({ id }) => id);
  return lorawan.filter((id) => VENDOR_IDS[id.split('/')[0] ?? ''] === vendorId);
}
