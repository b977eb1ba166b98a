import { explainSystemError, VigieError } from '@vigie/contract';
import { databaseError } from '../store/database.ts';

/** One JSON object, or lines for people. */
export function print(json: boolean | undefined, object: object, lines: readonly string[]): void {
  process.stdout.write(json ? `${JSON.stringify(object)}\n` : `${lines.join('\n')}\n`);
}

/** Ends the program with what a person can do about it. */
export function reportFailure(thrown: unknown): void {
  const error = explained(thrown);
  const code = error instanceof VigieError ? error.code : 'INTERNAL';
  const message = error instanceof Error ? error.message : String(error);
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
  else process.stderr.write(`${code}: ${message}\n`);
  process.exitCode = 1;
}

/** What a person can do something about has a code of ours. */
function explained(error: unknown): unknown {
  return databaseError(explainSystemError(error));
}
