import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  dependencies?: Record<string, string>;
}

/** A package and all that it depends on, by name. npm's workspaces lay them flat in one folder. */
export function closureOf(names: readonly string[], modules: string): string[] {
  const found = new Set<string>();
  const visit = (name: string) => {
    if (found.has(name)) return;
    const manifest = join(modules, name, 'package.json');
    if (!existsSync(manifest)) throw new Error(`${name} is not installed at the top of ${modules}`);
    found.add(name);
    const { dependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest;
    for (const dependency of Object.keys(dependencies)) visit(dependency);
  };
  for (const name of names) visit(name);
  return [...found].sort();
}

/** Prebuilt binaries of other machines stay behind. */
export function copyPackages(names: readonly string[], modules: string, target: string, architecture: string): void {
  for (const name of names) {
    cpSync(join(modules, name), join(target, name), {
      recursive: true,
      filter: (path) => !/\.(map|d\.[cm]?ts|md)$/.test(path) && keepsPrebuild(path, architecture),
    });
  }
}

function keepsPrebuild(path: string, architecture: string): boolean {
  const machine = /\/prebuilds\/([^/]+)/.exec(path)?.[1];
  return machine === undefined || machine === `linux-${architecture}`;
}
