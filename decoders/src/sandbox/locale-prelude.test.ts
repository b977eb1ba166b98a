import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CODEC_WASM_URL } from './assets.ts';
import { DEFAULT_CODEC_LIMITS } from './codec-call.ts';
import { CodecEngine } from './codec-engine.ts';
import { wantsLocale } from './locale-prelude.ts';

const engine = await CodecEngine.create(
  new WebAssembly.Module(readFileSync(CODEC_WASM_URL)),
  { ...DEFAULT_CODEC_LIMITS, cpuMs: 60_000 },
  () => 0,
);

interface Case {
  /** Epoch milliseconds of a date, or a number. */
  at?: number;
  number?: number;
  call: 'toLocaleString' | 'toLocaleDateString' | 'toLocaleTimeString';
  locale: string;
  options: Record<string, unknown>;
}

/** The same text runs in the sandbox and in Node, whose time zone is given where the case gives none. */
const RUNNER = `function perform(cases) {
  return cases.map(function (one) {
    try {
      return one.number === undefined ? new Date(one.at)[one.call](one.locale, one.options) : one.number.toLocaleString(one.locale, one.options);
    } catch (error) {
      return error.name;
    }
  });
}`;
const byNode = new Function(`${RUNNER} return perform;`)() as (cases: Case[]) => string[];

async function bySandbox(cases: Case[]): Promise<unknown> {
  const source = `${RUNNER} function decodeUplink(input) { return { data: perform(input.cases) }; } // toLocaleString`;
  const outcome = await engine.run({ id: 'locale', source }, 'decodeUplink', { cases });
  return outcome.ok ? outcome.output.data : outcome;
}

async function expectAsNode(cases: Case[]): Promise<void> {
  const dated = cases.map((one) => ({
    ...one,
    options: one.number === undefined ? { timeZone: 'UTC', ...one.options } : one.options,
  }));
  expect(await bySandbox(dated)).toEqual(byNode(dated));
}

const TIMES = [
  Date.UTC(2024, 0, 5, 15, 4, 9),
  Date.UTC(2024, 1, 29, 0, 0, 0),
  Date.UTC(2023, 11, 31, 12, 30, 5),
  Date.UTC(2021, 7, 1, 23, 59, 59),
  0,
];
const LOCALES = ['en-US', 'en-GB', 'fr-FR', 'fr', 'de-DE', 'pt-BR'];

function everywhere(call: Case['call'], options: readonly Record<string, unknown>[], locales = LOCALES): Case[] {
  return locales.flatMap((locale) =>
    TIMES.flatMap((at) => options.map((each): Case => ({ at, call, locale, options: each }))),
  );
}

