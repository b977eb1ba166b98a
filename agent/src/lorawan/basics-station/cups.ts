import type { IncomingMessage, ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';
import { foreignMessage } from './foreign-message.ts';
import { euiOf } from './station-messages.ts';

const MAX_REQUEST_BYTES = 8_192;
/** In the place of a certificate or a key that is not there. */
const NONE = Buffer.alloc(4);
/** sigLen 4 and keyCRC with it, updLen 4: firmware is nobody's business here. */
const NO_FIRMWARE = Buffer.alloc(4 + 4);

/** Who asks and what it has, as far as that matters. */
export interface UpdateInfoRequest {
  gatewayEui: string;
  tcUri: string;
}

/** Where a station is to go, and what it needs there if it is not to keep what it has. */
export interface LnsAccess {
  uri: string;
  /** `trust` is the authority's certificate in DER. */
  credentials?: { trust: Buffer; token: string | undefined };
}

/**
 * CUPS `update-info` (lorabasics: The CUPS Protocol): tells a station the address of its LNS and its credentials where
 * it has others. `accessFor` knows them for a station that may have them. Firmware stays as it is.
 */
export async function answerUpdateInfo(
  request: IncomingMessage,
  response: ServerResponse,
  accessFor: (asked: UpdateInfoRequest) => LnsAccess | undefined,
): Promise<void> {
  if (request.method !== 'POST' || request.url !== '/update-info') {
    response.writeHead(404).end();
    return;
  }
  const body = await readBody(request);
  const { router, tcUri, tcCredCrc } = fieldsOf(body);
  const gatewayEui = euiOf(router)?.toString('hex');
  if (body === undefined || gatewayEui === undefined) {
    response.writeHead(400).end();
    return;
  }
  const access = accessFor({ gatewayEui, tcUri: typeof tcUri === 'string' ? tcUri : '' });
  if (access === undefined) {
    response.writeHead(401).end();
    return;
  }
  const answer = updateInfo(access, tcUri, tcCredCrc);
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': answer.length }).end(answer);
}

/** Empty segments where the station has the same. */
function updateInfo({ uri, credentials }: LnsAccess, tcUri: unknown, tcCredCrc: unknown): Buffer {
  const tcUriNews = Buffer.from(uri === tcUri ? '' : uri);
  const tcCred = credentials ? credentialsSegment(credentials) : Buffer.alloc(0);
  const tcCredNews = crc32(tcCred) === tcCredCrc ? Buffer.alloc(0) : tcCred;
  const tcCredLength = Buffer.alloc(2);
  tcCredLength.writeUInt16LE(tcCredNews.length);
  return Buffer.concat([
    // No other CUPS address, no other credentials there.
    Buffer.of(0),
    Buffer.of(tcUriNews.length),
    tcUriNews,
    Buffer.alloc(2),
    tcCredLength,
    tcCredNews,
    NO_FIRMWARE,
  ]);
}

/** Trust, certificate and key, one behind the other; with a token the certificate is none and the key a header line. */
function credentialsSegment({ trust, token }: NonNullable<LnsAccess['credentials']>): Buffer {
  const key = token === undefined ? NONE : Buffer.from(`Authorization: Bearer ${token}\r\n`);
  return Buffer.concat([trust, NONE, key]);
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
  const json = foreignMessage(body ?? '');
  return typeof json === 'object' && json !== null ? { ...json } : {};
}
