import { ByteReader } from './byte-reader.ts';
import type { ParsedPayload } from './payload-layout.ts';
import { PayloadMismatch } from './payload-mismatch.ts';
import { ticLabels } from './watteco-tic-labels.ts';

/**
 * Words for a tariff in force of a Linky, by their number. Those of meters for enterprises, 5 to 22, have none here: firmware
 * 3.5.0.4852 to 3.5.0.5339 numbers them one lower, and no report says which it is.
 */
const TARIFFS: Readonly<Record<number, string>> = {
  24: 'BASE',
  25: 'HEURE CREUSE',
  26: 'HEURE PLEINE',
  27: 'HEURE NORMALE',
  28: 'HEURE POINTE',
  29: 'HC BLEU',
  30: 'BUHC',
  31: 'HP BLEU',
  32: 'BUHP',
  33: 'HC BLANC',
  34: 'BCHC',
  35: 'HP BLANC',
  36: 'BCHP',
  37: 'HC ROUGE',
  38: 'RHC',
  39: 'HP ROUGE',
  40: 'RHP',
  41: 'HEURE WEEK-END',
};

const DATE_BYTES = 6;
const FIXED_DESCRIPTOR = 8;
const READ_ANSWER = 0x01;
const REPORT_WITH_ALARM = 0x8a;
const REPORTS = [0x0a, REPORT_WITH_ALARM];
const BYTE_STRING = 0x41;

/**
 * What a reader of the customer output (TIC) reports: cluster, attribute, a byte string with its length, in it a
 * descriptor of the labels that follow, and their values. A text is a value too.
 */
export function wattecoTic(reader: ByteReader): ParsedPayload {
  const [, command = 0] = reader.take(2);
  const cluster = reader.uint(2);
  const attribute = reader.uint(2);
  const isRefused = command === READ_ANSWER && reader.uint(1) !== 0;
  if (isRefused || ![READ_ANSWER, ...REPORTS].includes(command)) return { values: [] };
  const table = ticLabels(cluster, attribute);
  if (!table) return { values: [], warnings: [`attribute 0x${attribute.toString(16)} is not known`] };
  if (reader.uint(1) !== BYTE_STRING) throw new PayloadMismatch('the report holds no byte string');
  const length = reader.uint(1);
  if (length > reader.remaining) {
    throw new PayloadMismatch(`the report says that it has ${length} bytes and has ${reader.remaining}`);
  }
  // behind it may stand why an alarm was raised
  const content = new ByteReader(reader.take(length));
  const alarm = command === REPORT_WITH_ALARM;
  const values: { name: string; value: number | string }[] = [];
  for (const index of described(content)) {
    const entry = table[index];
    if (!entry) return { values, alarm, warnings: [`label ${index} is not known; what follows was left out`] };
    const value = readTicValue(content, entry.form);
    if (value !== undefined && value !== '') values.push({ name: entry.label, value });
  }
  return { values, alarm };
}

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

/**
 * A value by its form: bytes of an unsigned integer, `z` text up to a zero, `f` a float, `x` bytes with their number
 * before them, `e` a word of a list or a text, `d` a date with the season (behind it the bytes of an integer), `D` one
 * without, `t` seconds (behind it a word), `2s` to `4s` parts of a date. Dates are local and left out.
 */
function readTicValue(reader: ByteReader, form: string): number | string | undefined {
  switch (form) {
    case '0':
      return undefined;
    case 'z': {
      let text = '';
      for (let byte = reader.uint(1); byte !== 0; byte = reader.uint(1)) text += String.fromCharCode(byte);
      return text;
    }
    case 'f':
      return reader.float32();
    case 'x':
      reader.take(reader.uint(1));
      return undefined;
    case 'e':
      return wordOf(reader);
    case '3e': {
      const value = reader.uint(3);
      wordOf(reader);
      return value;
    }
    case 't':
    case 'te':
      reader.take(4);
      if (form === 'te') wordOf(reader);
      return undefined;
    case 'd':
    case 'D':
      reader.take(form === 'd' ? DATE_BYTES + 1 : DATE_BYTES);
      return undefined;
    case 'd2':
    case 'd3':
      reader.take(DATE_BYTES + 1);
      return reader.uint(form === 'd2' ? 2 : 3);
    case '2s':
    case '3s':
    case '4s':
      reader.take(Number(form[0]));
      return undefined;
    default:
      return reader.uint(Number(form) as 1 | 2 | 3 | 4);
  }
}

function wordOf(reader: ByteReader): string | undefined {
  const head = reader.uint(1);
  return head & 0x80 ? reader.ascii(head & 0x7f) : TARIFFS[head];
}
