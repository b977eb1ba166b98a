import { expect, it } from 'vitest';
import { createLog } from './log.ts';

it('keeps secrets out of the log wherever they stand', () => {
  const lines: string[] = [];
  const log = createLog('info', { write: (line: string) => void lines.push(line) });
  const canary = 'canary-secret';
  const abp = { nwkSKey: canary, appSKey: canary };
  log.info({ claim: canary, identity: { key: canary, privateKey: canary } }, 'enrolled');
  log.info({ password: canary, source: { password: canary, token: canary } }, 'network');
  log.info({ appKey: canary, device: { nwkKey: canary, lorawan: abp } }, 'device');
  log.info({ csr: canary, request: { headers: { authorization: canary, cookie: canary } } }, 'request');
  log.info({ config: { lorawan: { source: { secret: canary, csrfToken: canary } } } }, 'configuration');
  expect(lines).toHaveLength(5);
  expect(lines.join('')).not.toContain(canary);
  expect(lines.join('').match(/\[redacted\]/g)).toHaveLength(15);
});
