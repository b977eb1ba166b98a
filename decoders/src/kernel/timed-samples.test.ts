import { describe, expect, it } from 'vitest';
import { fromHex } from './byte-reader.ts';
import { curveValue } from './curve.ts';
import { lorawan } from './lorawan.ts';
import { type PackedDate, packedTime } from './packed-date.ts';
import type { Step } from './payload-layout.ts';
import { utcOf } from './zone.ts';

const RECEIVED = Date.UTC(2026, 5, 1, 12);

function decode(hex: string, steps: readonly Step[], memory?: Record<string, number>) {
  const definition = lorawan({
    ...{ id: 'test/test', version: 1, vendor: 'Test', title: 'Test', domain: 'generic', source: 'this test' },
    uplinks: [{ ports: 'any', steps }],
  });
  const bytes = fromHex(hex) ?? new Uint8Array();
  const outcome = definition.decodeUplink({ bytes, fPort: 1, receivedAt: RECEIVED, ...(memory && { memory }) });
  return outcome.ok ? outcome.decoded : outcome.code;
}

describe('samples of a datalog', () => {
  it('are each of their own time, counted back from the reception by a period that the message tells', () => {
    const decoded = decode('0f 0064 0032 0019', [
      { type: 'uint8', name: 'minutes' },
      { type: 'uint16', quantity: 'pulse.count' },
      {
        repeat: 'rest',
        index: 'line',
        steps: [
          { let: 'age', be: { constant: 1, terms: [{ name: 'line' }] } },
          {
            sample: {
              from: 'reception',
              minusMs: { terms: [{ name: 'age', times: 60_000, by: 'minutes' }] },
              toleranceMs: 450_000,
            },
            steps: [{ type: 'uint16', quantity: 'pulse.count' }],
          },
        ],
      },
    ]);
    expect(decoded).toEqual({
      readings: [{ quantity: 'pulse.count', value: 100 }],
      samples: [
        { at: RECEIVED - 15 * 60_000, toleranceMs: 450_000, readings: [{ quantity: 'pulse.count', value: 50 }] },
        { at: RECEIVED - 30 * 60_000, toleranceMs: 450_000, readings: [{ quantity: 'pulse.count', value: 25 }] },
      ],
    });
  });

  it('are made of an index and increments', () => {
    const decoded = decode('000003e8 05 06', [
      { type: 'uint32', name: 'index', quantity: 'pulse.count' },
      {
        repeat: 'rest',
        index: 'line',
        steps: [
          { type: 'uint8', name: 'used' },
          { let: 'index', be: { terms: [{ name: 'index' }, { name: 'used', times: -1 }] } },
          { let: 'age', be: { constant: 3_600_000, terms: [{ name: 'line', times: 3_600_000 }] } },
          {
            sample: { from: 'reception', minusMs: { terms: [{ name: 'age' }] } },
            steps: [{ value: 'index', quantity: 'pulse.count' }],
          },
        ],
      },
    ]);
    expect(decoded).toMatchObject({
      samples: [
        { at: RECEIVED - 3_600_000, readings: [{ value: 995 }] },
        { at: RECEIVED - 7_200_000, readings: [{ value: 989 }] },
      ],
    });
  });

  it('are dated by a time that is told with them, which is not that of the message', () => {
    const decoded = decode('5f000000 0007', [
      { type: 'uint32', secondsSince: 0, name: 'taken', timeOnly: true },
      { sample: { from: 'taken' }, steps: [{ type: 'uint16', quantity: 'pulse.count' }] },
    ]);
    expect(decoded).toEqual({
      readings: [],
      samples: [{ at: 0x5f000000 * 1_000, readings: [{ quantity: 'pulse.count', value: 7 }] }],
    });
  });

  it('without a time are never told as now', () => {
    const decoded = decode('00000000 0007 01', [
      { type: 'uint32', secondsSince: 0, name: 'taken', timeOnly: true },
      { sample: { from: 'taken' }, steps: [{ type: 'uint16', quantity: 'pulse.count' }] },
      { type: 'uint8', quantity: 'dev.battery' },
    ]);
    expect(decoded).toMatchObject({
      readings: [{ quantity: 'dev.battery', value: 1 }],
      warnings: ['samples without a time were left out'],
    });
    expect(decoded).not.toHaveProperty('samples');
  });

  it('of a line whose time is none do not take the time of the line before', () => {
    const decoded = decode('5f000000 07 00000000 08', [
      {
        repeat: 'rest',
        steps: [
          { type: 'uint32', secondsSince: 0, name: 'taken', timeOnly: true },
          { sample: { from: 'taken' }, steps: [{ type: 'uint8', quantity: 'pulse.count' }] },
        ],
      },
    ]);
    expect(decoded).toMatchObject({
      samples: [{ at: 0x5f000000 * 1_000, readings: [{ quantity: 'pulse.count', value: 7 }] }],
      warnings: ['samples without a time were left out'],
    });
  });

  it('of one moment are one', () => {
    const sample = { from: 'reception', minusMs: { constant: 60_000, terms: [] } };
    const decoded = decode('0102', [
      { sample, steps: [{ type: 'uint8', quantity: 'wx.temp' }] },
      { sample, steps: [{ type: 'uint8', quantity: 'wx.rh' }] },
    ]);
    expect(decoded).toMatchObject({ samples: [{ readings: [{ quantity: 'wx.temp' }, { quantity: 'wx.rh' }] }] });
  });
});

