import { explainSystemError, VigieError } from '@vigie/contract';

/** Ends a script with what a person can do about it; a bug of ours keeps its trace. */
export function reportFailure(thrown: unknown): void {
  const error = explainSystemError(thrown);
  if (!(error instanceof VigieError)) throw thrown;
  process.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = 1;
}
