import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listDefinitions } from '../catalogue.ts';
import { fromHex } from './byte-reader.ts';
import { lorawan } from './lorawan.ts';
import type { Layout, Step } from './payload-layout.ts';

function decode(hex: string, layout: Partial<Layout>, fPort = 1): unknown {
  const definition = lorawan({
    id: 'test/test',
    version: 1,
    vendor: 'Test',
    title: 'Test',
    domain: 'generic',
    source: 'this test',
    uplinks: [{ ports: [1], ...layout }],
  });
  const outcome = definition.decodeUplink({ bytes: fromHex(hex) ?? new Uint8Array(), fPort, receivedAt: 0 });
  if (!outcome.ok) return outcome.code;
  return Object.fromEntries(
    outcome.decoded.readings.map(({ quantity, channel, value }) => [
      channel === undefined ? quantity : `${quantity}:${channel}`,
      value,
    ]),
  );
}

const temperature = (more: object): Step[] => [{ type: 'uint8', quantity: 'wx.temp', ...more } as Step];

describe('fields', () => {
  it.each<[string, Step[], unknown]>([
    ['0102', [{ type: 'uint16', quantity: 'wx.temp' }], { 'wx.temp': 258 }],
    ['0102', [{ type: 'uint16', order: 'le', quantity: 'wx.temp' }], { 'wx.temp': 513 }],
    ['fffffe', [{ type: 'int24', quantity: 'wx.temp' }], { 'wx.temp': -2 }],
    ['feffff', [{ type: 'int24', order: 'le', quantity: 'wx.temp' }], { 'wx.temp': -2 }],
    ['010000', [{ type: 'uint24', order: 'le', quantity: 'wx.temp' }], { 'wx.temp': 1 }],
    ['66661643', [{ type: 'float32', order: 'le', quantity: 'wx.temp' }], { 'wx.temp': 150.4 }],
    ['3412', [{ type: 'bcd', length: 2, order: 'le', quantity: 'wx.temp' }], { 'wx.temp': 1_234 }],
    ['32333938', [{ type: 'ascii', length: 4, radix: 10, quantity: 'wx.temp', scale: 0.01 }], { 'wx.temp': 23.98 }],
    ['3041', [{ type: 'ascii', length: 2, radix: 16, quantity: 'wx.temp' }], { 'wx.temp': 10 }],
    ['414243', [{ type: 'ascii', length: 'rest', quantity: 'dev.serial' }], { 'dev.serial': 'ABC' }],
    ['b5', temperature({ bits: [4, 3] }), { 'wx.temp': 3 }],
    ['8a', temperature({ bits: [0, 8], signMagnitude: true }), { 'wx.temp': -10 }],
    ['db', temperature({ scale: 0.1 }), { 'wx.temp': 21.9 }],
    ['64', temperature({ scale: 0.5, offset: -40 }), { 'wx.temp': 10 }],
    ['ff', temperature({ absent: [255] }), 'DECODE_EMPTY'],
    ['000007', [{ at: 2, type: 'uint8', quantity: 'wx.temp' }], { 'wx.temp': 7 }],
    ['05', [{ type: 'uint8', must: [4], quantity: 'wx.temp' }], 'DECODE_FAILED'],
    ['05', [{ type: 'uint16', quantity: 'wx.temp' }], 'DECODE_FAILED'],
    [
      '0502',
      [
        { type: 'uint8', name: 'low' },
        { type: 'uint8', plus: [{ name: 'low', times: 100 }], quantity: 'wx.temp' },
      ],
      { 'wx.temp': 502 },
    ],
    [
      '0205',
      [
        { type: 'uint8', name: 'x' },
        { type: 'uint8', times: { name: 'x', map: { 2: 10 } }, quantity: 'wx.temp' },
      ],
      { 'wx.temp': 50 },
    ],
    [
      '0305',
      [
        { type: 'uint8', name: 'x' },
        { type: 'uint8', times: { name: 'x', map: { 2: 10 } }, quantity: 'wx.temp' },
      ],
      'DECODE_EMPTY',
    ],
  ])('%s by %j', (hex, steps, expected) => {
    expect(decode(hex, { steps })).toEqual(expected);
  });
});

