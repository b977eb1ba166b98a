import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseBigJson } from './big-json.ts';
import { euiOf } from './station-messages.ts';

const MAX_REQUEST_BYTES = 8_192;
/** tcCredLen 2, sigLen 4 and keyCRC with it, updLen 4: all absent. */
const NOTHING_MORE = Buffer.alloc(2 + 2 + 4 + 4);

/**
 * CUPS `update-info` (lorabasics: The CUPS Protocol): tells a station the address of its LNS where it has another, and
 * nothing else: credentials and firmware stay as they are. `uriFor` gives the address for a station that may have one.
 */
export async function answerUpdateInfo(
  request: IncomingMessage,
  response: ServerResponse,
  uriFor: (gatewayEui: string) => string | undefined,
): Promise<void> {
  if (request.method !== 'POST' || request.url !== '/update-info') {
    response.writeHead(404).end();
    return;
  }
  const body = await readBody(request);
  const { router, tcUri } = fieldsOf(body);
  const eui = euiOf(router)?.toString('hex');
  if (body === undefined || eui === undefined) {
    response.writeHead(400).end();
    return;
  }
  const uri = uriFor(eui);
  if (uri === undefined) {
    response.writeHead(401).end();
    return;
  }
  const news = Buffer.from(uri === tcUri ? '' : uri);
  const answer = Buffer.concat([Buffer.of(0), Buffer.of(news.length), news, NOTHING_MORE]);
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': answer.length }).end(answer);
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request) {
      bytes += chunk.length;
      if (bytes > MAX_REQUEST_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    // The station hung up.
    return undefined;
  }
  return Buffer.concat(chunks).toString();
}

function fieldsOf(body: string | undefined): Record<string, unknown> {
  try {
    const json = parseBigJson(body ?? '');
    return typeof json === 'object' && json !== null ? { ...json } : {};
  } catch {
    return {};
  }
}
