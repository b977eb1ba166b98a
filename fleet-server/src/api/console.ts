import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { VigieError } from '@vigie/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { AllowedMethods } from './allowed-methods.ts';
import type { App } from './parts.ts';

const NOT_BUILT = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Vigie</title></head>
<body><main><h1>Vigie</h1>
<p lang="fr">Le serveur fonctionne, mais sa console n’a pas été construite. Lancez <code>npm run build -w @vigie/console</code>, puis redémarrez le serveur.</p>
<p>The server runs, but its console was not built. Run <code>npm run build -w @vigie/console</code>, then restart the server.</p>
<p><a href="/api/openapi.json">API</a></p></main></body></html>
`;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface ConsoleFile {
  type: string;
  bytes: Buffer;
  gzip: Buffer;
}

/** The console's few files, held in memory; every page of it is the same document, which finds its way by the address. */
export async function serveConsole(app: App, folder: string, methods: AllowedMethods): Promise<void> {
  const page = await loadFile(join(folder, 'index.html'));
  const assets = await loadAssets(join(folder, 'assets'));
  app.get(
    '/assets/:file',
    { config: { access: 'public' }, schema: { hide: true, params: Type.Object({ file: Type.String() }) } },
    async (request, reply) => {
      const file = assets.get(request.params.file);
      if (!file) throw new VigieError('NOT_FOUND');
      // Names carry a digest of the content.
      return sendFile(request, reply.header('cache-control', 'public, max-age=31536000, immutable'), file);
    },
  );
  app.setNotFoundHandler(async (request, reply) => {
    const { url, method, headers } = request;
    const asksForPage = url === '/' || headers.accept?.includes('text/html');
    const wantsPage = method === 'GET' && !url.startsWith('/api/') && asksForPage;
    const allowed = methods.of(url);
    if (allowed && !allowed.includes(method)) {
      reply.header('allow', allowed.join(', '));
      throw new VigieError('METHOD_NOT_ALLOWED');
    }
    if (!wantsPage) throw new VigieError('NOT_FOUND');
    reply.code(200).header('cache-control', 'no-cache');
    return page ? sendFile(request, reply, page) : reply.type('text/html; charset=utf-8').send(NOT_BUILT);
  });
}

function sendFile(request: FastifyRequest, reply: FastifyReply, { type, bytes, gzip }: ConsoleFile) {
  reply.type(type).header('vary', 'accept-encoding');
  const packed = String(request.headers['accept-encoding']).includes('gzip');
  return packed ? reply.header('content-encoding', 'gzip').send(gzip) : reply.send(bytes);
}

async function loadAssets(folder: string): Promise<Map<string, ConsoleFile>> {
  const names = await readdir(folder).catch(() => []);
  const assets = new Map<string, ConsoleFile>();
  for (const name of names) {
    const file = await loadFile(join(folder, name));
    if (file) assets.set(name, file);
  }
  return assets;
}

async function loadFile(path: string): Promise<ConsoleFile | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  return bytes && { type, bytes, gzip: gzipSync(bytes, { level: 9 }) };
}
