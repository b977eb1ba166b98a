import { describe, expect, it } from 'vitest';
import { normalise } from '../normalise.ts';
import { applyMapping, idleRules } from './apply-mapping.ts';
import { checkMapping } from './check-mapping.ts';

function readings(rules: object[], data: unknown, more: object = {}): unknown {
  const checked = checkMapping({ schema: 1, readings: rules, ...more });
  if (!checked.ok) return checked.violations.map(({ message }) => message);
  const outcome = applyMapping(checked.mapping, { data });
  return outcome.ok ? normalise(outcome.decoded).readings : outcome.code;
}

describe('a mapping', () => {
  it.each<[object, unknown, unknown]>([
    [{ path: 'temperature', quantity: 'wx.temp' }, { temperature: 21.5 }, [{ quantity: 'wx.temp', value: 21.5 }]],
    [{ path: 'a.b[1].c', quantity: 'wx.temp' }, { a: { b: [{}, { c: 3 }] } }, [{ quantity: 'wx.temp', value: 3 }]],
    [
      { path: 'volt', quantity: 'dev.batteryVoltage', scale: 0.001 },
      { volt: 3_600 },
      [{ quantity: 'dev.batteryVoltage', value: 3.6 }],
    ],
    [
      { path: 'kwh', quantity: 'elec.import', unit: 'kW.h' },
      { kwh: 1.234 },
      [{ quantity: 'elec.import', value: 1_234 }],
    ],
    [
      { path: 'level', quantity: 'bin.distance', text: 'number', unit: 'mm' },
      { level: '2000 mm' },
      [{ quantity: 'bin.distance', value: 200 }],
    ],
    [
      { path: 'occupied', quantity: 'spot.state', states: { true: 'occupied', false: 'free' } },
      { occupied: true },
      [{ quantity: 'spot.state', value: 'occupied' }],
    ],
    [{ path: 'occupied', quantity: 'spot.state', states: { true: 'occupied' } }, { occupied: false }, 'DECODE_EMPTY'],
    [{ path: 'level', quantity: 'bin.fill', absent: [255] }, { level: 255 }, 'DECODE_EMPTY'],
    [
      { path: 't', quantity: 'wx.temp', when: [{ path: 'kind', equals: 'data' }] },
      { t: 1, kind: 'info' },
      'DECODE_EMPTY',
    ],
    [
      { path: 't', quantity: 'wx.temp', when: [{ path: 'kind', not: 'info' }] },
      { t: 1, kind: 'data' },
      [{ quantity: 'wx.temp', value: 1 }],
    ],
    [{ path: 't', quantity: 'wx.temp', when: [{ path: 'kind' }] }, { t: 1 }, 'DECODE_EMPTY'],
    [{ path: 'constructor.name', quantity: 'elec.tariff' }, {}, 'DECODE_EMPTY'],
    [{ path: 't', quantity: 'wx.temp' }, { t: null }, 'DECODE_EMPTY'],
    [{ path: 't', quantity: 'wx.temp' }, undefined, 'DECODE_UNKNOWN'],
    [
      { path: 'v[*]', quantity: 'elec.voltage', channel: { index: true, prefix: 'L' } },
      { v: [230, 231] },
      [
        { quantity: 'elec.voltage', channel: 'L1', value: 230 },
        { quantity: 'elec.voltage', channel: 'L2', value: 231 },
      ],
    ],
    [
      { path: 'r[*].v', quantity: 'elec.import', channel: { path: 'r[*].id', map: { '1.8.1': 'T1' } } },
      {
        r: [
          { id: '1.8.1', v: 5 },
          { id: 'x/y', v: 6 },
        ],
      },
      [
        { quantity: 'elec.import', channel: 'T1', value: 5 },
        { quantity: 'elec.import', channel: 'x-y', value: 6 },
      ],
    ],
    [{ path: '["PM2.5"]', quantity: 'air.pm25' }, { 'PM2.5': 12 }, [{ quantity: 'air.pm25', value: 12 }]],
    [
      { path: 'obis["1.8.0"].v', quantity: 'elec.import' },
      { obis: { '1.8.0': { v: 7 } } },
      [{ quantity: 'elec.import', value: 7 }],
    ],
    [
      { path: 'd', quantity: 'bin.distance', text: 'number', unit: 'cm', decimalMark: ',' },
      { d: '12,5 cm' },
      [{ quantity: 'bin.distance', value: 12.5 }],
    ],
    [
      { path: 'e', quantity: 'elec.import', text: 'number', unit: 'kW.h', decimalMark: ',' },
      { e: '1.234,5 kWh' },
      [{ quantity: 'elec.import', value: 1_234_500 }],
    ],
    [
      { path: 'v', quantity: 'water.volume', text: 'number', unit: 'm3' },
      { v: '1 234.5 m3' },
      [{ quantity: 'water.volume', value: 1_234_500 }],
    ],
    [{ path: 'd', quantity: 'bin.distance', text: 'number' }, { d: '12,5 cm' }, []],
    [{ path: 'd', quantity: 'bin.distance', text: 'number' }, { d: '1,234' }, []],
    [{ path: 'd', quantity: 'bin.distance', text: 'number' }, { d: 'about 5' }, []],
    [{ path: 'd', quantity: 'bin.distance', text: 'number' }, { d: '1.2.3' }, []],
    [{ path: 'd', quantity: 'bin.distance', text: 'number', decimalMark: ',' }, { d: '1.23' }, []],
  ])('%j of %j', (rule, data, expected) => {
    expect(readings([rule], data)).toEqual(expected);
  });

  it('takes the time and the alarm of the device', () => {
    const checked = checkMapping({
      schema: 1,
      readings: [{ path: 't', quantity: 'wx.temp' }],
      deviceAt: { path: 'at', format: 'seconds' },
      alarm: [{ path: 'fire', equals: true }],
    });
    expect(
      checked.ok && applyMapping(checked.mapping, { data: { t: 1, at: 1_700_000_000, fire: true }, warnings: ['w'] }),
    ).toEqual({
      ok: true,
      decoded: {
        readings: [{ quantity: 'wx.temp', value: 1 }],
        deviceAt: 1_700_000_000_000,
        alarm: true,
        warnings: ['w'],
      },
    });
  });

  it.each([
    ['2026-07-14T12:00:00Z', undefined, '2026-07-14T12:00:00.000Z'],
    ['2026-07-14T12:00:00+02:00', undefined, '2026-07-14T10:00:00.000Z'],
    ['Tue, 14 Jul 2026 12:00:00 GMT', undefined, '2026-07-14T12:00:00.000Z'],
    ['2026-07-14 12:00:00', undefined, undefined],
    ['2026-07-14', undefined, undefined],
    ['14 Jul 2026 12:00:00', undefined, undefined],
    ['2026-07-14 12:00:00', 'UTC', '2026-07-14T12:00:00.000Z'],
    ['2026-07-14 12:00:00', 'CET', '2026-07-14T10:00:00.000Z'],
    ['2026-07-14 12:00:00', '+01:00', '2026-07-14T11:00:00.000Z'],
    ['2026-02-30 12:00:00', 'UTC', undefined],
  ])('takes the time %s in the zone %s for %s on every machine', (at, zone, expected) => {
    const deviceAt = { path: 'at', format: 'iso', ...(zone !== undefined && { zone }) };
    const checked = checkMapping({ schema: 1, readings: [{ path: 't', quantity: 'wx.temp' }], deviceAt });
    const outcome = checked.ok && applyMapping(checked.mapping, { data: { t: 1, at } });
    expect(outcome ? outcome.ok && outcome.decoded.deviceAt : 'refused').toBe(
      expected === undefined ? undefined : Date.parse(expected),
    );
  });

  it('makes samples of the earlier moments that a message tells of, and none of one without a time', () => {
    const checked = checkMapping({
      schema: 1,
      readings: [{ path: 'index', quantity: 'water.volume' }],
      samples: [
        {
          path: 'history[*]',
          at: { path: 'time', format: 'iso', zone: 'UTC' },
          readings: [{ path: 'index', quantity: 'water.volume' }],
        },
      ],
    });
    const history = [
      { time: '2026-06-01 10:00', index: 9 },
      { time: 'never', index: 8 },
      { time: '2026-06-01 09:00', index: 7 },
    ];
    expect(checked.ok && applyMapping(checked.mapping, { data: { index: 10, history } })).toEqual({
      ok: true,
      decoded: {
        readings: [{ quantity: 'water.volume', value: 10 }],
        samples: [
          { at: Date.UTC(2026, 5, 1, 10), readings: [{ quantity: 'water.volume', value: 9 }] },
          { at: Date.UTC(2026, 5, 1, 9), readings: [{ quantity: 'water.volume', value: 7 }] },
        ],
      },
    });
  });

  it('names the rules that find nothing', () => {
    const checked = checkMapping({
      schema: 1,
      readings: [
        { path: 'PM2.5', quantity: 'air.pm25' },
        { path: '["PM2.5"]', quantity: 'air.pm25' },
      ],
    });
    const idle = checked.ok ? idleRules(checked.mapping, { 'PM2.5': 3 }) : [];
    expect(idle.map(({ path }) => path)).toEqual(['PM2.5']);
  });

  it('is refused where its parameters are not described, or its quantities not in the vocabulary', () => {
    const derived = [
      { from: { quantity: 'pulse.cnt' }, to: { quantity: 'water.volume' }, factor: { parameter: 'weight' } },
    ];
    const checked = checkMapping({ schema: 1, readings: [{ path: 't', quantity: 'wx.temp' }], derived });
    expect(checked.ok ? [] : checked.violations.map(({ message }) => message)).toEqual([
      'pulse.cnt is not in the vocabulary',
      'the parameter weight is not described',
    ]);
  });

  it("tells a codec's own errors", () => {
    const checked = checkMapping({ schema: 1, readings: [{ path: 't', quantity: 'wx.temp' }] });
    expect(checked.ok && applyMapping(checked.mapping, { errors: ['Unknown port'] })).toMatchObject({
      ok: false,
      message: 'Unknown port',
    });
  });

  it.each<[object, RegExp]>([
    [{ path: 't', quantity: 'wx.tmp' }, /wx.tmp is not in the vocabulary/],
    [{ path: 't', quantity: 'elec.power', unit: 'V.A' }, /V.A measures apparentPower/],
    [{ path: 't', quantity: 'spot.state', states: { a: 'taken' } }, /no state taken/],
    [{ path: 't', quantity: 'wx.temp', states: { a: 'b' } }, /no state/],
    [{ path: 't', quantity: 'wx.temp', channel: { index: true } }, /wants \[\*\]/],
    [{ path: 'a..b', quantity: 'wx.temp' }, /pattern/],
    [{ path: 't', quantity: 'wx.temp', scal: 2 }, /additional/],
  ])('is refused for %j', (rule, message) => {
    expect(readings([rule], {})).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
  });
});
