import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Manifest {
  name?: string;
  version?: string;
  license?: string;
  dependencies?: Record<string, string>;
}

const LICENCE_FILE = /^(licen[cs]e|copying|notice)([.-].*)?$/i;
const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** The folder of the npm package that a bundled file is of; undefined for one of ours. */
export function packageOf(file: string): string | undefined {
  return PACKAGE.exec(file)?.[1];
}

/** Folders of all packages that the package in `folder` depends on, as Node would find them. */
export function dependenciesOf(folder: string, known = new Set<string>()): Set<string> {
  for (const name of Object.keys(manifestOf(folder).dependencies ?? {})) {
    const found = find(name, folder);
    if (found === undefined || known.has(found)) continue;
    known.add(found);
    dependenciesOf(found, known);
  }
  return known;
}

/** What packages ask to be told with copies of them: name, version, licence and its text. */
export function notices(packages: Iterable<string>): string {
  const entries = [...packages].map((folder) => {
    const { name = folder, version = '', license = 'see below' } = manifestOf(folder);
    return { title: `${name} ${version}`.trim(), license, text: licenceTexts(folder) };
  });
  const sorted = entries.sort((a, b) => (a.title < b.title ? -1 : 1));
  const fresh = sorted.filter(({ title }, index) => title !== sorted[index - 1]?.title);
  const sections = fresh.map(
    ({ title, license, text }) => `${'='.repeat(78)}\n${title}\nLicence: ${license}\n\n${text}`,
  );
  return `This program contains the packages below, each under its own licence.\n\n${sections.join('\n')}`;
}

function licenceTexts(folder: string): string {
  const files = readdirSync(folder).filter((name) => LICENCE_FILE.test(name));
  const texts = files.sort().map((name) => readFileSync(join(folder, name), 'utf8').trim());
  return `${texts.length > 0 ? texts.join('\n\n') : 'The package brings no text of its licence along.'}\n`;
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function find(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}
