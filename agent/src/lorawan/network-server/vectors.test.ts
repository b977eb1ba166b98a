import { describe, expect, it } from 'vitest';
import { AesKey } from './aes-key.ts';
import { type CounterState, resolveCounter } from './frame-counter.ts';
import { buildJoinAccept, cryptPayload, dataMic, deriveSessionKeys, joinRequestMic } from './frame-security.ts';
import { buildDownlink, parsePhyPayload, type UplinkFrame } from './phy-payload.ts';

/** Values published by others: bytes and what they mean, with their source. */
const UPLINKS = [
  {
    source: 'brocaar/lorawan phypayload_test.go',
    bytes: Buffer.from('QAQDAgGAAQABppRkJhXWw7WC', 'base64'),
    nwkSKey: '02'.repeat(16),
    appSKey: '01'.repeat(16),
    devAddr: 0x01020304,
    fCnt: 1,
    fPort: 1,
    clear: Buffer.from('hello'),
    adr: true,
    confirmed: false,
  },
  {
    source: 'brocaar/lorawan phypayload_test.go, ExampleNewPHYPayload',
    bytes: Buffer.from([128, 4, 3, 2, 1, 0, 0, 0, 10, 226, 100, 212, 247, 181, 106, 14, 117]),
    nwkSKey: '0102030405060708090a0b0c0d0e0f10',
    appSKey: '100f0e0d0c0b0a090807060504030201',
    devAddr: 0x01020304,
    fCnt: 0,
    fPort: 10,
    clear: Buffer.from([1, 2, 3, 4]),
    adr: false,
    confirmed: true,
  },
  {
    source: 'anthonykirby/lora-packet README',
    bytes: Buffer.from('40F17DBE4900020001954378762B11FF0D', 'hex'),
    nwkSKey: '44024241ed4ce9a68c6a8bc055233fd3',
    appSKey: 'ec925802ae430ca77fd3dd73cb2cc588',
    devAddr: 0x49be7df1,
    fCnt: 2,
    fPort: 1,
    clear: Buffer.from('test'),
    adr: false,
    confirmed: false,
  },
];

function uplinkOf(bytes: Buffer): UplinkFrame {
  const outcome = parsePhyPayload(bytes);
  if (!outcome.ok || outcome.frame.type !== 'uplink') throw new Error('not an uplink');
  return outcome.frame;
}

describe('published uplinks', () => {
  it.each(UPLINKS)('$source', (vector) => {
    const frame = uplinkOf(vector.bytes);
    const { devAddr, fCnt, fPort, adr, confirmed } = vector;
    expect(frame).toMatchObject({ devAddr, fCnt16: fCnt, fPort, adr, confirmed });
    expect(dataMic(AesKey.fromHex(vector.nwkSKey), 'up', devAddr, fCnt, frame.signed)).toEqual(frame.mic);
    const appSKey = AesKey.fromHex(vector.appSKey);
    expect(cryptPayload(appSKey, 'up', devAddr, fCnt, frame.frmPayload)).toEqual(vector.clear);
  });
});

