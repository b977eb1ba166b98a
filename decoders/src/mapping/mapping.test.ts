import { describe, expect, it } from 'vitest';
import { normalise } from '../normalise.ts';
import { applyMapping } from './apply-mapping.ts';
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
    [{ path: 't', quantity: 'wx.temp' }, undefined, 'DECODE_EMPTY'],
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
