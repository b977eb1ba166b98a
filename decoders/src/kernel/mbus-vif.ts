import type { ByteReader } from './byte-reader.ts';
import { PayloadMismatch } from './payload-mismatch.ts';

const MAX_EXTENSIONS = 10;
/** EN 13757-3, table 18: an error of the record, of which 0 is none. */
const NO_ERROR = 0x00;
/** EN 13757-3, annex F: differences between values of earlier moments, newest first. */
const PROFILE = 0x13;
/** The next byte says where: phases 1 to 3 (EN 13757-3, table 17). */
const PHASE = 0x7c;

/** What a VIF measures: name, and the power of ten for the lowest code of its range; `steps` codes wide. */
export interface VifRange {
  from: number;
  steps: number;
  name: string;
  power: number;
  /** To the unit of the name. */
  factor?: number;
  /** Seconds, minutes, hours, days for the codes in turn. */
  durations?: boolean;
}

/** The range of a VIF and which of its codes it is. */
export interface Vif {
  range: VifRange | undefined;
  offset: number;
}

/** Primary VIFs, EN 13757-3 table 10. */
const PRIMARY: readonly VifRange[] = [
  { from: 0x00, steps: 8, name: 'energyWh', power: -3 },
  { from: 0x08, steps: 8, name: 'energyJ', power: 0 },
  { from: 0x10, steps: 8, name: 'volumeL', power: -3 },
  { from: 0x18, steps: 8, name: 'massKg', power: -3 },
  { from: 0x20, steps: 4, name: 'onTimeS', power: 0, durations: true },
  { from: 0x24, steps: 4, name: 'operatingTimeS', power: 0, durations: true },
  { from: 0x28, steps: 8, name: 'powerW', power: -3 },
  { from: 0x30, steps: 8, name: 'powerW', power: 0, factor: 1 / 3_600 },
  { from: 0x38, steps: 8, name: 'flowLPerH', power: -3 },
  { from: 0x40, steps: 8, name: 'flowLPerH', power: -4, factor: 60 },
  { from: 0x48, steps: 8, name: 'flowLPerH', power: -6, factor: 3_600 },
  { from: 0x58, steps: 4, name: 'flowTempCel', power: -3 },
  { from: 0x5c, steps: 4, name: 'returnTempCel', power: -3 },
  { from: 0x60, steps: 4, name: 'diffTempK', power: -3 },
  { from: 0x64, steps: 4, name: 'externalTempCel', power: -3 },
  { from: 0x68, steps: 4, name: 'pressureBar', power: -3 },
  { from: 0x6c, steps: 1, name: 'date', power: 0 },
  { from: 0x6d, steps: 1, name: 'dateTime', power: 0 },
  { from: 0x6e, steps: 1, name: 'allocatorUnits', power: 0 },
  { from: 0x78, steps: 1, name: 'fabricationNumber', power: 0 },
];

/** First extension (VIF 0xFB), EN 13757-3 table 12: the ranges that meters of cities use. */
const EXTENSION_FB: readonly VifRange[] = [
  { from: 0x00, steps: 2, name: 'energyWh', power: 5 },
  { from: 0x08, steps: 2, name: 'energyJ', power: 8 },
  { from: 0x0c, steps: 4, name: 'energyCal', power: 5 },
  { from: 0x10, steps: 2, name: 'volumeL', power: 5 },
  { from: 0x28, steps: 2, name: 'powerW', power: 5 },
];

/** Second extension (VIF 0xFD), EN 13757-3 table 14. */
const EXTENSION_FD: readonly VifRange[] = [
  { from: 0x17, steps: 1, name: 'errorFlags', power: 0 },
  { from: 0x3a, steps: 1, name: 'dimensionless', power: 0 },
  { from: 0x40, steps: 16, name: 'voltageV', power: -9 },
  { from: 0x50, steps: 16, name: 'currentA', power: -12 },
  { from: 0x61, steps: 1, name: 'cumulationCounter', power: 0 },
  { from: 0x74, steps: 1, name: 'batteryDays', power: 0 },
];

/** Which range of the tables a VIF and the VIFEs behind it name; `undefined` where what they say is not for everyone. */
export function readVif(reader: ByteReader, vif: number): Vif {
  if (vif === 0xfb || vif === 0xfd) {
    const extension = reader.uint(1);
    const table = vif === 0xfb ? EXTENSION_FB : EXTENSION_FD;
    return changed(find(table, extension & 0x7f), readExtensions(reader, extension));
  }
  if (vif === 0xff) return { range: readManufacturerVif(reader), offset: 0 };
  const primary = vif & 0x7f;
  if (primary === 0x7c) {
    // plain text unit: not for the vocabulary
    reader.take(reader.uint(1));
    readExtensions(reader, vif);
    return { range: undefined, offset: 0 };
  }
  return changed(find(PRIMARY, primary), readExtensions(reader, vif));
}

/**
 * What orthogonal extensions (EN 13757-3, table 15) make of a value: a factor of ten, or only what ran forwards or
 * backwards, which the name then says, or something that only its maker explains (FFh and a code). Any other (a limit, a difference, an average) makes it something else: left out.
 */
function changed({ range, offset }: Vif, extensions: readonly number[]): Vif {
  let changedRange = range;
  for (const [index, extension] of extensions.entries()) {
    if (!changedRange) break;
    const { name, power } = changedRange;
    if (extension === NO_ERROR) continue;
    if (extension === 0x7f) {
      const code = (extensions[index + 1] ?? 0).toString(16).padStart(2, '0');
      return { range: { ...changedRange, name: `${name} manufacturer${code}` }, offset };
    }
    if (extension === PHASE) {
      const phase = extensions[index + 1] ?? 0;
      return { range: phase >= 1 && phase <= 3 ? { ...changedRange, name: `${name} L${phase}` } : undefined, offset };
    }
    if (extension >= 0x70 && extension <= 0x77) changedRange = { ...changedRange, power: power + extension - 0x76 };
    else if (extension === PROFILE) changedRange = { ...changedRange, name: `${name} profile` };
    else if (extension === 0x7d) changedRange = { ...changedRange, power: power + 3 };
    else if (extension === 0x3b) changedRange = { ...changedRange, name: `${name} forwards` };
    else if (extension === 0x3c) changedRange = { ...changedRange, name: `${name} backwards` };
    else changedRange = undefined;
  }
  return { range: changedRange, offset };
}

/** What only its maker explains: `manufacturer` and the first VIFE in hexadecimal, a number without a unit. */
function readManufacturerVif(reader: ByteReader): VifRange {
  const extension = reader.uint(1);
  readExtensions(reader, extension);
  const code = (extension & 0x7f).toString(16).padStart(2, '0');
  return { from: 0, steps: 1, name: `manufacturer${code}`, power: 0 };
}

/** The VIFEs behind a byte whose highest bit says that there are some, without that bit. */
function readExtensions(reader: ByteReader, before: number): number[] {
  const extensions: number[] = [];
  for (let last = before; last & 0x80; ) {
    if (extensions.length >= MAX_EXTENSIONS) throw new PayloadMismatch('too many VIF extensions');
    last = reader.uint(1);
    extensions.push(last & 0x7f);
  }
  return extensions;
}

function find(ranges: readonly VifRange[], code: number): Vif {
  const range = ranges.find(({ from, steps }) => code >= from && code < from + steps);
  return { range, offset: range ? code - range.from : 0 };
}
