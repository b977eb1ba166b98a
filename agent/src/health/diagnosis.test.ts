import { describe, expect, it } from 'vitest';
import { type CheckName, diagnose, type Finding, type LiveStatus } from './diagnosis.ts';

const well: LiveStatus = {
  v: 1,
  at: 0,
  agentVersion: '1.0.0',
  uptimeSeconds: 60,
  rssBytes: 1,
  clockTrusted: true,
  config: { applied: 3 },
  outbox: { records: 0, bytes: 0, epoch: 'e', oldestAt: undefined },
  ledger: {},
  link: { up: true, lastError: '', server: 'fleet:8883' },
  problems: {},
  modbus: [],
  lines: [],
  lorawan: { sources: [], networks: [] },
} as unknown as LiveStatus;

function finding(check: CheckName, status: Partial<LiveStatus>): Finding | undefined {
  return diagnose({ ...well, ...status }).find((one) => one.check === check);
}

describe('diagnose', () => {
  it('finds nothing wrong with a gateway that is well', () => {
    expect(diagnose(well).filter(({ verdict }) => verdict !== 'good')).toEqual([]);
    expect(finding('lines', {})).toBeUndefined();
  });

  it('names what the configuration asks for and is not there', () => {
    const problems = { modbus: 'Bus line: no such file' };
    expect(finding('sections', { problems })).toMatchObject({
      verdict: 'bad',
      detail: 'modbus: Bus line: no such file',
    });
  });

  it('names devices that cannot join for a typing error, with what they said last', () => {
    const text = 'asks with JoinEUI 70b3d57ed0000001: the configured one backwards';
    const line = { device: 'meter-1', code: 'LORAWAN_JOINEUI_MISMATCH', text };
    const frames = [line, { device: 'other', code: 'LORAWAN_MIC_INVALID', text: '' }, line];
    const found = finding('joins', { lorawan: { sources: [], networks: [], frames } });
    expect(found).toMatchObject({ verdict: 'warning', detail: `meter-1 ${text}`, reason: 'mistyped' });
  });

  it('names radios that are silent, and networks that are not reached', () => {
    const roof = { id: 'roof', address: '127.0.0.1:1700' };
    const near = { gatewayEui: '0016c001f1500001', lastSeenAt: 995_000 };
    const far = { gatewayEui: '0016c001f1500002', lastSeenAt: 800_000 };
    const radios = (gateways: (typeof near)[]) =>
      finding('radios', { at: 1_000_000, lorawan: { sources: [{ ...roof, gateways }], networks: [] } });
    expect(radios([near])).toEqual({ check: 'radios', verdict: 'good', detail: 'roof 127.0.0.1:1700: 1/1' });
    expect(radios([])).toMatchObject({ verdict: 'warning', detail: 'roof 127.0.0.1:1700: 0/0' });
    expect(radios([near, far])).toMatchObject({
      verdict: 'warning',
      detail: 'roof 127.0.0.1:1700: 1/2, 0016c001f1500002 200 s',
    });
    const networks = [{ id: 'net', address: 'mqtt://127.0.0.1', connected: false }];
    expect(finding('networks', { lorawan: { sources: [], networks } })?.verdict).toBe('warning');
  });

  it('tells how full serial lines are, and by how much the intervals of an overfull one are too short', () => {
    const half = { bus: 'half', share: 0.5, stretch: 1 };
    const over = { bus: 'over', share: 1.3, stretch: 1.625 };
    expect(finding('lines', { lines: [half] })).toEqual({ check: 'lines', verdict: 'good', detail: 'half 50 %' });
    expect(finding('lines', { lines: [half, over] })).toEqual({
      check: 'lines',
      verdict: 'warning',
      detail: 'half 50 %, over 130 % (× 1.6)',
      reason: 'lineFull',
    });
  });

  it('says of a link that is down what it means', () => {
    const link = (lastError: string) => finding('link', { link: { up: false, lastError, server: 'fleet:8883' } });
    expect(link('5')).toEqual({ check: 'link', verdict: 'bad', detail: 'fleet:8883', reason: 'identityRevoked' });
    expect(link('ECONNREFUSED')).toMatchObject({ detail: 'fleet:8883 ECONNREFUSED', reason: 'serverSilent' });
    expect(link('3')?.reason).toBe('serverRefuses');
    expect(link('UNABLE_TO_VERIFY_LEAF_SIGNATURE')?.reason).toBe('serverUntrusted');
    expect(link('NOT_YET')).toMatchObject({ verdict: 'warning', reason: 'notTried' });
  });

  it('does not flag what is dropped as a matter of course', () => {
    const dropped = { LORAWAN_DUPLICATE: 7, LORAWAN_RETRANSMISSION: 2, LORAWAN_MIC_INVALID: 1 };
    const ledger = { 'lorawan.frames': { in: 10, out: 0, held: 0, dropped } };
    expect(diagnose({ ...well, ledger }).filter(({ verdict }) => verdict !== 'good')).toMatchObject([
      { check: 'drops', code: 'LORAWAN_MIC_INVALID', detail: 'lorawan.frames: 1 × LORAWAN_MIC_INVALID' },
    ]);
    expect(finding('usual', { ledger })?.detail).toContain('7 × LORAWAN_DUPLICATE');
  });

  it('has a reason or a code wherever it asks somebody to look', () => {
    const sick: Partial<LiveStatus> = {
      clockTrusted: false,
      config: { applied: 0 },
      outbox: { records: 3, bytes: 9 },
      link: { up: false, lastError: 'ETIMEDOUT', server: 'fleet:8883' },
      problems: { modbus: 'Bus line' },
      ledger: { pipeline: { in: 2, out: 0, held: 0, dropped: { DECODE_FAILED: 1 } } },
      modbus: [{ device: 'meter', state: 'failing' }],
      lines: [{ bus: 'over', share: 2, stretch: 2 }],
    };
    const found = diagnose({ ...well, ...sick }).filter(({ verdict }) => verdict !== 'good');
    expect(found.length).toBeGreaterThanOrEqual(9);
    for (const one of found) expect([one.check, one.reason ?? one.code]).toEqual([one.check, expect.any(String)]);
  });
});