describe('dates in words and figures are as in Node', () => {
  it.each([
    'toLocaleString',
    'toLocaleDateString',
    'toLocaleTimeString',
  ] as const)('%s without options', async (call) => {
    await expectAsNode(everywhere(call, [{}]));
  });

  it('in their styles', async () => {
    const styles = ['full', 'long', 'medium', 'short'].flatMap((dateStyle) => [
      { dateStyle },
      ...['long', 'medium', 'short'].map((timeStyle) => ({ dateStyle, timeStyle })),
    ]);
    await expectAsNode(everywhere('toLocaleString', styles));
  });

  it('field by field', async () => {
    await expectAsNode(
      everywhere('toLocaleString', [
        { year: 'numeric', month: '2-digit', day: '2-digit' },
        {
          year: '2-digit',
          month: '2-digit',
          day: '2-digit',
          hour: '2-digit',
          minute: '2-digit',
          second: '2-digit',
          hour12: false,
        },
        { month: 'numeric', day: 'numeric' },
        { year: 'numeric', month: 'numeric' },
        { year: 'numeric', month: 'long' },
        { year: 'numeric', month: 'short', day: 'numeric' },
        { hour: '2-digit', minute: '2-digit' },
        { hour: 'numeric', minute: 'numeric', hour12: true },
        { minute: '2-digit', second: '2-digit' },
        { month: 'long' },
        { day: '2-digit' },
      ]),
    );
  });

  it('with the day of the week', async () => {
    await expectAsNode(
      everywhere('toLocaleDateString', [
        { weekday: 'long' },
        { weekday: 'short' },
        { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
        { weekday: 'short', year: 'numeric', month: 'numeric', day: 'numeric' },
        { weekday: 'short', month: 'short', day: 'numeric' },
      ]),
    );
  });

  it('in other time zones, across both changes of the clock', async () => {
    const hour = 3_600_000;
    const changes = [
      Date.UTC(2024, 2, 31, 1),
      Date.UTC(2024, 9, 27, 1),
      Date.UTC(2024, 2, 10, 7),
      Date.UTC(2024, 10, 3, 6),
    ];
    const zones = [
      'Europe/Paris',
      'Europe/London',
      'America/New_York',
      'America/Sao_Paulo',
      'Asia/Tokyo',
      'Asia/Kolkata',
      '+02:00',
    ];
    const cases = zones.flatMap((timeZone) =>
      changes.flatMap((change) =>
        [-hour, -1, 0, hour].map(
          (by): Case => ({ at: change + by, call: 'toLocaleString', locale: 'fr-FR', options: { timeZone } }),
        ),
      ),
    );
    await expectAsNode(cases);
  });

  it('with the name of the zone', async () => {
    const cases = ['en-US', 'fr'].flatMap((locale) =>
      ['UTC', 'Europe/Paris', 'America/New_York'].map(
        (timeZone): Case => ({
          at: TIMES[0] ?? 0,
          call: 'toLocaleString',
          locale,
          options: { timeZone, timeZoneName: 'short' },
        }),
      ),
    );
    await expectAsNode(cases);
  });

  it('also where there is no such date, zone or locale', async () => {
    await expectAsNode([
      { at: Number.MAX_VALUE, call: 'toLocaleString', locale: 'fr', options: {} },
      { at: 0, call: 'toLocaleString', locale: 'fr', options: { timeZone: 'Nowhere/None' } },
      { at: 0, call: 'toLocaleString', locale: 'not a locale', options: {} },
      { at: 0, call: 'toLocaleDateString', locale: 'fr', options: { timeStyle: 'short' } },
    ]);
  });
});

describe('numbers are as in Node', () => {
  const numbers = [
    0,
    -1,
    1,
    5,
    1234.5678,
    -1_234_567.8915,
    1.0005,
    0.0005,
    99.9995,
    1e21,
    123_456_789_012,
    1e-7,
    0.1 + 0.2,
  ];
  const all = (options: Record<string, unknown>): Case[] =>
    LOCALES.flatMap((locale) => numbers.map((number): Case => ({ number, call: 'toLocaleString', locale, options })));

  it('without options', () => expectAsNode(all({})));
  it('with digits after the point', async () => {
    await expectAsNode([
      ...all({ minimumFractionDigits: 2 }),
      ...all({ maximumFractionDigits: 1 }),
      ...all({ maximumFractionDigits: 0 }),
    ]);
  });
  it('with digits before the point', () => expectAsNode(all({ minimumIntegerDigits: 2, useGrouping: false })));
  it('with significant digits', () => expectAsNode(all({ maximumSignificantDigits: 3 })));
  it('as percentages', () => expectAsNode(all({ style: 'percent' })));
  it('but no currencies or units: an error, no wrong text', async () => {
    expect(
      await bySandbox([
        { number: 1, call: 'toLocaleString', locale: 'fr', options: { style: 'currency', currency: 'EUR' } },
      ]),
    ).toEqual(['RangeError']);
  });
});

it('is there for those alone that name a method of it', async () => {
  expect(wantsLocale('date.toLocaleTimeString()')).toBe(true);
  expect(wantsLocale('"a".toLocaleUpperCase()')).toBe(false);
  const source =
    'function decodeUplink() { return { data: [typeof Intl, [1234.5, new Date(0)].toLocaleString(), new Date(0).toLocaleString()] }; }';
  expect(await engine.run({ id: 'default', source }, 'decodeUplink', {})).toMatchObject({
    output: { data: ['undefined', '1,234.5,1/1/1970, 12:00:00 AM', '1/1/1970, 12:00:00 AM'] },
  });
});
