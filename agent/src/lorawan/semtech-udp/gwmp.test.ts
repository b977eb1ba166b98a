import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_DATAGRAM_BYTES } from './forwarder-json.ts';
import { encodeGwmp, type GwmpPacket, parseGwmp } from './gwmp.ts';
import { parseRxpk, rxpkList } from './rxpk.ts';
import { parseTxAck, txpkOf } from './txpk.ts';

const EUI = '0102030405060708';

function datagram(hex: string, text = ''): Buffer {
  return Buffer.concat([Buffer.from(hex, 'hex'), Buffer.from(text)]);
}

describe('packets', () => {
  // Layouts: Lora-net/packet_forwarder PROTOCOL.TXT 3.2–5.5; values of chirpstack-gateway-bridge's packet tests.
  it.each<[string, Buffer, GwmpPacket]>([
    ['PULL_DATA', datagram(`027b0002${EUI}`), { type: 'PULL_DATA', version: 2, token: 0x7b00, gatewayEui: EUI }],
    [
      'PUSH_DATA of version 1',
      datagram(`01000100${EUI}`, '{"stat":{}}'),
      { type: 'PUSH_DATA', version: 1, token: 1, gatewayEui: EUI, json: { stat: {} } },
    ],
    ['PUSH_ACK', datagram('027b0001'), { type: 'PUSH_ACK', version: 2, token: 0x7b00 }],
    ['PULL_ACK', datagram('02000004'), { type: 'PULL_ACK', version: 2, token: 0 }],
    ['PULL_RESP', datagram('02000103', '{}'), { type: 'PULL_RESP', version: 2, token: 1, json: {} }],
    [
      'TX_ACK',
      datagram(`02000105${EUI}`, '{"txpk_ack":{"error":"TOO_LATE"}}'),
      { type: 'TX_ACK', version: 2, token: 1, gatewayEui: EUI, json: { txpk_ack: { error: 'TOO_LATE' } } },
    ],
  ])('%s', (_name, bytes, packet) => {
    expect(parseGwmp(bytes)).toEqual({ ok: true, packet });
    expect(encodeGwmp(packet)).toEqual(bytes);
  });

  it('takes a TX_ACK without JSON, and one with a zero byte in its place, for a success', () => {
    for (const tail of ['', '\0', '\0\0\0\0']) {
      const outcome = parseGwmp(datagram(`02000105${EUI}`, tail));
      if (!outcome.ok || outcome.packet.type !== 'TX_ACK') throw new Error('not a TX_ACK');
      expect(parseTxAck(outcome.packet.json)).toEqual({ kind: 'accepted' });
    }
  });

  it.each([
    ['empty', Buffer.alloc(0)],
    ['without identifier', datagram('020001')],
    ['of version 3', datagram(`03000102${EUI}`)],
    ['with an unknown identifier', datagram(`02000106${EUI}`)],
    ['cut within the EUI', datagram('0200010001020304')],
    ['cut within its JSON', datagram(`02000100${EUI}`, '{"rxpk":[{"tm')],
    ['longer than allowed', Buffer.concat([datagram(`02000100${EUI}`), Buffer.alloc(MAX_DATAGRAM_BYTES)])],
  ])('refuses one that is %s', (_name, bytes) => {
    expect(parseGwmp(bytes).ok).toBe(false);
  });
});

