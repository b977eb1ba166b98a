import Type, { type Static } from 'typebox';
import { isZone, utcOf, type Zone } from '../kernel/zone.ts';
import { find, ValuePath } from './value-path.ts';

/** Where a codec tells a time, and how. */
export const CodecTime = Type.Object(
  {
    path: ValuePath,
    format: Type.Union([Type.Literal('seconds'), Type.Literal('milliseconds'), Type.Literal('iso')]),
    /** Of times that are written without one: UTC, +01:00, CET with its summer time, Europe/Paris. */
    zone: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  },
  { additionalProperties: false },
);
export type CodecTime = Static<typeof CodecTime>;

/** What stands against a mapping's time, if anything does. */
export function problemOfTime({ zone }: CodecTime): string | undefined {
  return zone === undefined || isZone(zone) ? undefined : `${zone} is no time zone`;
}

const WRITTEN = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/;
/** Other forms are left to the language where they name their zone: it would take the machine's. */
const WITH_ZONE = /(?:\b(?:GMT|UTC)|Z|[+-]\d{2}:?\d{2})(?:\s*\([^)]*\))?$/;

/** Epoch milliseconds; `undefined` where there is no time, or one of which nobody says the zone. */
export function timeAt(data: unknown, { path, format, zone }: CodecTime): number | undefined {
  const value = find(data, path)[0]?.value;
  if (format !== 'iso') {
    const at = typeof value === 'number' ? value * (format === 'seconds' ? 1_000 : 1) : Number.NaN;
    return Number.isFinite(at) ? Math.round(at) : undefined;
  }
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  const written = WRITTEN.exec(text);
  if (written?.[7] === undefined && written) return zone === undefined ? undefined : inZone(written, zone);
  const at = WITH_ZONE.test(text) ? Date.parse(text.replace(',', '.')) : Number.NaN;
  return Number.isFinite(at) ? at : undefined;
}

function inZone([, ...parts]: RegExpExecArray, zone: Zone): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map((part) => Number(part ?? 0));
  return utcOf({ year, month, day, hour, minute, second }, zone);
}
