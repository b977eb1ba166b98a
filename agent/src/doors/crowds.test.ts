import { describe, expect, test } from 'vitest';
import { Crowds } from './crowds.ts';

const many = (address: string, count: number): string[] => Array.from({ length: count }, () => address);

describe('places of a door that are all taken', () => {
  test('are given up by the address that keeps most of them', () => {
    expect(Crowds.of([...many('a', 20), ...many('b', 30), 'c']).most('d')).toBe('b');
  });

  test('are kept by addresses that have few', () => {
    expect(Crowds.of([...many('a', 16), ...many('b', 16)]).most('c')).toBeUndefined();
  });

  test('are not given to an address that is the crowd itself, nor to one that would only take its turn', () => {
    const crowds = Crowds.of([...many('a', 30), ...many('b', 29)]);
    expect(crowds.most('a')).toBeUndefined();
    expect(crowds.most('b')).toBeUndefined();
  });

  test('are counted as they come and go', () => {
    const crowds = Crowds.of([...many('a', 20), ...many('b', 18)]);
    for (let left = 0; left < 3; left++) crowds.left('a');
    expect(crowds.most('c')).toBe('b');
    for (let left = 0; left < 18; left++) crowds.left('b');
    expect(crowds.most('c')).toBe('a');
  });
});
