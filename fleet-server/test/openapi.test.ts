import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './test-server.ts';

const WRITTEN = fileURLToPath(new URL('../../docs/openapi.json', import.meta.url));

interface Operation {
  operationId?: string;
  parameters?: { name: string; in: string; description?: string }[];
}

describe('the description of the API', () => {
  let server: TestServer;
  // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects
  let described: any;
  beforeAll(async () => {
    server = await TestServer.start();
    described = (await server.http('/api/v1/openapi.json')).body;
  }, 60_000);
  afterAll(() => server?.remove());

  it('lies in docs/openapi.json as the server gives it (npm run openapi -w @vigie/fleet-server)', async () => {
    expect(JSON.parse(await readFile(WRITTEN, 'utf8'))).toEqual(described);
    expect((await server.http('/api/openapi.json')).body).toEqual(described);
    expect(described.openapi).toBe('3.1.0');
  });

  it('says of every parameter what it means', () => {
    const mute = Object.entries<Record<string, Operation>>(described.paths).flatMap(([path, methods]) =>
      Object.values(methods).flatMap(({ parameters = [] }) =>
        parameters.filter(({ description = '' }) => description === '').map(({ name }) => `${path} ${name}`),
      ),
    );
    expect(mute).toEqual([]);
  });

  it('gives each form once, by its title, and refers to it: a generator makes a type of each', async () => {
    const forms = new Map<string, Set<string>>();
    const walk = (value: unknown): void => {
      if (value === null || typeof value !== 'object') return;
      const { title, type } = value as { title?: unknown; type?: unknown };
      if (typeof title === 'string' && type !== undefined)
        forms.set(title, (forms.get(title) ?? new Set()).add(JSON.stringify(value)));
      for (const inner of Object.values(value)) walk(inner);
    };
    walk(server.running.app.swagger().paths);
    expect([...forms].filter(([, of]) => of.size > 1).map(([title]) => title)).toEqual([]);
    expect(Object.keys(described.components.schemas).sort()).toEqual([...forms.keys()].sort());
    const isExample = (key: string) => key === 'example' || key === 'examples';
    const text = JSON.stringify(described.paths, (key, value) => (isExample(key) ? undefined : value));
    expect(text).not.toContain('"title"');
    const references = [...text.matchAll(/#\/components\/schemas\/([^"]+)/g)].map(([, title]) => title ?? '');
    for (const title of references) expect(described.components.schemas).toHaveProperty(title);
  });
});
