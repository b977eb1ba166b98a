import { describe, expect, it } from 'vitest';
import { GatewayConfig } from './gateway-config.ts';
import { parseEui, withPlainDigits } from './hex-digits.ts';
import { validate } from './validate.ts';

const KEY = '00112233445566778899aabbccddeeff';

function documentWith(devEui: unknown, joinEui: unknown = '70b3d57ed0ffffff', appKey: unknown = KEY): object {
  const activation = { mode: 'otaa', joinEui, appKey };
  const source = { id: 'roof', type: 'basics-station', host: '127.0.0.1', port: 1, tokens: [] as object[] };
  source.tokens.push({ gateway: '00:16:C0:01:F1:50:08:12', token: 'abcdefghijklmnop' });
  return {
    ...{ schema: 1, revision: 1, lorawan: { region: 'EU868', netId: '00000A', sources: [source] } },
    devices: [{ id: 'meter', model: 'acme/meter', lorawan: { devEui, macVersion: '1.0.3', class: 'A', activation } }],
  };
}

describe('an EUI', () => {
  it.each([
    '70b3d57ed0001234',
    '70B3D57ED0001234',
    '70:b3:d5:7e:d0:00:12:34',
    '70-B3-D5-7E-D0-00-12-34',
    '70 b3 d5 7e d0 00 12 34',
    '70b3.d57e.d000.1234',
    ' 0x70B3D57ED0001234\n',
    '{ 0x70, 0xB3, 0xD5, 0x7E, 0xD0, 0x00, 0x12, 0x34 };',
    '"\\x70\\xB3\\xD5\\x7E\\xD0\\x00\\x12\\x34"',
    '70\u2013B3\u2013D5\u20137E\u2013D0\u201300\u201312\u201334',
    '70B3D57ED0001234\u200b',
  ])('is read in any usual writing: %s', (text) => {
    expect(parseEui(text, 'DevEUI')).toBe('70b3d57ed0001234');
    const plain = withPlainDigits(documentWith(text, text));
    expect(validate(GatewayConfig, plain)).toMatchObject({
      ok: true,
      value: {
        devices: [{ lorawan: { devEui: '70b3d57ed0001234', activation: { joinEui: '70b3d57ed0001234' } } }],
        lorawan: { netId: '00000a', sources: [{ tokens: [{ gateway: '0016c001f1500812' }] }] },
      },
    });
  });

  it.each([
    '',
    '70b3d57ed000123',
    '70b3d57ed00012345',
    '70b3d57ed000123g',
    'x'.repeat(1_000),
  ])('that is none is told by one word: %s', (text) => {
    const refused = expect.objectContaining({ code: 'EUI_INVALID' });
    expect(() => parseEui(text, 'DevEUI')).toThrow(refused);
    expect(() => withPlainDigits(documentWith(text))).toThrow(refused);
    expect(() => withPlainDigits(documentWith('70b3d57ed0001234', text))).toThrow(refused);
  });
});

describe('a document', () => {
  it('has its keys written plainly, and is not changed itself', () => {
    const written = documentWith('70b3d57ed0001234', undefined, KEY.toUpperCase().replace(/(..)/g, '$1 '));
    const before = structuredClone(written);
    expect(withPlainDigits(written)).toMatchObject({ devices: [{ lorawan: { activation: { appKey: KEY } } }] });
    expect(written).toEqual(before);
  });

  it('that is none passes for the schema to say so', () => {
    for (const nonsense of [undefined, null, 1, 'x', [], { devices: 3, lorawan: 'x' }, { devices: [null, 4, {}] }]) {
      expect(withPlainDigits(nonsense)).toEqual(nonsense);
    }
    expect(withPlainDigits(documentWith(17))).toEqual(
      expect.objectContaining({
        devices: [expect.objectContaining({ lorawan: expect.objectContaining({ devEui: 17 }) })],
      }),
    );
  });
});
