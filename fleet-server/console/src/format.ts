import type { Language } from './i18n/language.tsx';
import { QUANTITIES } from './i18n/quantities.ts';
import { STATES } from './i18n/states.ts';

const LOCALES = { fr: 'fr-FR', en: 'en-GB' } as const;

/** How people write what UCUM writes otherwise. */
const UNITS: Readonly<Record<string, string>> = {
  Cel: '°C',
  'W.h': 'Wh',
  'kW.h': 'kWh',
  m3: 'm³',
  'm3/h': 'm³/h',
  deg: '°',
  'V.A': 'VA',
  'V.A{reactive}': 'var',
  'V.A.h{reactive}': 'varh',
  'dB{1mW}': 'dBm',
  'dB{A}': 'dB(A)',
  'ug/m3': 'µg/m³',
  '[ppm]': 'ppm',
  'W/m2': 'W/m²',
  '1': '',
};

export function formatValue(value: number | string, language: Language): string {
  if (typeof value === 'string') {
    const time = /^\d{4}-\d{2}-\d{2}T/.test(value) ? Date.parse(value) : Number.NaN;
    return Number.isNaN(time) ? value : formatTime(time, language);
  }
  return new Intl.NumberFormat(LOCALES[language], { maximumSignificantDigits: 8 }).format(value);
}

export function formatUnit(unit: string | undefined): string {
  if (unit === undefined) return '';
  return UNITS[unit] ?? (unit.startsWith('{') ? '' : unit);
}

export function formatTime(at: number, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: 'short', timeStyle: 'medium' }).format(at);
}

export function formatClock(at: number, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], { timeStyle: 'medium' }).format(at);
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** “il y a 3 minutes”. */
export function formatAgo(at: number, now: number, language: Language): string {
  const seconds = Math.round((at - now) / 1_000);
  const [unit, size] = STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? (['second', 1] as const);
  const format = new Intl.RelativeTimeFormat(LOCALES[language], { numeric: 'auto', style: 'short' });
  return format.format(Math.round(seconds / size), unit);
}

export function formatDuration(seconds: number, language: Language): string {
  const [unit, size] = STEPS.find(([, step]) => seconds >= step) ?? (['second', 1] as const);
  const value = Math.floor(seconds / size);
  return new Intl.NumberFormat(LOCALES[language], { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}

export function formatBytes(bytes: number, language: Language): string {
  const unit = language === 'fr' ? 'Mo' : 'MB';
  const megabytes = new Intl.NumberFormat(LOCALES[language], { maximumFractionDigits: 1 }).format(bytes / 1e6);
  return `${megabytes} ${unit}`;
}

/** A state in words; a text that is none stays as it is. */
export function stateName(quantity: string, state: string, language: Language): string | undefined {
  return (STATES[`${quantity}:${state}`] ?? STATES[state])?.[language === 'fr' ? 0 : 1];
}

export function quantityName(quantity: string, language: Language): string {
  return QUANTITIES[quantity]?.[language === 'fr' ? 0 : 1] ?? quantity;
}

/** For a search that minds neither case nor accents. */
export function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
