import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { ShippedProgram } from './programs.ts';

/**
 * What CommonJS packages expect inside an ES module. Native packages look for their binaries in `prebuilds` above their own
 * folder: there that is `native/`. (An import of CommonJS from outside would cost a WebAssembly lexer, 6 MB of memory.)
 */
const BANNER = `import { createRequire as vigieRequire } from 'node:module'; const require = vigieRequire(import.meta.url); const __dirname = import.meta.dirname + '/native/dist';`;

/** Bundles a program into `folder`: plain JavaScript, since Node strips no types in what is installed. */
export async function buildApp(
  { entries, natives, assets }: ShippedProgram,
  folder: string,
  architecture: string,
): Promise<void> {
  await build({
    entryPoints: [...entries],
    outdir: folder,
    entryNames: '[name]',
    chunkNames: 'part-[hash]',
    bundle: true,
    // What is loaded on demand (enrolment, serial ports) stays apart; a smaller source costs less memory.
    splitting: true,
    minify: true,
    keepNames: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node24',
    format: 'esm',
    external: ['pg-native'],
    banner: { js: BANNER },
    logLevel: 'warning',
  });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  for (const [from, name] of assets) cpSync(from, join(folder, name));
  for (const prebuilds of natives) {
    const machine = `linux-${architecture}`;
    cpSync(join(prebuilds, machine), join(folder, 'native/prebuilds', machine), { recursive: true });
  }
}
