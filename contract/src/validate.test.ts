import { describe, expect, it } from 'vitest';
import { CommandRequest } from './command.ts';
import { EventRecord, OutboxRecord, ReadingsRecord } from './reading.ts';
import { describeViolations, validate } from './validate.ts';

describe('validate', () => {
  it('names the place that breaks the schema', () => {
    const result = validate(EventRecord, { kind: 'event', code: 'x', severity: 'info', at: 1 });
    expect(result.ok).toBe(false);
    if (!result.ok) expect(describeViolations(result.violations)).toContain('/code');
  });

  it('knows the uuid format', () => {
    const command = { v: 1, id: 'nonsense', device: 'lamp-1', name: 'lamp.dim', args: {}, issuedAt: 1, expiresAt: 2 };
    expect(validate(CommandRequest, command).ok).toBe(false);
    expect(validate(CommandRequest, { ...command, id: '3f2b8f5e-8f0e-4b1c-9a53-0e7d1f6a9b11' }).ok).toBe(true);
  });

  it('takes any kind of record and ignores properties of a later release', () => {
    const record = {
      kind: 'readings',
      device: 'meter-1',
      priority: 'reading',
      times: { receivedAt: 1, clock: 'gateway', trusted: true },
      codec: { id: 'axioma/qalcosonic-w1', version: 1 },
      readings: [{ quantity: 'water.volume', value: 12 }],
      later: true,
    };
    expect(validate(ReadingsRecord, record).ok).toBe(true);
    expect(validate(OutboxRecord, record).ok).toBe(true);
    expect(validate(OutboxRecord, { ...record, readings: [] }).ok).toBe(false);
    expect(validate(OutboxRecord, { ...record, readings: [{ quantity: 'water.volume', value: Number.NaN }] }).ok).toBe(
      false,
    );
  });
});
