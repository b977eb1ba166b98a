import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { closureOf, copyPackages } from './package-closure.ts';
import { PROGRAMS, type ShippedProgram } from './programs.ts';

export interface BundleResult {
  file: string;
  bytes: number;
  sha256: string;
}

const MODULES = 'node_modules';

/**
 * One archive with the program, its Node runtime for that architecture (from npm) and the files of its installation:
 * nothing is compiled or downloaded where it is installed.
 */
export async function bundle(
  which: keyof typeof PROGRAMS,
  architecture: 'arm64' | 'x64',
  output: string,
): Promise<BundleResult> {
  const program = PROGRAMS[which];
  const { version, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    version: string;
    devDependencies: { node: string };
  };
  const name = `${program.name}-${version}-linux-${architecture}`;
  const work = mkdtempSync(join(tmpdir(), 'vigie-release-'));
  try {
    const root = join(work, name);
    await writeApp(program, root, architecture);
    writeRuntime(devDependencies.node, architecture, root, work);
    writeLauncher(program, root);
    for (const [from, to] of program.files) cpSync(from, join(root, to), { recursive: true });
    writeFileSync(
      join(root, 'release.json'),
      `${JSON.stringify({ program: program.name, version, architecture, node: devDependencies.node })}\n`,
    );
    mkdirSync(output, { recursive: true });
    const file = join(output, `${name}.tar.gz`);
    execFileSync('tar', ['-C', work, '--owner=0', '--group=0', '--sort=name', '-czf', file, name]);
    const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
    writeFileSync(`${file}.sha256`, `${sha256}  ${name}.tar.gz\n`);
    return { file, bytes: statSync(file).size, sha256 };
  } finally {
    rmSync(work, { recursive: true });
  }
}

async function writeApp({ entries, copied }: ShippedProgram, root: string, architecture: string): Promise<void> {
  const app = join(root, 'app');
  await build({
    entryPoints: [...entries],
    outdir: app,
    entryNames: '[name]',
    bundle: true,
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
  writeFileSync(join(app, 'package.json'), '{"type":"module"}\n');
  copyPackages(closureOf(copied, MODULES), MODULES, join(app, 'node_modules'), architecture);
}

/** The npm packages `node-linux-…` hold exactly Node's own binaries. */
function writeRuntime(version: string, architecture: string, root: string, work: string): void {
  const spec = `node-linux-${architecture}@${version}`;
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', spec, '--json', '--pack-destination', work], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ) as {
    filename: string;
  }[];
  if (!packed) throw new Error(`npm does not have ${spec}`);
  execFileSync('tar', ['-C', work, '-xzf', join(work, packed.filename), 'package/bin/node', 'package/LICENSE']);
  mkdirSync(join(root, 'runtime'), { recursive: true });
  renameSync(join(work, 'package/bin/node'), join(root, 'runtime/node'));
  renameSync(join(work, 'package/LICENSE'), join(root, 'runtime/LICENSE'));
}

function writeLauncher({ name, entries }: ShippedProgram, root: string): void {
  const script = (entries[0] ?? '').replace(/^.*\//, '').replace(/\.ts$/, '.js');
  if (!existsSync(join(root, 'app', script))) throw new Error(`${script} was not bundled`);
  mkdirSync(join(root, 'bin'), { recursive: true });
  const launcher = join(root, 'bin', name);
  writeFileSync(
    launcher,
    `#!/bin/sh\nroot=$(dirname "$(dirname "$(readlink -f "$0")")")\nexec "$root/runtime/node" --disable-warning=ExperimentalWarning "$root/app/${script}" "$@"\n`,
  );
  chmodSync(launcher, 0o755);
}