describe('JSON that is not sound as a whole', () => {
  const good = { tmst: 1, freq: 868.1, data: 'AA==' };
  const text = JSON.stringify(good);
  const push = (json: string) => parseGwmp(datagram(`02000100${EUI}`, json));

  it('is read up to its first zero byte', () => {
    expect(push(`{"rxpk":[${text}]}\0`)).toMatchObject({ ok: true, packet: { json: { rxpk: [good] } } });
    expect(push(`{"rxpk":[${text}]}\0\0}]garbage`)).toMatchObject({ ok: true, packet: { json: { rxpk: [good] } } });
    const ack = parseGwmp(datagram(`02000105${EUI}`, '{"txpk_ack":{"error":"TOO_LATE"}}\0'));
    expect(ack).toMatchObject({ ok: true, packet: { json: { txpk_ack: { error: 'TOO_LATE' } } } });
  });

  it.each([
    ['a status that is cut off', `{"rxpk":[${text}],"stat":{"desc":"Drag`],
    ['a status that is no JSON', `{"rxpk":[${text}],"stat":{"lati":nan,"desc":"a\nb"}}`],
    ['a status in front', `{"stat":{"lati":,"long":},"rxpk":[${text}]}`],
    ['a frame that is none behind it', `{"rxpk":[${text},{"tmst":}]}`],
    ['a frame that is none before it', `{"rxpk":[{"tmst":},${text}]}`],
    ['a frame that is cut off', `{"rxpk":[${text},{"tmst":12,"da`],
    ['a comma too many', `{"rxpk":[${text},]}`],
    ['something behind its end', `{"rxpk":[${text}]} x`],
    ['a status that nests without end', `{"rxpk":[${text}],"stat":${'['.repeat(2_000)}${']'.repeat(2_000)}}`],
    ['a second list of none', `{"rxpk":[${text}],"rxpk":[]}`],
  ])('keeps its good frame beside %s, and says so', (_name, json) => {
    expect(push(json)).toMatchObject({ ok: true, packet: { json: { rxpk: [good] }, unread: expect.any(String) } });
  });

  it('keeps the frames of both lists where a member comes twice', () => {
    const other = { ...good, tmst: 2 };
    const twice = `{"rxpk":[${text}],"stat":{},"rxpk":[${JSON.stringify(other)}]}`;
    expect(push(twice)).toMatchObject({ packet: { json: { rxpk: [good, other] }, unread: expect.any(String) } });
    const single = `{"rxpk":${text},"rxpk":${JSON.stringify(other)}}`;
    expect(push(single)).toMatchObject({ packet: { json: { rxpk: [good, other] } } });
  });

  it.each([
    'nan',
    '-nan',
    'inf',
    '-inf',
    '',
    'NaN',
    '+3',
    '.5',
    '9,5',
  ])('keeps a frame of which one number is "%s"', (number) => {
    const json = `{"rxpk":[{"tmst":1,"lsnr":${number},"freq":868.1,"data":"AA=="}],"stat":{}}`;
    const outcome = push(json);
    expect(outcome).toMatchObject({ packet: { json: { rxpk: [good] }, unread: expect.any(String) } });
    expect(outcome).not.toHaveProperty('packet.json.rxpk.0.lsnr');
  });

  it('never takes the digits before a decimal comma for the number', () => {
    const outcome = push('{"rxpk":[{"tmst":1,"freq":868,1,"data":"AA=="}]}');
    expect(outcome).not.toHaveProperty('packet.json.rxpk.0.freq');
  });

  it('may begin with a byte order mark and have lines of any kind', () => {
    expect(push(`\ufeff{\r\n"rxpk":\r\n[${text}]\r\n}\r\n`)).toMatchObject({ packet: { json: { rxpk: [good] } } });
  });

  it('keeps brackets and quotes within a text apart from its own', () => {
    const odd = { ...good, time: 'a}\\"{]' };
    expect(push(`{"rxpk":[${JSON.stringify(odd)}],"stat":{`)).toMatchObject({ packet: { json: { rxpk: [odd] } } });
  });

  it.each([
    ['is no JSON', '{"stat":{"lati":nan,"desc":"x"}}'],
    ['is cut off', '{"stat":{"desc":"Drag'],
  ])('of a status alone that %s is acknowledged, and said to be unread', (_name, json) => {
    expect(push(json)).toMatchObject({ ok: true, packet: { json: { stat: {} }, unread: expect.any(String) } });
  });

  it('still has the word of a transmission', () => {
    const ack = parseGwmp(datagram(`02000105${EUI}`, '{"txpk_ack":{"error":"TX_FREQ"'));
    expect(ack).toMatchObject({ ok: true, packet: { json: { txpk_ack: { error: 'TX_FREQ' } } } });
  });

  it('is refused where it nests deeper than any forwarder', () => {
    expect(push(`{"rxpk":${'['.repeat(2_300)}${']'.repeat(2_300)}}`).ok).toBe(false);
  });
});

