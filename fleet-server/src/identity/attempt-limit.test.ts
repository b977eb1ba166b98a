import { describe, expect, it } from 'vitest';
import { AttemptLimit, addressKey } from './attempt-limit.ts';

describe('AttemptLimit', () => {
  it('locks at the limit for the whole window, and lets go afterwards', () => {
    let now = 0;
    const limit = new AttemptLimit({ now: () => now }, { max: 3, windowMs: 1_000 });
    limit.fail('a');
    now = 900;
    limit.fail('a');
    limit.fail('a');
    expect(limit.locked('a')).toBe(true);
    expect(limit.locked('b')).toBe(false);
    now = 1_800;
    expect(limit.locked('a')).toBe(true);
    now = 1_900;
    expect(limit.locked('a')).toBe(false);
  });

  it('forgets failures after a success', () => {
    const limit = new AttemptLimit({ now: () => 0 }, { max: 2, windowMs: 1_000 });
    limit.fail('a');
    limit.succeed('a');
    limit.fail('a');
    expect(limit.locked('a')).toBe(false);
  });
});

describe('addressKey', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
  ])('%s counts as %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
