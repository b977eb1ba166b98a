import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { VigieError } from '@vigie/contract';
import type { App } from './parts.ts';

const NOT_BUILT = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Vigie</title></head>
<body><main><h1>Vigie</h1>
<p lang="fr">Le serveur fonctionne, mais sa console n’a pas été construite. Lancez <code>npm run build -w @vigie/console</code>, puis rechargez cette page.</p>
<p>The server runs, but its console was not built. Run <code>npm run build -w @vigie/console</code>, then reload this page.</p>
<p><a href="/api/openapi.json">API</a></p></main></body></html>
`;

/** The console's files; every other page of it is the same document, which finds its way by the address. */
export async function serveConsole(app: App, folder: string): Promise<void> {
  const built = existsSync(join(folder, 'index.html'));
  if (built) {
    await app.register(async (files) => {
      // Names of assets carry a digest of their content.
      await files.register(fastifyStatic, {
        root: join(folder, 'assets'),
        prefix: '/assets/',
        immutable: true,
        maxAge: '365d',
        index: false,
        decorateReply: true,
      });
    });
  }
  app.setNotFoundHandler(async (request, reply) => {
    const page =
      request.method === 'GET' && !request.url.startsWith('/api/') && request.headers.accept?.includes('text/html');
    if (!page) throw new VigieError('NOT_FOUND');
    if (!built) return reply.code(200).type('text/html; charset=utf-8').send(NOT_BUILT);
    return reply.sendFile('index.html', folder, { cacheControl: false });
  });
}
