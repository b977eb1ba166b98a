import { lorawan } from '../../kernel/lorawan.ts';
import type { MappedValue } from '../../kernel/payload-layout.ts';
import { wattecoTic } from '../../kernel/watteco-tic.ts';
import { TIC_CLUSTERS, TIC_TARIFFS } from '../../kernel/watteco-tic-labels.ts';
import { UNKNOWN_BATCH, zclReport } from '../../kernel/zcl-report.ts';

function byPhase(label: string, quantity: string): Record<string, MappedValue> {
  return Object.fromEntries([1, 2, 3].map((phase) => [`${label}${phase}`, { quantity, channel: `L${phase}` }]));
}

function byTariff(names: readonly string[], channel: (name: string) => string): Record<string, MappedValue> {
  return Object.fromEntries(names.map((name) => [name, { quantity: 'elec.import', channel: channel(name) }]));
}

/** Tempo and EJP keep their label as the channel; the indexes of the supplier are T1 to T10. */
const TEMPO = ['EJPHN', 'EJPHPM', 'BBRHCJB', 'BBRHPJB', 'BBRHCJW', 'BBRHPJW', 'BBRHCJR', 'BBRHPJR'];
const SUPPLIER = ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10'].map((number) => `EASF${number}`);

const KILO = 1_000;
/** Meters of enterprises count the billing period in course, in kWh and kvarh by tariff, and begin anew with the next. */
const ENTERPRISES: Record<string, MappedValue> = {
  ...Object.fromEntries(
    TIC_TARIFFS.flatMap((channel): [string, MappedValue][] => [
      [`EAp${channel}`, { quantity: 'elec.import', channel, scale: KILO }],
      [`ERPp${channel}`, { quantity: 'elec.reactive.import', channel, scale: KILO }],
      [`ERNp${channel}`, { quantity: 'elec.reactive.export', channel, scale: KILO }],
    ]),
  ),
  ...Object.fromEntries(
    ['1', '2', '3', '4', '5', '6'].map((number): [string, MappedValue] => [
      `ENERG${number}`,
      { quantity: 'elec.import', channel: `T${number}`, scale: KILO },
    ]),
  ),
  EAP_s: { quantity: 'elec.import', channel: 'period', scale: KILO },
  EAP_i: { quantity: 'elec.export', channel: 'period', scale: KILO },
  PA1MN: { quantity: 'elec.power', scale: KILO },
  PA10MN: { quantity: 'elec.demand', scale: KILO },
  U10MN: { quantity: 'elec.voltage' },
  PTCOUR: { quantity: 'elec.tariff' },
  PTCOUR1: { quantity: 'elec.tariff' },
  JAUNEPT: { quantity: 'elec.tariff' },
};

/** Reader of the customer output (TIC) of Linky and older meters. The meter's number is no reading. */
export const ticso = lorawan({
  id: 'nke-watteco/ticso',
  version: 3,
  changed: {
    3: {
      en: 'Meters of the ICE, CJE and PME-PMI series are read; a report that is cut is refused; a report that is an alarm raises one, the voltage that the TIC supplies and all tariffs of a Linky are read.',
      fr: 'Les compteurs des séries ICE, CJE et PME-PMI sont lus ; un rapport tronqué est refusé ; un rapport d’alarme lève une alarme, la tension fournie par la TIC et tous les tarifs d’un Linky sont lus.',
    },
  },
  vendor: 'nke Watteco',
  title: "TIC reader for Linky, CBE, CJE, ICE and PME-PMI meters TIC'S'O (TIC'O)",
  domain: 'electricity',
  source:
    'Watteco support: TIC clusters 0x0053 to 0x0057 with their descriptors; examples of Watteco/Codec-API-LoRaWAN, clusters_examples/examples_tics.json; Enedis-NOI-CPT_54E for the labels',
  uplinks: [
    UNKNOWN_BATCH,
    {
      ports: [125],
      length: [11, 222],
      when: { byte: 3, equals: TIC_CLUSTERS },
      tellsLength: true,
      parse: wattecoTic,
      map: {
        BASE: { quantity: 'elec.import' },
        EAST: { quantity: 'elec.import' },
        EAIT: { quantity: 'elec.export' },
        HCHC: { quantity: 'elec.offpeak' },
        HCHP: { quantity: 'elec.peak' },
        ...byTariff(TEMPO, (name) => name),
        ...ENTERPRISES,
        ...byTariff(SUPPLIER, (name) => `T${Number(name.slice(-2))}`),
        PTEC: { quantity: 'elec.tariff' },
        LTARF: { quantity: 'elec.tariff' },
        IINST: { quantity: 'elec.current', channel: 'L1' },
        ...byPhase('IINST', 'elec.current'),
        ...byPhase('IRMS', 'elec.current'),
        ...byPhase('URMS', 'elec.voltage'),
        PAPP: { quantity: 'elec.apparent' },
        SINSTS: { quantity: 'elec.apparent' },
        ...byPhase('SINSTS', 'elec.apparent'),
        SMAXSN: { quantity: 'elec.apparentMax' },
        CCASN: { quantity: 'elec.demand' },
        PREF: { quantity: 'elec.subscribed', scale: 1_000 },
      },
    },
    ...zclReport({}),
  ],
});
