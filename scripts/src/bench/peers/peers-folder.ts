import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { VigieError } from '@vigie/contract';

/** What is measured beside Vigie, pinned; nothing of it is a dependency of the product or of its tests. */
export const PYTHON_PACKAGES = {
  'thingsboard-gateway': '3.8.5',
  // What it would install by itself when its Modbus connector starts.
  pymodbus: '3.9.2',
  pyserial: '3.5',
  'pyserial-asyncio': '0.6',
} as const;
export const NODE_PACKAGES = {
  'node-red': '5.0.7',
  'node-red-contrib-modbus': '5.60.2',
  'modbus-serial': '8.0.25',
  'better-sqlite3': '13.2.0',
} as const;
/** Its own copy of modbus-serial lies outside of npm. */
const OVERRIDES = { '@openp4nr/modbus-serial': `npm:modbus-serial@${NODE_PACKAGES['modbus-serial']}` };

type Kind = 'python' | 'node';
const KINDS: Readonly<Record<Kind, { packages: Readonly<Record<string, string>>; from: string; about: string }>> = {
  python: { packages: PYTHON_PACKAGES, from: 'PyPI', about: 'about 95 MB' },
  node: { packages: NODE_PACKAGES, from: 'npm', about: 'about 165 MB' },
};

export function defaultPeersFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'vigie', 'bench-peers');
}

/** A folder of its own for programs and packages that are only measured. */
export class PeersFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get thingsboardGateway(): string {
    return join(this.#folder, 'python/bin/thingsboard-gateway');
  }

  get nodePackages(): string {
    return join(this.#folder, 'node/node_modules');
  }

  /** Installs what is not there yet in these versions; says so before. Throws PROGRAM_MISSING without python3 or its venv. */
  install(kinds: readonly Kind[], say: (line: string) => void): void {
    for (const kind of kinds) {
      const { packages, from, about } = KINDS[kind];
      const wanted = JSON.stringify(packages);
      const stamp = join(this.#folder, `${kind}.installed.json`);
      if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) continue;
      const names = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
      say(`installing from ${from} into ${join(this.#folder, kind)}, ${about}: ${names.join(', ')}`);
      rmSync(join(this.#folder, kind), { recursive: true, force: true });
      mkdirSync(join(this.#folder, kind), { recursive: true });
      if (kind === 'python') this.#installPython();
      else this.#installNode();
      writeFileSync(stamp, wanted);
    }
  }

  #installPython(): void {
    const folder = join(this.#folder, 'python');
    const python = (program: string, args: readonly string[]) =>
      execFileSync(program, args, { stdio: ['ignore', 2, 2] });
    try {
      python('python3', ['-m', 'venv', folder]);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw cause;
      throw new VigieError('PROGRAM_MISSING', 'python3 cannot make a virtual environment (python3-venv)', { cause });
    }
    const pins = Object.entries(PYTHON_PACKAGES).map(([name, version]) => `${name}==${version}`);
    python(join(folder, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', '--no-input', ...pins]);
  }

  #installNode(): void {
    const cwd = join(this.#folder, 'node');
    writeFileSync(
      join(cwd, 'package.json'),
      JSON.stringify({ private: true, dependencies: NODE_PACKAGES, overrides: OVERRIDES }),
    );
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
    // No script of a package runs: what has to be compiled is left out.
    execFileSync('npm', ['install', '--ignore-scripts', '--omit=optional', ...quiet], { cwd, stdio: ['ignore', 2, 2] });
  }
}
