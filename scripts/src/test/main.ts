import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasPostgres, startCluster } from '../../../fleet-server/test/postgres.ts';

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

/** Only what stands here is read of vitest's JSON report. */
interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; name: string; message: string; assertionResults: unknown[] }[];
}

const CHECKS: readonly [title: string, command: readonly string[]][] = [
  ['types', ['npm', 'run', '--silent', 'check:types']],
  ['lint and format', ['npm', 'run', '--silent', 'check:lint']],
];

const missing = (process.env.VIGIE_TEST_MISSING ?? '').trim();
if (missing !== '') {
  process.stderr.write(
    `Not installed and not installable without root, so tests that need them are skipped or fail: ${missing}\n`,
  );
}
const total: Count = { passed: 0, failed: 0, skipped: 0 };
const filters = process.argv.slice(2);
if (filters.length === 0) {
  for (const [title, command] of CHECKS) {
    const ok = (await run(command)) === 0;
    process.stdout.write(`${ok ? '✓' : '✗'} ${title}\n`);
    total[ok ? 'passed' : 'failed'] += 1;
  }
}
// One private PostgreSQL for all, in a folder of its own; each test makes its own database in it.
const postgres = hasPostgres() ? await startCluster() : undefined;
if (postgres) process.env.VIGIE_TEST_POSTGRES_URL = postgres.url;
add(total, await runVitest(filters));
await postgres?.stop();
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed > 0 ? 1 : 0;

async function runVitest(paths: readonly string[]): Promise<Count> {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-test-'));
  const file = join(folder, 'report.json');
  try {
    const code = await run([
      'vitest',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
      ...paths,
    ]);
    return countOf(JSON.parse(readFileSync(file, 'utf8')) as VitestReport, code);
  } catch (error) {
    process.stderr.write(`no report of vitest: ${String(error)}\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A file that breaks before its first test counts as one failure, and so does a run that fails for another reason. */
function countOf(report: VitestReport, exitCode: number): Count {
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const failed = report.numFailedTests + broken.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function add(sum: Count, more: Count): void {
  sum.passed += more.passed;
  sum.failed += more.failed;
  sum.skipped += more.skipped;
}

function run([program = '', ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', (error) => {
      process.stderr.write(`${program}: ${error.message}\n`);
      resolve(127);
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