describe('steps', () => {
  const milesight: Step[] = [
    {
      repeat: 'rest',
      steps: [
        { type: 'uint16', name: 'tag' },
        {
          choose: 'tag',
          cases: {
            373: [{ type: 'uint8', quantity: 'dev.battery' }],
            871: [{ type: 'int16', order: 'le', quantity: 'wx.temp', scale: 0.1 }],
          },
          otherwise: 'stop',
        },
      ],
    },
  ];

  it('read records of channel and type', () => {
    expect(decode('01755c03673401', { steps: milesight })).toEqual({ 'dev.battery': 92, 'wx.temp': 30.8 });
    expect(decode('01755cffff3401', { steps: milesight })).toEqual({ 'dev.battery': 92 });
  });

  it('name channels by a field', () => {
    const steps: Step[] = [
      {
        repeat: 'rest',
        steps: [
          { type: 'uint8', name: 'input' },
          { type: 'uint16', quantity: 'pulse.count', channel: { from: 'input', map: { 9: '' }, prefix: 'I', plus: 1 } },
        ],
      },
    ];
    expect(decode('000005010006090007', { steps })).toEqual({
      'pulse.count:I1': 5,
      'pulse.count:I2': 6,
      'pulse.count': 7,
    });
  });

  it('repeat as often as a field says, count, and stop before a trailer', () => {
    const counted: Step[] = [
      { type: 'uint8', name: 'n' },
      {
        repeat: { name: 'n' },
        index: 'i',
        steps: [{ type: 'uint8', quantity: 'elec.voltage', channel: { from: 'i', prefix: 'L', plus: 1 } }],
      },
    ];
    expect(decode('020a0b0c', { steps: counted })).toEqual({ 'elec.voltage:L1': 10, 'elec.voltage:L2': 11 });
    const trailed: Step[] = [
      { repeat: 'rest', until: 1, steps: [{ skip: 1 }] },
      { type: 'uint8', quantity: 'wx.temp' },
    ];
    expect(decode('00000009', { steps: trailed })).toEqual({ 'wx.temp': 9 });
  });

  it('depend on conditions', () => {
    const steps: Step[] = [
      { type: 'uint8', name: 'flags' },
      {
        when: { name: 'flags', bits: [0, 1], equals: 1 },
        steps: temperature({}),
        otherwise: [{ constant: 'ok', quantity: 'dev.fault' }],
      },
    ];
    expect(decode('0105', { steps })).toEqual({ 'wx.temp': 5 });
    expect(decode('0205', { steps })).toEqual({ 'dev.fault': 'ok' });
  });

  it('that never move on are ended', () => {
    expect(decode('0102', { steps: [{ repeat: 'rest', steps: [{ constant: 1, quantity: 'wx.temp' }] }] })).toBe(
      'DECODE_FAILED',
    );
  });
});

describe('layouts', () => {
  it('are chosen by port, length and content', () => {
    expect(decode('01', { steps: temperature({}) }, 2)).toBe('DECODE_PORT_UNKNOWN');
    expect(decode('01', { length: 2, steps: temperature({}) })).toBe('DECODE_UNKNOWN');
    expect(
      decode('01', { length: [1, 3], when: { byte: 0, bits: [0, 1], equals: 1 }, steps: temperature({}) }),
    ).toEqual({ 'wx.temp': 1 });
    expect(decode('02', { when: { byte: 0, equals: 1 }, steps: temperature({}) })).toBe('DECODE_UNKNOWN');
    expect(decode('01', { check: () => undefined, steps: temperature({}) })).toBe('DECODE_FAILED');
  });

  it('may be a row of messages, each read from its own start and cut only between them', () => {
    const row = {
      every: 2,
      length: [2, 8] as const,
      steps: [
        { type: 'uint8', name: 'channel' },
        { at: 1, type: 'uint8', quantity: 'wx.temp', channel: { from: 'channel', prefix: 'P' } },
      ] as Step[],
    };
    expect(decode('0107 0208', row)).toEqual({ 'wx.temp:P1': 7, 'wx.temp:P2': 8 });
    expect(decode('0107', row)).toEqual({ 'wx.temp:P1': 7 });
    expect(decode('0107 02', row)).toBe('DECODE_FAILED');
  });

  it('may be a row in which a later message explains one before it', () => {
    const steps: Step[] = [
      { type: 'uint8', name: 'kind' },
      {
        choose: 'kind',
        cases: {
          1: [
            { recall: 'factor', name: 'factor' },
            { type: 'uint8', quantity: 'wx.temp', times: { name: 'factor' } },
          ],
          2: [{ type: 'uint8', remember: 'factor' }],
        },
      },
    ];
    expect(decode('0107 020a', { every: 2, steps })).toEqual({ 'wx.temp': 70 });
  });

  it('take no time from a clock that was never set', () => {
    const definition = lorawan({
      id: 'test/test',
      version: 1,
      vendor: 'Test',
      title: 'Test',
      domain: 'generic',
      source: 'this test',
      uplinks: [
        {
          ports: 'any',
          steps: [
            { type: 'uint32', secondsSince: 0 },
            { constant: 'ok', quantity: 'dev.fault' },
          ],
        },
      ],
    });
    const at = (hex: string): unknown => {
      const outcome = definition.decodeUplink({ bytes: fromHex(hex) ?? new Uint8Array(), fPort: 1, receivedAt: 0 });
      return outcome.ok ? outcome.decoded.deviceAt : outcome.code;
    };
    expect(at('00001000')).toBeUndefined();
    expect(at('6655aa00')).toBe(0x6655aa00 * 1_000);
  });
});

it('no definition of the catalogue throws, whatever the bytes', () => {
  const definitions = listDefinitions().filter((definition) => definition.protocol === 'lorawan');
  const ports = fc.constantFrom(1, 2, 3, 4, 5, 6, 10, 15, 23, 26, 60, 69, 100, 125, 129);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), ports, (bytes, fPort) => {
      for (const definition of definitions) {
        const outcome = definition.decodeUplink({ bytes, fPort, receivedAt: 0 });
        expect(typeof outcome.ok).toBe('boolean');
      }
    }),
    { numRuns: 2_000 },
  );
});