describe('published joins', () => {
  it.each([
    {
      source: 'brocaar/lorawan phypayload_test.go',
      bytes: Buffer.from('AAQDAgEEAwIBBQQDAgUEAwItEGqZDhI=', 'base64'),
      appKey: '01'.repeat(16),
      fields: { joinEui: '0102030401020304', devEui: '0203040502030405', devNonce: 0x102d },
    },
    {
      source: 'brocaar/lorawan phypayload_test.go, ExampleNewPHYPayload_joinRequest',
      bytes: Buffer.from([0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 9, 185, 123, 50]),
      appKey: '0102030405060708090a0b0c0d0e0f10',
      fields: { joinEui: '01'.repeat(8), devEui: '02'.repeat(8), devNonce: 0x0303 },
    },
  ])('request of $source', ({ bytes, appKey, fields }) => {
    const outcome = parsePhyPayload(bytes);
    if (!outcome.ok || outcome.frame.type !== 'joinRequest') throw new Error('not a Join-request');
    expect(outcome.frame).toMatchObject(fields);
    expect(joinRequestMic(AesKey.fromHex(appKey), outcome.frame.signed)).toEqual(outcome.frame.mic);
  });

  it.each([
    {
      source: 'brocaar/lorawan phypayload_test.go',
      appKey: '00112233445566778899aabbccddeeff',
      fields: { joinNonce: 0x570bc7, netId: 0x221101, devAddr: 0x02031980, rx2DataRate: 0, rxDelay: 0 },
      bytes: '20493eeb51fba2116f810edb3742975142',
    },
    {
      source: 'brocaar/lorawan phypayload_test.go, ExampleNewPHYPayload_joinAcceptSend',
      appKey: '0102030405060708090a0b0c0d0e0f10',
      fields: { joinNonce: 0x010101, netId: 0x020202, devAddr: 0x01020304, rx2DataRate: 0, rxDelay: 0 },
      bytes: Buffer.from([32, 35, 207, 51, 84, 137, 170, 227, 24, 60, 11, 224, 186, 168, 222, 229, 243]).toString(
        'hex',
      ),
    },
    {
      source: 'avbentem, deciphering a LoRaWAN OTAA Join Accept (The Things Network, EU868 channel list)',
      appKey: 'b6b53f4a168a7a88bdf7ea135ce9cfca',
      fields: {
        joinNonce: 0xe5063a,
        netId: 0x000013,
        devAddr: 0x26012e43,
        rx2DataRate: 3,
        rxDelay: 1,
        cfList: Buffer.from('184f84e85684b85e84886684586e8400', 'hex'),
      },
      bytes: '204dd85ae608b87fc4889970b7d2042c9e72959b0057aed6094b16003df12de145',
    },
  ])('accept of $source', ({ appKey, fields, bytes }) => {
    const accept = buildJoinAccept(AesKey.fromHex(appKey), { rx1DrOffset: 0, ...fields });
    expect(accept.toString('hex')).toBe(bytes);
  });

  it('session keys of the same exchange (DevNonce CC85)', () => {
    const appKey = AesKey.fromHex('b6b53f4a168a7a88bdf7ea135ce9cfca');
    const { nwkSKey, appSKey } = deriveSessionKeys(appKey, 0xe5063a, 0x000013, 0xcc85);
    expect(nwkSKey.toString('hex')).toBe('2c96f7028184bb0be8aa49275290d4fc');
    expect(appSKey.toString('hex')).toBe('f3a5c8f0232a38c144029c165865802c');
  });
});

describe('values of TheThingsNetwork/lorawan-stack, pkg/crypto', () => {
  const key = AesKey.fromHex('01'.repeat(16));
  const frame = Buffer.from('40040302010001000101020304', 'hex');

  it('payloads and MIC up and down (data_messages_test.go)', () => {
    const clear = Buffer.of(1, 2, 3, 4);
    expect(cryptPayload(key, 'up', 0x01020304, 1, clear).toString('hex')).toBe('cff30b4e');
    expect(cryptPayload(key, 'down', 0x01020304, 1, clear).toString('hex')).toBe('4e75f440');
    expect(dataMic(key, 'up', 0x01020304, 1, frame).toString('hex')).toBe('3b073182');
    expect(dataMic(key, 'down', 0x01020304, 1, frame).toString('hex')).toBe('a5609fa9');
  });

  it('Join-request and Join-accept (join_messages_test.go)', () => {
    const request = Buffer.from('00080706050403020108070605040302010201', 'hex');
    expect(joinRequestMic(key, request).toString('hex')).toBe('e6e10c55');
    const fields = { joinNonce: 0x010203, netId: 0x010203, devAddr: 0x01020304, rx1DrOffset: 0, rx2DataRate: 0 };
    const accept = buildJoinAccept(key, { ...fields, rxDelay: 1 });
    expect(accept.toString('hex')).toBe('20c9fbb259e11649096a568a9e3b7117c3');
  });

  it('session keys (key_derivation_test.go)', () => {
    const appKey = AesKey.fromHex('bec499c69e9c939e413b663961636c61');
    const { nwkSKey, appSKey } = deriveSessionKeys(appKey, 0xae3b1c, 0x020101, 0x7369);
    expect(appSKey.toString('hex')).toBe('8c1e0543a229088de6f84e74bb46bd62');
    expect(nwkSKey.toString('hex')).toBe('0db924ee6af90698e05fc7ce48303c01');
  });
});

