import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseForeignJson } from './foreign-json.ts';

const BOUNDS = { maxBytes: 10_000, maxDepth: 5 };
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('parseForeignJson', () => {
  it('reads what JSON.parse reads, from text and from bytes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = JSON.stringify(value);
        const expected = { ok: true, value: JSON.parse(text) };
        expect(parseForeignJson(text, { ...BOUNDS, maxBytes: text.length })).toEqual(expected);
        expect(parseForeignJson(Buffer.from(text), { ...BOUNDS, maxBytes: 100_000 })).toEqual(expected);
      }),
    );
  });

  it('refuses what nests deeper than the bound, and takes what is just as deep', () => {
    expect(parseForeignJson(nested(5), BOUNDS)).toEqual({ ok: true, value: [[[[[]]]]] });
    expect(parseForeignJson(nested(6), BOUNDS)).toEqual({ ok: false, reason: 'tooDeep' });
    expect(parseForeignJson(`{"a":${nested(5)}}`, BOUNDS)).toEqual({ ok: false, reason: 'tooDeep' });
    expect(parseForeignJson('['.repeat(9_000), BOUNDS)).toEqual({ ok: false, reason: 'tooDeep' });
  });

  it('does not count brackets in strings, with escapes of every number before the quote', () => {
    for (const inside of ['[[[[[[', '\\"[[[[[[', '\\\\', '\\\\\\"{{{{{{{'])
      expect(parseForeignJson(`["${inside}"]`, BOUNDS).ok).toBe(true);
    expect(parseForeignJson(`["\\\\",${nested(5)}]`, BOUNDS)).toEqual({ ok: false, reason: 'tooDeep' });
  });

  it('counts brothers once', () => {
    expect(parseForeignJson(`[${Array(500).fill('[]').join(',')}]`, BOUNDS).ok).toBe(true);
  });

  it('refuses what is longer than the bound before it looks at it', () => {
    expect(parseForeignJson('x'.repeat(10_001), BOUNDS)).toEqual({ ok: false, reason: 'tooLong' });
  });

  it('tells text that is no JSON', () => {
    for (const text of ['', '{', '"', '[}', 'nul', ']]]]', '{"a":1}\u0000'])
      expect(parseForeignJson(text, BOUNDS)).toEqual({ ok: false, reason: 'malformed' });
  });
});
