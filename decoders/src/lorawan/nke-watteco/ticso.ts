import type { ByteReader } from '../../kernel/byte-reader.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { MappedValue, ParsedPayload } from '../../kernel/payload-layout.ts';
import { ZCL_BATCH, zclReport } from '../../kernel/zcl-report.ts';

/** Labels of the meter in the order of their bits in the descriptor, each with the form of its value. */
function labels(list: string): readonly (readonly [label: string, form: string])[] {
  return list
    .trim()
    .split(/\s+/)
    .map((entry) => entry.split(':'))
    .map(([label = '', form = '']) => [label, form] as const);
}

/** Historical mode (CBE); `z` is text up to a zero, a number the bytes of an unsigned integer. */
const HISTORICAL = labels(`
  ADIR1:2 ADIR2:2 ADIR3:2 ADCO:z OPTARIF:z ISOUSC:1 BASE:4 HCHC:4
  HCHP:4 EJPHN:4 EJPHPM:4 BBRHCJB:4 BBRHPJB:4 BBRHCJW:4 BBRHPJW:4 BBRHCJR:4
  BBRHPJR:4 PEJP:1 GAZ:4 AUTRE:4 PTEC:z DEMAIN:z IINST:2 IINST1:2
  IINST2:2 IINST3:2 ADPS:2 IMAX:2 IMAX1:2 IMAX2:2 IMAX3:2 PMAX:4
  PAPP:4 HHPHC:1 MOTDETAT:z PPOT:1`);

/** Standard mode; `d` is a date, `d3` a date and a number of three bytes, `e` a word of the list or a text. */
const STANDARD = labels(`
  ADSC:z VTIC:1 DATE:d NGTF:e LTARF:e EAST:4 EASF01:4 EASF02:4
  EASF03:4 EASF04:4 EASF05:4 EASF06:4 EASF07:4 EASF08:4 EASF09:4 EASF10:4
  EASD01:4 EASD02:4 EASD03:4 EASD04:4 EAIT:4 ERQ1:4 ERQ2:4 ERQ3:4
  ERQ4:4 IRMS1:2 IRMS2:2 IRMS3:2 URMS1:2 URMS2:2 URMS3:2 PREF:1
  PCOUP:1 SINSTS:3 SINSTS1:3 SINSTS2:3 SINSTS3:3 SMAXSN:d3 SMAXSN1:d3 SMAXSN2:d3
  SMAXSN3:d3 SMAXSN-1:d3 SMAXSN1-1:d3 SMAXSN2-1:d3 SMAXSN3-1:d3 SINSTI:3 SMAXIN:d3 SMAXIN-1:d3
  CCASN:d3 CCASN-1:d3 CCAIN:d3 CCAIN-1:d3 UMOY1:d2 UMOY2:d2 UMOY3:d2`);

/** Words for a tariff in force, by their number; other numbers have none here. */
const TARIFFS: Readonly<Record<number, string>> = {
  24: 'BASE',
  25: 'HEURE CREUSE',
  26: 'HEURE PLEINE',
  29: 'HC BLEU',
  31: 'HP BLEU',
  33: 'HC BLANC',
  35: 'HP BLANC',
  37: 'HC ROUGE',
  39: 'HP ROUGE',
};

const DATE_BYTES = 7;
const FIXED_DESCRIPTOR = 8;
const READ_ANSWER = 0x01;
const REPORTS = [0x0a, 0x8a];
const HISTORICAL_CLUSTER = 0x0054;

/** Which labels follow: their numbers, or a bit for each with the first label in the last byte. */
function described(reader: ByteReader): number[] {
  const head = reader.uint(1);
  const size = head & 0x1f || FIXED_DESCRIPTOR;
  const bytes = [...reader.take(size - 1)];
  if (head & 0x20) return bytes;
  return bytes
    .reverse()
    .flatMap((byte, index) =>
      [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (byte >> bit) & 1).map((bit) => index * 8 + bit),
    );
}

function readValue(reader: ByteReader, form: string): number | string | undefined {
  switch (form) {
    case 'z': {
      let text = '';
      for (let byte = reader.uint(1); byte !== 0; byte = reader.uint(1)) text += String.fromCharCode(byte);
      return text;
    }
    case 'e': {
      const head = reader.uint(1);
      return head & 0x80 ? reader.ascii(head & 0x7f) : TARIFFS[head];
    }
    case 'd':
      // local time with the season, of which the zone is not told
      reader.take(DATE_BYTES);
      return undefined;
    case 'd2':
    case 'd3':
      reader.take(DATE_BYTES);
      return reader.uint(form === 'd2' ? 2 : 3);
    default:
      return reader.uint(Number(form) as 1 | 2 | 3 | 4);
  }
}

function parse(reader: ByteReader): ParsedPayload {
  const [, command = 0] = reader.take(2);
  if (command !== READ_ANSWER && !REPORTS.includes(command)) return { values: [] };
  const table = reader.uint(2) === HISTORICAL_CLUSTER ? HISTORICAL : STANDARD;
  reader.take(2); // attribute
  if (command === READ_ANSWER && reader.uint(1) !== 0) return { values: [] };
  reader.take(2); // type, length
  const values: { name: string; value: number | string }[] = [];
  for (const index of described(reader)) {
    const entry = table[index];
    if (!entry) return { values, warnings: [`label ${index} is not known; what follows was left out`] };
    const [name, form] = entry;
    const value = readValue(reader, form);
    if (value !== undefined && value !== '') values.push({ name, value });
  }
  return { values };
}

function byPhase(label: string, quantity: string): Record<string, MappedValue> {
  return Object.fromEntries([1, 2, 3].map((phase) => [`${label}${phase}`, { quantity, channel: `L${phase}` }]));
}

function byTariff(names: readonly string[], channel: (name: string) => string): Record<string, MappedValue> {
  return Object.fromEntries(names.map((name) => [name, { quantity: 'elec.import', channel: channel(name) }]));
}

/** Tempo and EJP keep their label as the channel; the indexes of the supplier are T1 to T10. */
const TEMPO = ['EJPHN', 'EJPHPM', 'BBRHCJB', 'BBRHPJB', 'BBRHCJW', 'BBRHPJW', 'BBRHCJR', 'BBRHPJR'];
const SUPPLIER = ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10'].map((number) => `EASF${number}`);

/** Reader of the customer output (TIC) of Linky and older meters. The meter's number is no reading. */
export const ticso = lorawan({
  id: 'nke-watteco/ticso',
  version: 2,
  vendor: 'nke Watteco',
  title: "TIC reader for Linky and CBE meters TIC'S'O (TIC'O)",
  domain: 'electricity',
  source:
    'Watteco support: TIC clusters 0x0054 and 0x0056 with their descriptors; examples of Watteco/Codec-API-LoRaWAN, clusters_examples/examples_tics.json; Enedis-NOI-CPT_54E for the labels',
  uplinks: [
    ZCL_BATCH,
    {
      ports: [125],
      length: [12, 222],
      when: { byte: 3, equals: [0x54, 0x56] },
      parse,
      map: {
        BASE: { quantity: 'elec.import' },
        EAST: { quantity: 'elec.import' },
        EAIT: { quantity: 'elec.export' },
        HCHC: { quantity: 'elec.offpeak' },
        HCHP: { quantity: 'elec.peak' },
        ...byTariff(TEMPO, (name) => name),
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
