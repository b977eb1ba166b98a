import { expect, it } from 'vitest';
import { createLog } from './log.ts';

it('keeps secrets out of the log wherever they stand', () => {
  const lines: string[] = [];
  const log = createLog('info', { write: (line: string) => void lines.push(line) });
  const canary = 'canary-secret';
  log.info({ password: canary, user: { token: canary }, device: { lorawan: { appKey: canary } } }, 'signed in');
  log.info({ req: { headers: { authorization: canary, cookie: canary } } }, 'request');
  log.info({ claim: canary, body: { csr: canary, secret: canary } }, 'claim');
  expect(lines).toHaveLength(3);
  expect(lines.join('')).not.toContain(canary);
  expect(lines.join('')).toContain('[redacted]');
});
