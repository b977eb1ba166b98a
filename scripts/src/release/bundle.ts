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
import { buildApp } from './build-app.ts';
import { dependenciesOf, notices } from './notices.ts';
import { pack, sourceEpoch } from './pack.ts';
import { PROGRAMS, type ShippedProgram, scriptOf } from './programs.ts';

export interface BundleResult {
  file: string;
  bytes: number;
  sha256: string;
}

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
    const packages = await buildApp(program, join(root, 'app'), architecture);
    for (const folder of program.bundledElsewhere) dependenciesOf(folder, packages);
    writeFileSync(join(root, 'THIRD-PARTY-NOTICES'), notices(packages));
    cpSync('LICENSE', join(root, 'LICENSE'));
    writeRuntime(devDependencies.node, architecture, root, work);
    writeLauncher(program, root);
    for (const [from, to] of program.files) cpSync(from, join(root, to), { recursive: true });
    writeFileSync(
      join(root, 'release.json'),
      `${JSON.stringify({ program: program.name, version, architecture, node: devDependencies.node })}\n`,
    );
    mkdirSync(output, { recursive: true });
    const file = join(output, `${name}.tar.gz`);
    pack(work, name, file, sourceEpoch());
    const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
    writeFileSync(`${file}.sha256`, `${sha256}  ${name}.tar.gz\n`);
    return { file, bytes: statSync(file).size, sha256 };
  } finally {
    rmSync(work, { recursive: true });
  }
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

function writeLauncher({ name, entries, nodeOptions, environment }: ShippedProgram, root: string): void {
  const script = scriptOf(entries[0]);
  if (!existsSync(join(root, 'app', script))) throw new Error(`${script} was not bundled`);
  mkdirSync(join(root, 'bin'), { recursive: true });
  const launcher = join(root, 'bin', name);
  const variables = Object.entries(environment).map(([key, value]) => `export ${key}=${value}\n`);
  writeFileSync(
    launcher,
    `#!/bin/sh\nroot=$(dirname "$(dirname "$(readlink -f "$0")")")\n${variables.join('')}exec "$root/runtime/node" ${nodeOptions.join(' ')} "$root/app/${script}" "$@"\n`,
  );
  chmodSync(launcher, 0o755);
}