describe('received frames', () => {
  const rxpk = {
    tmst: 3_512_348_611,
    freq: 866.349812,
    stat: 1,
    modu: 'LORA',
    datr: 'SF7BW125',
    codr: '4/6',
    rssi: -35,
    lsnr: 5.1,
    size: 32,
    data: '-DS4CGaDCdG+48eJNM3Vai-zDpsR71Pn9CPA9uCON84',
  };

  it('takes base64 with and without padding', () => {
    for (const data of ['VEVTVF9QQUNLRVRfMTIzNA==', 'VEVTVF9QQUNLRVRfMTIzNA']) {
      const outcome = parseRxpk({ ...rxpk, data });
      expect(outcome.ok && outcome.packet.phyPayload.toString()).toBe('TEST_PACKET_1234');
    }
  });

  it('reads frequency, counter, data rate and the extras of newer forwarders', () => {
    const outcome = parseRxpk({ ...rxpk, data: 'AA==', tmms: 1_000, ftime: 5, foff: -37, rssis: -40, mid: 8 });
    expect(outcome.ok && outcome.packet).toEqual({
      phyPayload: Buffer.of(0),
      counterUs: 3_512_348_611,
      frequencyHz: 866_349_812,
      dataRate: { modulation: 'LORA', spreadingFactor: 7, bandwidthKhz: 125 },
      crc: 'good',
      antennas: [{ antenna: 0, rssiDbm: -35, snrDb: 5.1 }],
      gpsTimeMs: 1_000,
      fineTimeNs: 5,
      frequencyOffsetHz: -37,
      signalRssiDbm: -40,
      modemId: 8,
    });
  });

  it('reads FSK, whose data rate is a number and which has no SNR', () => {
    const { lsnr: _none, ...fsk } = { ...rxpk, modu: 'FSK', datr: 50_000, data: 'AA==' };
    const outcome = parseRxpk(fsk);
    expect(outcome.ok && outcome.packet).toMatchObject({
      dataRate: { modulation: 'FSK', bitRate: 50_000 },
      antennas: [{ snrDb: 0 }],
    });
  });

  it('reads every antenna of a gateway that has several', () => {
    const { rssi: _rssi, lsnr: _lsnr, ...bare } = { ...rxpk, data: 'AA==' };
    const rsig = [
      { ant: 0, chan: 7, rssic: -95, lsnr: 14 },
      { ant: 1, chan: 23, rssic: -97, lsnr: 12.5 },
    ];
    const outcome = parseRxpk({ ...bare, rsig });
    expect(outcome.ok && outcome.packet.antennas).toEqual([
      { antenna: 0, rssiDbm: -95, snrDb: 14 },
      { antenna: 1, rssiDbm: -97, snrDb: 12.5 },
    ]);
  });

  it.each([
    [{ stat: 1 }, 'good'],
    [{ stat: -1 }, 'bad'],
    [{ stat: 0 }, 'absent'],
  ] as const)('%o means that the CRC is %s', (stat, crc) => {
    const outcome = parseRxpk({ ...rxpk, data: 'AA==', ...stat });
    expect(outcome.ok && outcome.packet.crc).toBe(crc);
  });

  it.each([
    ['data in another alphabet', rxpk],
    ['no data', { ...rxpk, data: '' }],
    ['data of a length that base64 does not have', { ...rxpk, data: 'AAAAA' }],
    ['data longer than a frame', { ...rxpk, data: Buffer.alloc(256).toString('base64') }],
    ['a frequency in Hz', { ...rxpk, data: 'AA==', freq: 868_100_000 }],
    ['an unknown data rate', { ...rxpk, data: 'AA==', datr: 'SF99BW125' }],
    ['no signal', { ...rxpk, data: 'AA==', rssi: undefined }],
    ['nothing', null],
    ['a list', []],
  ])('refuses %s', (_name, value) => {
    expect(parseRxpk(value).ok).toBe(false);
  });

  it.each([
    [3_512_348_611, 3_512_348_611],
    [2 ** 32 + 5, 5],
    [-1, 2 ** 32 - 1],
    ['1234', 1_234],
    [2 ** 60, undefined],
    [1.5, undefined],
    [undefined, undefined],
  ])('read a counter of %s as %s', (tmst, counterUs) => {
    const outcome = parseRxpk({ ...rxpk, data: 'AA==', tmst });
    expect(outcome.ok && outcome.packet.counterUs).toBe(counterUs);
  });

  it.each(['SF12Bw125', 'sf12bw125', ' SF12 BW125 '])('read the data rate %s', (datr) => {
    const outcome = parseRxpk({ ...rxpk, data: 'AA==', modu: 'lora', datr });
    expect(outcome).toMatchObject({ packet: { dataRate: { spreadingFactor: 12, bandwidthKhz: 125 } } });
  });

  it('read numbers that a forwarder writes in quotes, and rssis where rssi is missing', () => {
    const { rssi: _, ...rest } = rxpk;
    const outcome = parseRxpk({
      ...rest,
      data: 'AA==',
      modu: 'FSK',
      datr: '50000',
      freq: '868.8',
      rssis: '-50',
      lsnr: undefined,
    });
    expect(outcome).toMatchObject({
      packet: { frequencyHz: 868_800_000, dataRate: { bitRate: 50_000 }, antennas: [{ rssiDbm: -50, snrDb: 0 }] },
    });
  });

  it('name the board and the antenna that heard them', () => {
    expect(parseRxpk({ ...rxpk, data: 'AA==', brd: 2, ant: 1 })).toMatchObject({ packet: { board: 2, antenna: 1 } });
  });

  it('takes a stat alone for a PUSH_DATA without frames, and nothing else', () => {
    expect(rxpkList({ stat: { rxnb: 0 } })).toEqual([]);
    expect(rxpkList({ stat: { rxnb: 0 }, rxpk: null })).toEqual([]);
    expect(rxpkList({ rxpk: [] })).toEqual([]);
    expect(rxpkList({ rxpk: { tmst: 1 } })).toEqual([{ tmst: 1 }]);
    expect(rxpkList({})).toBeUndefined();
    expect(rxpkList({ rxpk: 'x' })).toBeUndefined();
    expect(rxpkList(null)).toBeUndefined();
  });
});

