import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Whether a program is installed; what needs one that is not is skipped, and counted as skipped. */
export function hasProgram(name: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, name)));
}
