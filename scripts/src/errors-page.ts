import { readFileSync, writeFileSync } from 'node:fs';
import { ERRORS } from '@vigie/contract';

const PAGE = new URL('../../docs/errors.md', import.meta.url);

/** `docs/errors.md` from the one table of codes. */
export function errorsPage(): string {
  const rows = Object.entries(ERRORS).map(([code, sentence]) => `| \`${code}\` | ${sentence} |`);
  return `# Codes\n\nEvery code that a program, a log, the API or \`vigie-agent doctor\` can show, and what to do. Made from \`contract/src/errors.ts\` by \`npx node scripts/src/errors-page.ts\`.\n\n| code | what to do |\n|---|---|\n${rows.join('\n')}\n`;
}

export function readErrorsPage(): string {
  return readFileSync(PAGE, 'utf8');
}

if (import.meta.main) writeFileSync(PAGE, errorsPage());