describe('frames to send', () => {
  const transmission = {
    gatewayEui: EUI,
    phyPayload: Buffer.of(1, 2),
    frequencyHz: 868_100_000,
    dataRate: { modulation: 'LORA', spreadingFactor: 12, bandwidthKhz: 125 },
    eirpDbm: 16,
    time: { kind: 'afterReception', context: { kind: 'counter', counterUs: 4_294_967_000 }, delayMs: 1_000 },
  } as const;

  it('are timed on the counter, which wraps', () => {
    expect(txpkOf(transmission)).toEqual({
      tmst: 999_704,
      freq: 868.1,
      rfch: 0,
      powe: 16,
      modu: 'LORA',
      datr: 'SF12BW125',
      codr: '4/5',
      ipol: true,
      size: 2,
      data: 'AQI=',
      ncrc: true,
    });
  });

  it('go out by the board and the antenna that heard what they answer', () => {
    const context = { kind: 'counter', counterUs: 1, board: 2, antenna: 1 } as const;
    const txpk = txpkOf({ ...transmission, time: { ...transmission.time, context } });
    expect(txpk).toMatchObject({ tmst: 1_000_001, brd: 2, ant: 1 });
  });

  it('cannot be timed after a frame whose moment the gateway did not tell', () => {
    expect(txpkOf({ ...transmission, time: { ...transmission.time, context: { kind: 'untimed' } } })).toBeUndefined();
  });

  it('in FSK have a number for a data rate and a deviation', () => {
    const txpk = txpkOf({ ...transmission, dataRate: { modulation: 'FSK', bitRate: 50_000 } });
    expect(txpk).toMatchObject({ modu: 'FSK', datr: 50_000, fdev: 25_000, ipol: false });
  });

  it.each([
    [{ txpk_ack: { error: 'NONE' } }, { kind: 'accepted' }],
    [{ txpk_ack: {} }, { kind: 'accepted' }],
    [{ txpk_ack: { error: 'TX_POWER' } }, { kind: 'refused', reason: 'TX_POWER' }],
    [{ txpk_ack: { warn: 'TX_POWER', value: 20 } }, { kind: 'accepted', warning: 'TX_POWER' }],
    [{ txpk_ack: { error: 'FIRE' } }, { kind: 'refused', reason: 'OTHER' }],
    [{ txpk_ack: null }, { kind: 'accepted' }],
    [null, { kind: 'accepted' }],
  ])('TX_ACK %o', (json, outcome) => {
    expect(parseTxAck(json)).toEqual(outcome);
  });
});

describe('whatever comes in', () => {
  it('is parsed or refused, never thrown at', () => {
    const text = fc.oneof(fc.json({ maxDepth: 6 }), fc.string());
    const header = fc.tuple(fc.nat(3), fc.nat(7)).map(([version, id]) => Buffer.of(version, 0, 1, id));
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 12 }), text, (head, eui, body) => {
        const outcome = parseGwmp(Buffer.concat([head, eui, Buffer.from(body)]));
        if (!outcome.ok || !('json' in outcome.packet)) return;
        for (const rxpk of rxpkList(outcome.packet.json) ?? []) parseRxpk(rxpk);
        parseTxAck(outcome.packet.json);
      }),
      { numRuns: 5_000 },
    );
  });

  it('as an rxpk is read into sound values or refused', () => {
    const member = <T>(usual: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary: usual }, fc.anything());
    const rxpk = fc.record(
      {
        tmst: member(fc.nat()),
        freq: member(fc.constantFrom(868.1, 0, -1, Number.NaN)),
        stat: member(fc.constantFrom(-1, 0, 1)),
        modu: member(fc.constantFrom('LORA', 'FSK')),
        datr: member(fc.constantFrom('SF7BW125', 'SF12BW125', 50_000)),
        rssi: member(fc.integer()),
        lsnr: member(fc.double()),
        rsig: member(fc.constant([{ ant: 1, rssic: -3 }])),
        data: member(fc.base64String({ maxLength: 400 })),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(rxpk, (value) => {
        const outcome = parseRxpk(value);
        if (!outcome.ok) return;
        const { phyPayload, counterUs, frequencyHz, antennas } = outcome.packet;
        expect(phyPayload.length).toBeGreaterThan(0);
        expect(phyPayload.length).toBeLessThanOrEqual(255);
        expect(Number.isInteger(counterUs ?? 0) && Number.isInteger(frequencyHz)).toBe(true);
        expect(antennas.length).toBeGreaterThan(0);
        for (const { rssiDbm, snrDb } of antennas)
          expect(Number.isFinite(rssiDbm) && Number.isFinite(snrDb)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });
});
