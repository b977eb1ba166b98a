/** A label of the meter and the form of its value in Watteco's compression. */
export interface TicLabel {
  label: string;
  form: string;
}

/** Labels in the order of their bits in the descriptor, `label:form` with blanks between; forms: see `readTicValue`. */
function labels(list: string): readonly TicLabel[] {
  return list
    .trim()
    .split(/\s+/)
    .map((entry) => entry.split(':'))
    .map(([label = '', form = '']) => ({ label, form }));
}

/** Historical mode (CBE). */
const HISTORICAL = labels(`
  ADIR1:2 ADIR2:2 ADIR3:2 ADCO:z OPTARIF:z ISOUSC:1 BASE:4 HCHC:4
  HCHP:4 EJPHN:4 EJPHPM:4 BBRHCJB:4 BBRHPJB:4 BBRHCJW:4 BBRHPJW:4 BBRHCJR:4
  BBRHPJR:4 PEJP:1 GAZ:4 AUTRE:4 PTEC:z DEMAIN:z IINST:2 IINST1:2
  IINST2:2 IINST3:2 ADPS:2 IMAX:2 IMAX1:2 IMAX2:2 IMAX3:2 PMAX:4
  PAPP:4 HHPHC:1 MOTDETAT:z PPOT:1`);

/** Standard mode (Linky). */
const STANDARD = labels(`
  ADSC:z VTIC:1 DATE:d NGTF:e LTARF:e EAST:4 EASF01:4 EASF02:4
  EASF03:4 EASF04:4 EASF05:4 EASF06:4 EASF07:4 EASF08:4 EASF09:4 EASF10:4
  EASD01:4 EASD02:4 EASD03:4 EASD04:4 EAIT:4 ERQ1:4 ERQ2:4 ERQ3:4
  ERQ4:4 IRMS1:2 IRMS2:2 IRMS3:2 URMS1:2 URMS2:2 URMS3:2 PREF:1
  PCOUP:1 SINSTS:3 SINSTS1:3 SINSTS2:3 SINSTS3:3 SMAXSN:d3 SMAXSN1:d3 SMAXSN2:d3
  SMAXSN3:d3 SMAXSN-1:d3 SMAXSN1-1:d3 SMAXSN2-1:d3 SMAXSN3-1:d3 SINSTI:3 SMAXIN:d3 SMAXIN-1:d3
  CCASN:d3 CCASN-1:d3 CCAIN:d3 CCAIN-1:d3 UMOY1:d2 UMOY2:d2 UMOY3:d2`);

const PERIODS = ['P', 'PM', 'HCE', 'HCH', 'HH', 'HCD', 'HD', 'JA', 'HPE', 'HPH', 'HPD', 'SCM', 'HM', 'DSM'];

/** Meter of the ICE series: what it measures. */
const ICE = labels(`
  CONTRAT:z DATECOUR:D DATE:D EA:3 ERP:3 PTCOUR:z PREAVIS:z MODE:0
  DATEPA1:D PA1:2 DATEPA2:D PA2:2 DATEPA3:D PA3:2 DATEPA4:D PA4:2
  DATEPA5:D PA5:2 DATEPA6:D PA6:2 *p*:3 KDC:1 KDCD:1 TGPHI:f
  PSP:2 PSPM:2 PSHPH:2 PSHPD:2 PSHCH:2 PSHCD:2 PSHPE:2 PSHCE:2
  PSJA:2 PSHH:2 PSHD:2 PSHM:2 PSDSM:2 PSSCM:2 MODE2:0 PA1MN:2
  PA10MN:2 PREA1MN:2 PREA10MN:2 TGPHI2:f U10MN:2`);

