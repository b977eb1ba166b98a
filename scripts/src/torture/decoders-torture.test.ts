import { describe, expect, it } from 'vitest';
import { listDefinitions } from '../../../decoders/src/catalogue.ts';
import type { DecodeOutcome, LorawanDefinition } from '../../../decoders/src/definition.ts';
import type { Golden } from '../../../decoders/src/golden.ts';
import { lorawan } from '../../../decoders/src/kernel/lorawan.ts';
import type { Layout } from '../../../decoders/src/kernel/payload-layout.ts';
import { seededRandom } from '../simulate/random.ts';
import { type DecoderFigures, mistreatDecoders, type Subject } from './decoders-mistreated.ts';
import { goldenOf } from './golden-of.ts';

function figuresOf(subjects: readonly Subject[], payloads: number): DecoderFigures & { complaints: string[] } {
  const complaints: string[] = [];
  for (const figures of mistreatDecoders(subjects, seededRandom(7), (sentence) => complaints.push(sentence))) {
    if (figures.payloads >= payloads) return { ...figures, complaints };
  }
  throw new Error('there is nothing to mistreat');
}

const golden: Golden = {
  decode: [{ description: 'all', source: 'composed', input: { fPort: 1, hex: '0400002a' }, expect: { readings: [] } }],
};
const layout: Layout = {
  ports: [1],
  length: 4,
  lengthAt: { at: 0 },
  steps: [{ skip: 3 }, { type: 'uint8', quantity: 'wx.temp' }],
};
const whole = lorawan({
  id: 'test/test',
  version: 1,
  vendor: 'Test',
  title: 'Test',
  domain: 'generic',
  source: 'this test',
  uplinks: [layout],
});

function broken(decodeUplink: LorawanDefinition['decodeUplink']): Subject[] {
  return [{ definition: { ...whole, decodeUplink } as LorawanDefinition, golden }];
}

const always: DecodeOutcome = { ok: true, decoded: { readings: [{ quantity: 'wx.temp', value: 20 }] } };

describe('a torture of decoders', () => {
  it('finds no fault in the catalogue', () => {
    const subjects = listDefinitions().map((definition) => ({ definition, golden: goldenOf(definition) }));
    expect(figuresOf(subjects, 20_000)).toEqual({
      payloads: 20_000,
      exceptions: 0,
      unmarkedOutOfBounds: 0,
      readingsFromUnknown: 0,
      plausibleFromTruncated: 0,
      complaints: [],
    });
  }, 60_000);

  it('counts what a decoder throws', () => {
    const figures = figuresOf(
      broken(() => {
        throw new TypeError('no');
      }),
      50,
    );
    expect(figures.exceptions).toBe(50);
    expect(figures.complaints[0]).toContain('TypeError');
  });

  it('counts readings of frames that no layout knows, and of frames that are cut', () => {
    const figures = figuresOf(
      broken(() => always),
      200,
    );
    expect(figures.readingsFromUnknown).toBeGreaterThan(0);
    expect(figures.plausibleFromTruncated).toBeGreaterThan(0);
  });

  it('is content with a decoder that refuses both', () => {
    expect(figuresOf([{ definition: whole, golden }], 200).complaints).toEqual([]);
  });
});
