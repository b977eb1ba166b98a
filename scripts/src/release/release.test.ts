import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildApp } from './build-app.ts';
import { dependenciesOf, notices } from './notices.ts';
import { pack } from './pack.ts';
import { PROGRAMS } from './programs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigie-release-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

it('packs the same bytes whenever, by whomever and in whatever order the files were made', () => {
  const archives = ['first', 'second'].map((name, index) => {
    const root = join(folder, name, 'program');
    mkdirSync(join(root, 'bin'), { recursive: true });
    const files = ['bin/start', 'LICENSE', 'app.js'];
    for (const file of index === 0 ? files : [...files].reverse()) {
      writeFileSync(join(root, file), `content of ${file}`);
      chmodSync(join(root, file), (file === 'bin/start' ? 0o711 : 0o600) | (index * 0o044));
      utimesSync(join(root, file), index * 1_000, index * 1_000);
    }
    const archive = join(folder, `${name}.tar.gz`);
    pack(join(folder, name), 'program', archive, 1_700_000_000);
    return digest(archive);
  });
  expect(archives[0]).toBe(archives[1]);
});

it.each([
  'agent',
  'server',
] as const)('bundles the %s twice to the same bytes, and knows whose work is in it', async (which) => {
  const [one, two] = [join(folder, 'one'), join(folder, 'elsewhere/two')];
  // The console is built by its own tool, and copied as it is.
  const packages = await buildApp(PROGRAMS[which], one, 'x64');
  await buildApp(PROGRAMS[which], two, 'x64');
  const names = readdirSync(one).filter((name) => name.endsWith('.js'));
  expect(names.length).toBeGreaterThan(1);
  expect(readdirSync(two).sort()).toEqual(readdirSync(one).sort());
  for (const name of names) expect([name, digest(join(two, name))]).toEqual([name, digest(join(one, name))]);
  const text = notices(packages);
  for (const name of which === 'agent' ? ['mqtt', 'typebox'] : ['fastify', 'kysely', 'aedes']) {
    expect(text).toMatch(new RegExp(`^${name} \\d+\\.`, 'm'));
  }
  expect(text).toContain('Permission is hereby granted');
}, 120_000);

it('names what another tool has bundled, with all that it depends on', () => {
  const text = notices(dependenciesOf('fleet-server/console'));
  expect(text).toMatch(/^react \d+\./m);
  expect(text).toMatch(/^scheduler \d+\./m);
});
