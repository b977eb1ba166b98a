import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
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
import { DEFINITION_FILES } from '@vigie/decoders';
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
  const all = (of: string) => readdirSync(of, { recursive: true, encoding: 'utf8' }).sort();
  const names = all(one).filter((name) => name.endsWith('.js'));
  expect(names.length).toBeGreaterThan(1);
  expect(all(two)).toEqual(all(one));
  for (const name of names) expect([name, digest(join(two, name))]).toEqual([name, digest(join(one, name))]);
  const text = notices(packages);
  for (const name of which === 'agent' ? ['mqtt', 'typebox'] : ['fastify', 'kysely', 'aedes']) {
    expect(text).toMatch(new RegExp(`^${name} \\d+\\.`, 'm'));
  }
  expect(text).toContain('Permission is hereby granted');
}, 120_000);

it('loads a definition of the catalogue when it is asked for, and each has a file of its own', async () => {
  const app = join(folder, 'app');
  await buildApp(PROGRAMS.agent, app, 'x64');
  const ofItsOwn = DEFINITION_FILES.filter((file) => existsSync(join(app, `${file}.js`)));
  expect(ofItsOwn).toEqual(DEFINITION_FILES);
  const title = 'Ultrasonic water meter QALCOSONIC W1';
  const holding = readdirSync(app, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.js') && readFileSync(join(app, name), 'utf8').includes(title),
  );
  expect(holding).toEqual(['lorawan/axioma/qalcosonic-w1.js']);
  const document = {
    ...{ schema: 1, revision: 1 },
    modbus: { buses: [{ id: 'net', type: 'tcp', host: '127.0.0.1', port: 502 }] },
    devices: [{ id: 'meter', model: 'eastron/sdm630', modbus: { bus: 'net', unit: 1, intervalMs: 1_000 } }],
  };
  const file = join(folder, 'document.json');
  writeFileSync(file, JSON.stringify(document));
  const check = () =>
    execFileSync(process.execPath, [join(app, 'vigie-agent.js'), 'config', 'check', file], { stdio: 'pipe' });
  expect(String(check())).toMatch(/^Good:/);
  writeFileSync(file, JSON.stringify(document).replace('sdm630', 'sdm631'));
  expect(check).toThrow(/CONFIG_MODEL_UNKNOWN/);
}, 120_000);

it('names what another tool has bundled, with all that it depends on', () => {
  const text = notices(dependenciesOf('fleet-server/console'));
  expect(text).toMatch(/^react \d+\./m);
  expect(text).toMatch(/^scheduler \d+\./m);
});
