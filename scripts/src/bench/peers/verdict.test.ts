import { describe, expect, it } from 'vitest';
import { verdictOf } from './verdict.ts';

const poll = (slave: number, number: number) => ({ slave, number });

describe('the verdict of an outage', () => {
  it('finds nothing lost and nothing doubled where each answer arrived once, in whatever order', () => {
    const arrived = [poll(1, 2), poll(0, 1), poll(0, 2), poll(1, 1)];
    expect(
      verdictOf(
        [
          [1, 2],
          [1, 2],
        ],
        arrived,
      ),
    ).toEqual({ answered: 4, lost: 0, duplicates: 0, unknown: 0 });
  });

  it('counts an answer that never arrived as lost, of the slave that gave it', () => {
    const verdict = verdictOf(
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
      [poll(0, 1), poll(0, 2), poll(0, 3), poll(1, 2)],
    );
    expect(verdict).toEqual({ answered: 6, lost: 2, duplicates: 0, unknown: 0 });
  });

  it('counts each further arrival of a poll as a duplicate', () => {
    const arrived = [poll(0, 1), poll(0, 1), poll(0, 1), poll(0, 2)];
    expect(verdictOf([[1, 2]], arrived)).toMatchObject({ lost: 0, duplicates: 2 });
  });

  it('tells what arrived without having been answered, and that a second time is a duplicate', () => {
    expect(verdictOf([[1]], [poll(0, 1), poll(0, 9), poll(0, 9), poll(4, 1)])).toEqual({
      ...{ answered: 1, lost: 0, duplicates: 1, unknown: 2 },
    });
  });

  it('looks at nothing before the poll that it is told to begin with', () => {
    const arrived = [poll(0, 1), poll(0, 1), poll(0, 3)];
    expect(verdictOf([[1, 2, 3, 4]], arrived, [3])).toEqual({ answered: 2, lost: 1, duplicates: 0, unknown: 0 });
  });

  it('takes an answer that the slave gave twice as one', () => {
    expect(verdictOf([[5, 5]], [poll(0, 5)])).toEqual({ answered: 1, lost: 0, duplicates: 0, unknown: 0 });
  });
});
