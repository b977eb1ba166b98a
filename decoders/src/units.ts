import { toDigits } from './significant-digits.ts';

/**
 * Units in UCUM with the kind of quantity that each one measures. UCUM alone would turn V.A into W and a level in
 * dB{A} into one in dB{1mW}: a conversion is allowed only inside one kind. Factors are fractions, so that decimal
 * conversions (kWh → Wh) stay exact.
 */
interface Unit {
  kind: string;
  /** value × multiply / divide + offset is the value in the first unit of its kind. */
  multiply: number;
  divide: number;
  offset: number;
  /** Unit of SenML (RFC 8428, RFC 8798), where the registry has the same one. */
  senml?: string;
}

function unit(kind: string, multiply: number, divide = 1, senml?: string, offset = 0): Unit {
  return { kind, multiply, divide, offset, ...(senml === undefined ? {} : { senml }) };
}

const UNITS: Readonly<Record<string, Unit>> = {
  '': unit('none', 1),
  W: unit('activePower', 1, 1, 'W'),
  kW: unit('activePower', 1_000, 1, 'kW'),
  MW: unit('activePower', 1_000_000),
  'V.A': unit('apparentPower', 1, 1, 'VA'),
  'kV.A': unit('apparentPower', 1_000, 1, 'kVA'),
  'V.A{reactive}': unit('reactivePower', 1, 1, 'var'),
  'kV.A{reactive}': unit('reactivePower', 1_000, 1, 'kvar'),
  'W.h': unit('energy', 1, 1, 'Wh'),
  'kW.h': unit('energy', 1_000, 1, 'kWh'),
  'MW.h': unit('energy', 1_000_000),
  J: unit('energy', 1, 3_600, 'J'),
  kJ: unit('energy', 1_000, 3_600),
  MJ: unit('energy', 1_000_000, 3_600),
  GJ: unit('energy', 1_000_000_000, 3_600),
  Gcal: unit('energy', 4_184_000_000, 3_600),
  'W.h{HCV}': unit('gasEnergy', 1),
  'kW.h{HCV}': unit('gasEnergy', 1_000),
  'V.A.h': unit('apparentEnergy', 1, 1, 'VAh'),
  'kV.A.h': unit('apparentEnergy', 1_000, 1, 'kVAh'),
  'V.A.h{reactive}': unit('reactiveEnergy', 1, 1, 'varh'),
  'kV.A.h{reactive}': unit('reactiveEnergy', 1_000, 1, 'kvarh'),
  V: unit('voltage', 1, 1, 'V'),
  mV: unit('voltage', 1, 1_000, 'mV'),
  kV: unit('voltage', 1_000),
  A: unit('current', 1, 1, 'A'),
  mA: unit('current', 1, 1_000, 'mA'),
  'A.h': unit('charge', 1),
  Hz: unit('frequency', 1, 1, 'Hz'),
  '1': unit('ratio', 1, 1, '/'),
  '%': unit('ratio', 1, 100, '/100'),
  L: unit('volume', 1, 1, 'l'),
  mL: unit('volume', 1, 1_000),
  m3: unit('volume', 1_000, 1, 'm3'),
  'L/h': unit('volumeFlow', 1),
  'L/min': unit('volumeFlow', 60),
  'L/s': unit('volumeFlow', 3_600, 1, 'l/s'),
  'm3/h': unit('volumeFlow', 1_000),
  'm3/s': unit('volumeFlow', 3_600_000, 1, 'm3/s'),
  Cel: unit('temperature', 1, 1, 'Cel'),
  K: unit('temperature', 1, 1, 'K', -273.15),
  '[degF]': unit('temperature', 5, 9, undefined, -160 / 9),
  'K{difference}': unit('temperatureDifference', 1),
  m: unit('length', 1, 1, 'm'),
  cm: unit('length', 1, 100, 'cm'),
  mm: unit('length', 1, 1_000, 'mm'),
  km: unit('length', 1_000, 1, 'km'),
  'mm/h': unit('precipitationRate', 1, 1, 'mm/h'),
  'm/s': unit('speed', 1, 1, 'm/s'),
  'km/h': unit('speed', 10, 36, 'km/h'),
  kg: unit('mass', 1, 1, 'kg'),
  g: unit('mass', 1, 1_000, 'g'),
  Pa: unit('pressure', 1, 1, 'Pa'),
  hPa: unit('pressure', 100, 1, 'hPa'),
  kPa: unit('pressure', 1_000, 1, 'kPa'),
  mbar: unit('pressure', 100),
  bar: unit('pressure', 100_000),
  deg: unit('angle', 1, 1, 'deg'),
  s: unit('duration', 1, 1, 's'),
  min: unit('duration', 60, 1, 'min'),
  h: unit('duration', 3_600, 1, 'h'),
  d: unit('duration', 86_400),
  lx: unit('illuminance', 1, 1, 'lx'),
  'W/m2': unit('irradiance', 1, 1, 'W/m2'),
  'ug/m3': unit('massConcentration', 1, 1, 'ug/m3'),
  'mg/m3': unit('massConcentration', 1_000),
  '[ppm]': unit('amountFraction', 1, 1, 'ppm'),
  '[ppb]': unit('amountFraction', 1, 1_000, 'ppb'),
  'dB{A}': unit('soundLevel', 1),
  'dB{1mW}': unit('powerLevel', 1, 1, 'dBm'),
  dB: unit('levelDifference', 1, 1, 'dB'),
  'uS/cm': unit('conductivity', 1),
  'mS/cm': unit('conductivity', 1_000),
  '[pH]': unit('acidity', 1, 1, 'pH'),
  '{count}': unit('count', 1, 1, 'count'),
  '{pulse}': unit('pulses', 1),
  '{vehicle}': unit('vehicles', 1),
  '{unit}': unit('allocatorUnits', 1),
  '{person}': unit('persons', 1),
  '{spot}': unit('spots', 1),
  '{index}': unit('index', 1),
  'L/(h.m2)': unit('leakage', 1),
};

export type Conversion = { ok: true; value: number } | { ok: false; message: string };

export function isKnownUnit(ucum: string): boolean {
  return Object.hasOwn(UNITS, ucum);
}

/** The kind of quantity that a unit measures; units convert inside a kind and nowhere else. */
export function unitKind(ucum: string): string | undefined {
  return lookUp(ucum)?.kind;
}

/** The name that SenML (RFC 8428, RFC 8798) gives to a unit, where it has one. */
export function senmlUnit(ucum: string): string | undefined {
  return lookUp(ucum)?.senml;
}

/** Converts a value between two UCUM units of the same kind of quantity. */
export function convert(value: number, from: string, to: string): Conversion {
  const source = lookUp(from);
  const target = lookUp(to);
  if (!source || !target) return { ok: false, message: `${source ? to : from} is not a unit of the vocabulary` };
  if (source.kind !== target.kind) {
    return { ok: false, message: `${from} measures ${source.kind}, ${to} measures ${target.kind}` };
  }
  if (source === target) return { ok: true, value };
  const base = (value * source.multiply) / source.divide + source.offset;
  return { ok: true, value: withoutFloatError(((base - target.offset) * target.divide) / target.multiply) };
}

/** Drops what binary fractions add behind the twelfth significant digit: 0.1 × 219 is 21.9. */
export function withoutFloatError(value: number): number {
  return Number.isInteger(value) ? value : toDigits(value, 12);
}

function lookUp(ucum: string): Unit | undefined {
  return Object.hasOwn(UNITS, ucum) ? UNITS[ucum] : undefined;
}