describe('a value over another', () => {
  const steps: Step[] = [
    { type: 'uint8', name: 'part' },
    { type: 'uint8', name: 'whole' },
    { value: 'part', over: 'whole', quantity: 'heat.valve', scale: 100 },
    { type: 'uint8', quantity: 'dev.battery' },
  ];
  it('is their quotient', () => {
    expect(decode('0204 64', steps)).toMatchObject({ readings: [{ value: 50 }, { value: 100 }] });
  });
  it('is none where the other is 0', () => {
    expect(decode('0200 64', steps)).toMatchObject({ readings: [{ quantity: 'dev.battery', value: 100 }] });
  });
});

describe('numbers of half precision', () => {
  it.each([
    ['4400', 4],
    ['428f', 3.28],
    ['cc0c', -16.19],
    ['0001', 5.96e-8],
    ['0000', 0],
    ['7bff', 65_500],
  ])('%s is %d', (hex, value) => {
    const decoded = decode(hex, [{ type: 'float16', quantity: 'io.temp' }]);
    expect(decoded).toMatchObject({ readings: [{ value }] });
  });
  it.each(['7c00', '7e00'])('%s is none', (hex) => {
    expect(decode(hex, [{ type: 'float16', quantity: 'io.temp' }])).toBe('DECODE_EMPTY');
  });
});

describe('what a message leaves for the next', () => {
  const steps: Step[] = [
    { type: 'uint8', name: 'kind' },
    {
      choose: 'kind',
      cases: {
        1: [
          { recall: 'factor', name: 'factor' },
          { type: 'uint8', quantity: 'elec.current', times: { name: 'factor' } },
          { type: 'uint8', quantity: 'dev.battery' },
        ],
        2: [
          { type: 'uint8', remember: 'factor' },
          { type: 'uint8', quantity: 'dev.battery' },
        ],
      },
    },
  ];

  it('is given with what it says, and used when it comes back', () => {
    expect(decode('02 0a 50', steps)).toEqual({
      readings: [{ quantity: 'dev.battery', value: 80 }],
      memory: { factor: 10 },
    });
    expect(decode('01 07 50', steps, { factor: 10 })).toMatchObject({ readings: [{ value: 70 }, { value: 80 }] });
  });

  it('is missed where it was lost: the value is absent, never wrong', () => {
    expect(decode('01 07 50', steps)).toEqual({ readings: [{ quantity: 'dev.battery', value: 80 }] });
  });
});

describe('fields', () => {
  it.each<[string, Step, number]>([
    ['0102030405', { type: 'uint40', quantity: 'pulse.count' }, 0x0102030405],
    ['0504030201', { type: 'uint40', order: 'le', quantity: 'pulse.count' }, 0x0102030405],
    ['ffffffffff', { type: 'int40', quantity: 'wx.temp' }, -1],
    ['010203040506', { type: 'uint48', quantity: 'pulse.count' }, 0x010203040506],
    ['fffffffffffe', { type: 'int48', quantity: 'wx.temp' }, -2],
    ['03', { type: 'uint8', quantity: 'wx.temp', curve: { polynomial: [1, 2, 3] } }, 34],
    [
      '19',
      {
        type: 'uint8',
        quantity: 'wx.temp',
        curve: {
          points: [
            [0, 0],
            [50, 10],
            [100, 40],
          ],
        },
      },
      5,
    ],
  ])('%s by %o are %d', (hex, step, value) => {
    expect(decode(hex, [step])).toMatchObject({ readings: [{ value }] });
  });

  it('have no value outside of their curve', () => {
    const points = [
      [10, 1],
      [20, 2],
    ] as const;
    expect([9, 10, 20, 21].map((raw) => curveValue(raw, { points }))).toEqual([undefined, 1, 2, undefined]);
  });

  it('are read under conditions on several others', () => {
    const steps: Step[] = [
      { type: 'uint8', name: 'a' },
      { type: 'uint8', name: 'b' },
      {
        when: {
          all: [
            { name: 'a', atLeast: 2, below: 5 },
            {
              any: [
                { name: 'b', equals: 1 },
                { name: 'b', equals: 9 },
              ],
            },
          ],
        },
        steps: [{ constant: 'yes', quantity: 'bin.full' }],
        otherwise: [{ constant: 'no', quantity: 'bin.full' }],
      },
    ];
    const full = (hex: string) => decode(hex, steps);
    expect(['0201', '0409', '0501', '0101', '0202'].map(full)).toMatchObject(
      ['yes', 'yes', 'no', 'no', 'no'].map((value) => ({ readings: [{ value }] })),
    );
  });

  it('that contradict each other are marked, those that differ by rounding are not', () => {
    const twice: Step[] = [
      { type: 'uint16', quantity: 'elec.power' },
      { type: 'uint16', quantity: 'elec.power' },
    ];
    expect(decode('1388 1388', twice)).toEqual({ readings: [{ quantity: 'elec.power', value: 5_000 }] });
    expect(decode('1388 138a', twice)).toEqual({ readings: [{ quantity: 'elec.power', value: 5_002 }] });
    expect(decode('0005 1388', twice)).toMatchObject({
      readings: [{ value: 5_000, quality: 'uncertain', reasons: ['contradicted'] }],
    });
  });
});

