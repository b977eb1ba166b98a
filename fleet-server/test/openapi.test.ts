import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { TestServer } from './test-server.ts';

const WRITTEN = fileURLToPath(new URL('../../docs/openapi.json', import.meta.url));

it('docs/openapi.json is what the server says (npm run openapi -w @vigie/fleet-server)', async () => {
  const server = await TestServer.start();
  try {
    const { body } = await server.http('/api/openapi.json');
    expect(JSON.parse(await readFile(WRITTEN, 'utf8'))).toEqual(body);
    expect(body.openapi).toBe('3.1.0');
  } finally {
    await server.remove();
  }
});