describe('CMAC', () => {
  // RFC 4493, section 4.
  const key = AesKey.fromHex('2b7e151628aed2a6abf7158809cf4f3c');
  const text =
    '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710';
  it.each([
    [0, 'bb1d6929e95937287fa37d129b756746'],
    [16, '070a16b46b4d4144f79bdd9dd04a287c'],
    [40, 'dfa66747de9ae63030ca32611497c827'],
    [64, '51f0bebf7e3b9d92fc49741779363cfe'],
  ])('RFC 4493, %i bytes', (length, mac) => {
    expect(key.cmac(Buffer.from(text, 'hex').subarray(0, length)).toString('hex')).toBe(mac);
  });
});

/** Of a session that knows no more of its last frame than the counter. */
function counter(next: number, macVersion: CounterState['macVersion']): CounterState {
  return { next, macVersion, isLast: undefined, mayLeap: false, upperHalves: 0 };
}

describe('frame counters', () => {
  // chirpstack/chirpstack chirpstack/src/storage/device.rs, test_get_full_f_cnt_up.
  it.each([
    [1, 1, 1, 'new'],
    [65_536, 0, 65_536, 'new'],
    [65_537, 1, 65_537, 'new'],
    [0, 1, 1, 'new'],
    [65_537, 2, 65_538, 'new'],
    [2, 1, 1, 'retransmission'],
    [65_537, 0, 65_536, 'retransmission'],
    [65_536, 65_535, 65_535, 'retransmission'],
  ] as const)('next %i, heard %i: %i is %s', (next, heard, full, kind) => {
    expect(resolveCounter(counter(next, '1.0.4'), heard, (fCnt) => fCnt === full)).toEqual({ kind, fCnt: full });
  });

  it('never runs over 32 bits', () => {
    expect(resolveCounter(counter(4_294_967_295, '1.0.4'), 3, (fCnt) => fCnt > 0xffff_ffff)).toEqual({
      kind: 'forged',
    });
  });

  it('knows the last frame again, also across a roll-over', () => {
    expect(resolveCounter(counter(65_536, '1.0.3'), 65_535, () => true)).toEqual({
      kind: 'retransmission',
      fCnt: 65_535,
    });
    expect(resolveCounter(counter(1, '1.0.3'), 0, () => true)).toEqual({ kind: 'retransmission', fCnt: 0 });
  });

  it('refuses a gap of 16,384 until 1.0.3 and takes it since 1.0.4', () => {
    const only = (genuine: number) => (fCnt: number) => fCnt === genuine;
    expect(resolveCounter(counter(10, '1.0.2'), 10 + 16_383, only(16_393))).toEqual({ kind: 'new', fCnt: 16_393 });
    expect(resolveCounter(counter(10, '1.0.2'), 10 + 16_384, only(16_394))).toEqual({ kind: 'gap', fCnt: 16_394 });
    expect(resolveCounter(counter(10, '1.0.4'), 10 + 16_384, only(16_394))).toEqual({ kind: 'new', fCnt: 16_394 });
  });

  it('tells a replay, a restart and a forgery apart', () => {
    const only = (genuine: number) => (fCnt: number) => fCnt === genuine;
    expect(resolveCounter(counter(70_000, '1.0.3'), 5, only(65_541))).toEqual({ kind: 'replay', fCnt: 65_541 });
    expect(resolveCounter(counter(70_000, '1.0.3'), 5, only(5))).toEqual({ kind: 'reset', fCnt: 5 });
    expect(resolveCounter(counter(70_000, '1.0.3'), 5, () => false)).toEqual({ kind: 'forged' });
  });
});

describe('a downlink', () => {
  it('is laid out as the standard says', () => {
    const bytes = buildDownlink({
      confirmed: true,
      devAddr: 0x01020304,
      adr: true,
      ack: true,
      fPending: true,
      fCnt: 0x0001_0002,
      fOpts: Buffer.of(0x06),
      fPort: 10,
      frmPayload: Buffer.of(0xaa),
    });
    expect(bytes.toString('hex')).toBe('a004030201b10200060aaa');
  });
});