describe('packed dates', () => {
  // M-Bus type F (EN 13757-3, annex A): minute, hour, day, month, year in bits.
  const TYPE_F: PackedDate = {
    ...{ minute: [0, 6], hour: [8, 5], day: [16, 5], month: [24, 4], year: [28, 4] },
    ...{ yearFrom: 2016, zone: 'CET' },
  };

  it('are of the zone that is stated, summer time included', () => {
    const raw = (10 << 24) + (25 << 16) + (0 << 8) + 30 + 10 * 2 ** 28;
    expect(new Date(packedTime(raw, TYPE_F) ?? 0).toISOString()).toBe('2026-10-24T22:30:00.000Z');
    expect(new Date(packedTime(raw, { ...TYPE_F, zone: '+01:00' }) ?? 0).toISOString()).toBe(
      '2026-10-24T23:30:00.000Z',
    );
    expect(new Date(packedTime(raw, { ...TYPE_F, zone: 'UTC' }) ?? 0).toISOString()).toBe('2026-10-25T00:30:00.000Z');
  });

  it('that are none give no time', () => {
    expect(packedTime(0, TYPE_F)).toBeUndefined();
    expect(packedTime(31 * 2 ** 16 + 2 * 2 ** 24, TYPE_F)).toBeUndefined();
    const bcd = { year: [0, 8], month: [8, 8], day: [16, 8], yearFrom: 2_000, bcd: true, zone: 'UTC' } as const;
    expect(packedTime(0x150726, bcd)).toBe(Date.UTC(2026, 6, 15));
    expect(packedTime(0x1a0726, bcd)).toBeUndefined();
    const typeG: PackedDate = {
      day: [0, 5],
      year: [5, 3],
      month: [8, 4],
      yearHigh: [12, 4],
      yearFrom: 2_000,
      zone: 'UTC',
    };
    expect(packedTime(0x2b75, typeG)).toBe(Date.UTC(2019, 10, 21));
    expect(packedTime(0x2b75, { ...typeG, monthFrom: 1 })).toBe(Date.UTC(2019, 11, 21));
  });

  it.each([
    ['2026-03-29T01:59', 'CET', '2026-03-29T00:59'],
    ['2026-03-29T03:00', 'CET', '2026-03-29T01:00'],
    ['2026-10-25T02:30', 'CET', '2026-10-25T00:30'],
    ['2026-10-25T03:00', 'CET', '2026-10-25T02:00'],
    ['2026-07-01T12:00', 'WET', '2026-07-01T11:00'],
    ['2026-01-01T12:00', 'EET', '2026-01-01T10:00'],
    ['2026-01-01T12:00', '-03:30', '2026-01-01T15:30'],
  ] as const)('%s %s is %s UTC', (local, zone, utc) => {
    const [year, month, day, hour, minute] = local.split(/[-T:]/).map(Number) as [
      number,
      number,
      number,
      number,
      number,
    ];
    expect(new Date(utcOf({ year, month, day, hour, minute, second: 0 }, zone) ?? 0).toISOString()).toBe(
      `${utc}:00.000Z`,
    );
  });
});

describe('a frame', () => {
  const definition = lorawan({
    ...{ id: 'test/test', version: 1, vendor: 'Test', title: 'Test', domain: 'generic', source: 'this test' },
    uplinks: [
      {
        ports: [1],
        when: { byte: 0, equals: 0x80 },
        ends: [0x81],
        lengthAt: { at: 1 },
        steps: [{ at: 2, type: 'uint8', quantity: 'dev.battery' }],
      },
      { ports: [1], when: { byte: 0, equals: 1 }, silent: 'keep-alive', steps: [] },
      {
        ports: [1],
        when: { byte: 0, equals: 2 },
        steps: [
          { type: 'uint8', name: 'kind' },
          { choose: 'kind', cases: {}, otherwise: 'stop' },
        ],
      },
    ],
  });
  it.each([
    ['80045081', 'ok'],
    ['80055081', 'DECODE_FAILED'],
    ['80045080', 'DECODE_FAILED'],
    ['800450', 'DECODE_FAILED'],
    ['80', 'DECODE_FAILED'],
    ['01', 'DECODE_EMPTY'],
    ['02', 'DECODE_UNKNOWN'],
    ['03', 'DECODE_UNKNOWN'],
    ['', 'DECODE_UNKNOWN'],
  ])('%s is told as %s', (hex, told) => {
    const outcome = definition.decodeUplink({ bytes: fromHex(hex) ?? new Uint8Array(), fPort: 1, receivedAt: 0 });
    expect(outcome.ok ? 'ok' : outcome.code).toBe(told);
  });
});
