import { describe, expect, it } from 'vitest';
import { parseDeviceCode } from './device-code.ts';
import { parseHexDigits } from './hex-digits.ts';

/** The example of TR005, section 4.2 (with owner token, serial number, proprietary part and checksum). */
const STANDARD = 'LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:OAABBCCDDEEFF:SYYWWNNNNNN:PFOOBAR:CAF2C';

describe('codes on devices', () => {
  it('are read as the standard’s example has them', () => {
    expect(parseDeviceCode(STANDARD)).toEqual({
      ok: true,
      code: {
        joinEui: '1122334455667788',
        devEui: 'aabbccddeeff0011',
        vendorId: 0xaabb,
        vendorProfileId: 0x1122,
        ownerToken: 'AABBCCDDEEFF',
        serialNumber: 'YYWWNNNNNN',
        proprietary: 'FOOBAR',
      },
    });
  });

  // Codes of TheThingsNetwork/lorawan-stack, pkg/qrcodegenerator/qrcode/enddevices/lora_alliance_tr005_test.go
  it.each([
    ['LW:D0:42FFFFFFFFFFFFFF:4242FFFFFFFFFFFF:42FFFF42', {}],
    ['LW:D0:42FFFFFFFFFFFFFF:4242FFFFFFFFFFFF:42FFFF42:O:S:P', {}],
    [
      'LW:D0:42FFFFFFFFFFFFFF:4242FFFFFFFFFFFF:42FFFF42:O0102:SSERIAL:PPROPRIETARY',
      { ownerToken: '0102', serialNumber: 'SERIAL', proprietary: 'PROPRIETARY' },
    ],
  ])('are read: %s', (text, optional) => {
    const ids = { joinEui: '42ffffffffffffff', devEui: '4242ffffffffffff', vendorId: 0x42ff, vendorProfileId: 0xff42 };
    expect(parseDeviceCode(text)).toEqual({ ok: true, code: { ...ids, ...optional } });
  });

  it('may be typed in small letters, with space around, and have fields of a later edition', () => {
    expect(parseDeviceCode(` ${STANDARD.toLowerCase()}\n`).ok).toBe(true);
    expect(parseDeviceCode('LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:V1:T2').ok).toBe(true);
  });

  it.each([
    ['', /does not begin/],
    ['LW:D1:1122334455667788:AABBCCDDEEFF0011:AABB1122', /schema is D1/],
    ['LW:D0:42FFFFFFFF:4242FFFFFFFFFFFF:42FFFF42', /JoinEUI/],
    ['LW:D0:42FFFFFFFFFFFFFF:4242FFFFFFFFFFFF', /ProfileID/],
    ['LW:D0:42FFFFFFFFFFFFFF:4242FFFFFFFFFFFF:42FFFF42AABB', /ProfileID/],
    ['LW:D0:42FFFFFFFFFFFFFF:4242FFFFFFFFFFFG:42FFFF42', /DevEUI/],
    ['LW:D0:42FFFFFFFFFFFFFF:4242FFFFFFFFFFFF:42FFFF42:SA:SB', /twice/],
    ['LW:D0:42FFFFFFFFFFFFFF:4242FFFFFFFFFFFF:42FFFF42:C0000:SB', /not the last/],
    ['HTTPS://EXAMPLE.ORG/?SN=1', /characters/],
    [`LW:D0:${'1'.repeat(600)}`, /characters/],
  ])('are refused: %s', (text, detail) => {
    expect(parseDeviceCode(text)).toEqual({
      ok: false,
      error: 'DEVICE_CODE_MALFORMED',
      detail: expect.stringMatching(detail),
    });
  });

  it('tell one wrong digit by their checksum, wherever it is', () => {
    for (let at = 6; at < STANDARD.length - 6; at += 1) {
      const digit = STANDARD.charAt(at);
      if (!/[0-9A-F]/.test(digit)) continue;
      const wrong = STANDARD.slice(0, at) + (digit === '0' ? '1' : '0') + STANDARD.slice(at + 1);
      // The letter of a field may fall away with it; then the checksum still tells.
      expect(parseDeviceCode(wrong)).toMatchObject({ ok: false, error: 'DEVICE_CODE_CHECKSUM' });
    }
  });
});

it('digits that people type', () => {
  expect(parseHexDigits(' 70-B3-D5-7E-D0-00-12-34 ', 16)).toBe('70b3d57ed0001234');
  expect(parseHexDigits('0x00112233 44556677 8899AABB CCDDEEFF', 32)).toBe('00112233445566778899aabbccddeeff');
  expect(parseHexDigits('70b3d57ed000123', 16)).toBeUndefined();
  expect(parseHexDigits('70b3d57ed000123g', 16)).toBeUndefined();
});
