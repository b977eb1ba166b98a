import { describe, expect, it } from 'vitest';
import { matches, parseCityFilter } from './topic-filter.ts';

const LEVELS = ['lighting', 'rue-haute-12', 'lamp.power'] as const;

describe('parseCityFilter', () => {
  it.each([
    ['city/v1/ville/#', true],
    ['city/v1/ville/lighting/#', true],
    ['city/v1/ville/+/+/+', true],
    ['city/v1/ville/lighting/+/lamp.power', true],
    ['city/v1/ville/lighting/rue-haute-12/lamp.power/#', true],
    ['city/v1/ville/water/#', false],
    ['city/v1/ville/+/+/lamp.dim', false],
  ])('%s matches: %s', (text, expected) => {
    const filter = parseCityFilter(text, 'ville');
    expect(filter && matches(filter, LEVELS)).toBe(expected);
  });

  it.each([
    'city/v1/ville',
    'city/v1/ville/',
    'city/v1/ville/lighting',
    'city/v1/ville/lighting/a',
    'city/v1/ville/#/a',
    'city/v1/ville/a+/b/c',
    'city/v1/ville/a/b/c/d',
    'city/v1/bourg/#',
    'city/v1/+/#',
    'city/v2/ville/#',
    '#',
    '$share/g/city/v1/ville/#',
    `city/v1/ville/${'a'.repeat(300)}/b/c`,
  ])('refuses %s', (text) => {
    expect(parseCityFilter(text, 'ville')).toBeUndefined();
  });
});
