import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { closureOf, copyPackages } from './package-closure.ts';
import type { ShippedProgram } from './programs.ts';

const MODULES = 'node_modules';

/** Bundles a program into `folder`: plain JavaScript, since Node strips no types in what is installed. */
export async function buildApp(
  { entries, copied }: ShippedProgram,
  folder: string,
  architecture: string,
): Promise<void> {
  await build({
    entryPoints: [...entries],
    outdir: folder,
    entryNames: '[name]',
    chunkNames: 'part-[hash]',
    bundle: true,
    // What is loaded on demand (enrolment) stays apart; a smaller source costs less memory.
    splitting: true,
    minify: true,
    keepNames: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node24',
    format: 'esm',
    external: [...copied, 'pg-native'],
    // CommonJS packages inside an ES module still call require.
    banner: {
      js: "import { createRequire as vigieRequire } from 'node:module'; const require = vigieRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  copyPackages(closureOf(copied, MODULES), MODULES, join(folder, 'node_modules'), architecture);
}
