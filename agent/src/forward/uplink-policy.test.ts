import { describe, expect, it } from 'vitest';
import { UplinkPolicy } from './uplink-policy.ts';

function policyAt(start: string) {
  const clock = {
    at: Date.parse(start),
    now: () => clock.at,
    monotonicMs: () => clock.at,
    isTrusted: true,
    trusted: () => clock.isTrusted,
  };
  return { clock, policy: new UplinkPolicy(clock) };
}

describe('UplinkPolicy', () => {
  it('lets all go where nothing is said', () => {
    const { policy } = policyAt('2026-01-01T12:00:00Z');
    policy.sent(1e12);
    expect([policy.hasRoom, policy.isOpen('reading'), policy.isOpen('urgent')]).toEqual([true, true, true]);
  });

  it('holds a cap on average, lends to what cannot wait and takes it back', () => {
    const { policy, clock } = policyAt('2026-01-01T12:00:00Z');
    policy.apply({ maxBytesPerSecond: 100 });
    let sent = 0;
    for (let second = 0; second < 1_000; second++) {
      clock.at += 1_000;
      while (policy.hasRoom) {
        policy.sent(250);
        sent += 250;
      }
    }
    expect(sent).toBeGreaterThan(99_000);
    expect(sent).toBeLessThan(101_500);
    policy.sent(10_000);
    clock.at += 99_000;
    expect(policy.hasRoom).toBe(false);
    clock.at += 6_000;
    expect(policy.hasRoom).toBe(true);
  });

  it.each([
    ['2026-01-01T21:59:00Z', '23:00', '05:00', 'Europe/Paris', false],
    ['2026-01-01T22:00:00Z', '23:00', '05:00', 'Europe/Paris', true],
    ['2026-07-01T21:00:00Z', '23:00', '05:00', 'Europe/Paris', true],
    ['2026-07-02T03:00:00Z', '23:00', '05:00', 'Europe/Paris', false],
    ['2026-01-01T00:00:00Z', '00:00', '06:00', undefined, true],
    ['2026-01-01T06:00:00Z', '00:00', '06:00', undefined, false],
  ])('at %s, open from %s to %s in %s: %s', (at, from, until, timeZone, open) => {
    const { policy, clock } = policyAt(at);
    policy.apply({ metered: { from, until, ...(timeZone !== undefined && { timeZone }) } });
    expect(policy.isOpen('reading')).toBe(open);
    expect(policy.isOpen('urgent')).toBe(true);
    clock.isTrusted = false;
    expect(policy.isOpen('reading')).toBe(true);
  });
});
