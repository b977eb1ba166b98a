import { execFileSync } from 'node:child_process';
import { ERRORS } from '@vigie/contract';
import { describe, expect, it } from 'vitest';
import { errorsPage, readErrorsPage } from './errors-page.ts';

describe('codes', () => {
  it('are all explained in docs', () => {
    expect(readErrorsPage()).toBe(errorsPage());
  });

  it('are all in the table wherever the source raises one', () => {
    const source = execFileSync('git', ['grep', '-hoE', `new VigieError\\('[A-Z_]+'`, '--', '*.ts'], {
      encoding: 'utf8',
    });
    const codes = new Set([...source.matchAll(/'([A-Z_]+)'/g)].map(([, code]) => code ?? ''));
    expect(codes.size).toBeGreaterThan(5);
    for (const code of codes) expect(Object.keys(ERRORS)).toContain(code);
  });
});
