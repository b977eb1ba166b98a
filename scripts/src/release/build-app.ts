import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFINITION_FILES } from '@vigie/decoders';
import { build, type Plugin } from 'esbuild';
import { packageOf } from './notices.ts';
import { type ShippedProgram, scriptName } from './programs.ts';

/**
 * What CommonJS packages expect inside an ES module. Native packages look for their binaries in `prebuilds` above their own
 * folder: there that is `native/`. (An import of CommonJS from outside would cost a WebAssembly lexer, 6 MB of memory.)
 */
const BANNER = `import { createRequire as vigieRequire } from 'node:module'; const require = vigieRequire(import.meta.url); const __dirname = import.meta.dirname + '/native/dist';`;

/**
 * An ES import of a module of Node's own reads all that it exports, getters too: `node:http` then loads undici and web
 * streams, `node:crypto` the Web Crypto API. By `require` they are loaded when they are used: 5 MB of memory less.
 */
const BUILT_IN_BY_REQUIRE: Plugin = {
  name: 'built-in-by-require',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, namespace }) =>
      namespace === 'built-in' ? { path, external: true } : { path, namespace: 'built-in' },
    );
    onLoad({ filter: /.*/, namespace: 'built-in' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/** Packages that others require at their start and this program never uses. Whoever uses one finds it undefined. */
function without(packages: readonly string[]): Plugin {
  return {
    name: 'without',
    setup({ onResolve, onLoad }) {
      if (packages.length === 0) return;
      onResolve({ filter: new RegExp(`^(${packages.join('|')})$`) }, ({ path }) => ({ path, namespace: 'without' }));
      onLoad({ filter: /.*/, namespace: 'without' }, () => ({ contents: 'module.exports = {};' }));
    },
  };
}

/**
 * Bundles a program into `folder`: plain JavaScript, since Node strips no types in what is installed. Gives the folders of the
 * npm packages that are in it.
 */
export async function buildApp(
  { entries, natives, assets, unused, nodeInstead }: ShippedProgram,
  folder: string,
  architecture: string,
): Promise<Set<string>> {
  // One by one: what a thread shares with the program would otherwise bring all of its chunk into the thread's memory.
  const inputs = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const files = { [scriptName(entry)]: entry, ...(index === 0 ? catalogueEntries() : {}) };
    for (const input of await bundleEntries(files, folder, unused, nodeInstead)) inputs.add(input);
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  for (const [from, name] of assets) cpSync(from, join(folder, name));
  for (const prebuilds of natives) {
    const machine = `linux-${architecture}`;
    cpSync(join(prebuilds, machine), join(folder, 'native/prebuilds', machine), { recursive: true });
  }
  const files = [...inputs, ...natives.map((path) => `${path}/`), ...assets.map(([from]) => from)];
  return new Set(files.map(packageOf).filter((found) => found !== undefined));
}

/** The program itself loads a definition of the catalogue when a device needs it: each is a file of its own. */
function catalogueEntries(): Record<string, string> {
  return Object.fromEntries(DEFINITION_FILES.map((file) => [file, `decoders/src/${file}.ts`]));
}

async function bundleEntries(
  entryPoints: Readonly<Record<string, string>>,
  folder: string,
  unused: readonly string[],
  nodeInstead: Readonly<Record<string, string>>,
): Promise<string[]> {
  const { metafile } = await build({
    metafile: true,
    entryPoints,
    outdir: folder,
    entryNames: '[dir]/[name]',
    chunkNames: 'part-[hash]',
    bundle: true,
    // What is loaded on demand (enrolment, serial ports) stays apart; a smaller source costs less memory.
    splitting: true,
    minify: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node24',
    format: 'esm',
    external: ['pg-native'],
    alias: { ...nodeInstead },
    plugins: [BUILT_IN_BY_REQUIRE, without(unused)],
    banner: { js: BANNER },
    logLevel: 'warning',
  });
  // Namespaces of plugins stand before a colon.
  return Object.keys(metafile.inputs).filter((input) => !input.includes(':'));
}
