import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { findDefinition } from './catalogue.ts';
import { toHex } from './kernel/byte-reader.ts';

interface Vector {
  vendor: string;
  codec: string;
  kind: 'uplinkDecoder' | 'downlinkEncoder';
  description: string;
  input: { fPort?: number; bytes?: number[] };
  output: { data?: unknown; fPort?: number; bytes?: number[] };
}

/** Definitions whose id is not `vendor/codec` of the vectors. */
const IDS: Readonly<Record<string, string>> = {
  'bosch/tps110-0292': 'bosch/tps110',
  'imst/ioke868': 'imst/io-ke868',
  'mcci/codec-model4811': 'mcci/model4811',
  'mcci/codec-model4841': 'mcci/model4841',
};

/** Vectors that a golden leaves out, with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'imst/ioke868: Object with String: OBIS_ID=1-0:1.8.1*255': 'a text without a unit is no reading',
  'imst/ioke868: Meter ID Field': 'the number of the meter is no reading',
  'strega/smart-valve: open/close the valve': 'the example names no FPort',
  'nwave/nps405: Parking Status': 'the state in bit 7, where the guide of the maker has it in bit 0',
  'emu/emu-prof-ii: Activate energy register 1': 'the command asks for all energy registers',
};

const vectors = readFileSync(new URL('../fixtures/lorawan-vectors.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line): Vector => JSON.parse(line))
  .map((vector) => ({ ...vector, id: IDS[`${vector.vendor}/${vector.codec}`] ?? `${vector.vendor}/${vector.codec}` }))
  .filter(
    ({ id, vendor, codec, description }) => findDefinition(id) && !LEFT_OUT[`${vendor}/${codec}: ${description}`],
  );

it.each(vectors)('the golden of $id has the public example "$description"', ({ id, kind, input, output }) => {
  const golden: string = readFileSync(new URL(`./lorawan/${id}.golden.json`, import.meta.url), 'utf8');
  const bytes = kind === 'uplinkDecoder' ? input.bytes : output.bytes;
  const fPort = kind === 'uplinkDecoder' ? input.fPort : output.fPort;
  expect(golden.replaceAll(/\s/g, '').toLowerCase()).toContain(
    `"fport":${fPort},"hex":"${toHex(Uint8Array.from(bytes ?? []))}"`,
  );
});