/** Meter of the ICE series: energies of the billing period in course, or the one before, by tariff. */
const icePeriod = (name: 'p' | 'p1'): readonly TicLabel[] =>
  labels(`
  DEBUT${name}:D FIN${name}:D CAF${name}:2
  DATEEA${name}:D ${PERIODS.map((tariff) => `EA${name}${tariff}:3`).join(' ')}
  DATEERP${name}:D ${PERIODS.map((tariff) => `ERP${name}${tariff}:3`).join(' ')}
  DATEERN${name}:D ${PERIODS.map((tariff) => `ERN${name}${tariff}:3`).join(' ')}`);

/** "Jaune" electronic meter (CJE). */
const YELLOW = labels(`
  JAUNE:4s JAUNEPT:z JAUNEDP:z JAUNEABCDE:3 JAUNEKP:1 ENERG1:3 ENERG2:3 ENERG3:3
  ENERG4:3 ENERG5:3 ENERG6:3 PERCC:3s PERCCCG:1 PMAXC1:3 PMAXC2:3 PMAXC3:3
  PMAXC4:3 TDEPA1:3 TDEPA2:3 TDEPA3:3 TDEPA4:3 PERCP:3s PERCPCG:1 PMAXP1:3
  PMAXP2:3 PMAXP3:3 PMAXP4:3 PSOUSC1:3 PSOUSC2:3 PSOUSC3:3 PSOUSC4:3 PSOUSP1:3
  PSOUSP2:3 PSOUSP3:3 PSOUSP4:3 FCOU:2s FCOUDD:1`);

/** Meter for enterprises (PME-PMI); `_s` consumed, `_i` fed in. */
const ENTERPRISE = labels(`
  TRAME:e ADS:x MESURES1:e DATE:D EA_s:3 ER+_s:3 ER-_s:3 EAPP_s:3
  EA_i:3 ER+_i:3 ER-_i:3 EAPP_i:3 PTCOUR1:e TARIFDYN:e ETATDYN1:e PREAVIS1:e
  TDYN1CD:te TDYN1CF:te TDYN1FD:te TDYN1FF:te MODE:e CONFIG:e DATEPA1:D PA1_s:2
  PA1_i:2 DATEPA2:t PA2_s:2 PA2_i:2 DATEPA3:t PA3_s:2 PA3_i:2 DATEPA4:t
  PA4_s:2 PA4_i:2 DATEPA5:t PA5_s:2 PA5_i:2 DATEPA6:t PA6_s:2 PA6_i:2
  DebP:t EAP_s:3 EAP_i:3 ER+P_s:3 ER-P_s:3 ER+P_i:3 ER-P_i:3 DebP-1:t
  FinP-1:t EaP-1_s:3 EaP-1_i:3 ER+P-1_s:3 ER-P-1_s:3 ER+P-1_i:3 ER-P-1_i:3 PS:3e
  PREAVIS:e PA1MN:2 PMAX_s:3e PMAX_i:3e TGPHI_s:f TGPHI_i:f MESURES2:e PTCOUR2:e
  ETATDYN2:e PREAVIS2:e TDYN2CD:te TDYN2CF:te TDYN2FD:te TDYN2FF:te DebP_2:t EaP_s2:3
  DebP-1_2:t FinP-1_2:t EaP-1_s2:3 _DDMES1_:3`);

const ICE_CLUSTER = 0x0053;
/** Of an ICE meter the lower byte of the attribute says which part of what it tells. */
const ICE_PARTS = [ICE, icePeriod('p'), icePeriod('p1')];
const BY_CLUSTER: Readonly<Record<number, readonly TicLabel[]>> = {
  84: HISTORICAL,
  85: YELLOW,
  86: STANDARD,
  87: ENTERPRISE,
};

/** Clusters of the customer output (TIC). */
export const TIC_CLUSTERS = [0x53, 0x54, 0x55, 0x56, 0x57];
export const TIC_TARIFFS = PERIODS;

export function ticLabels(cluster: number, attribute: number): readonly TicLabel[] | undefined {
  return cluster === ICE_CLUSTER ? ICE_PARTS[attribute & 0xff] : BY_CLUSTER[cluster];
}
