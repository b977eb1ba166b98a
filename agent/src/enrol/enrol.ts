import { createHash, webcrypto } from 'node:crypto';
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import {
  type Claim,
  EnrolmentResponse,
  ERRORS,
  type ErrorCode,
  PROTOCOL_VERSION,
  parseForeignJson,
  VigieError,
  validate,
} from '@vigie/contract';
import type { Identity } from './identity.ts';

const TIMEOUT_MS = 20_000;
const MAX_RESPONSE_BYTES = 65_536;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/**
 * Makes a key pair, proves to be talking to the fleet server that the claim names, and exchanges the single-use code
 * and a certificate request (PKCS#10, RFC 2986) for a certificate.
 * Throws VigieError: SERVER_UNREACHABLE, CA_MISMATCH, CLAIM_REFUSED, CLAIM_LOCKED, CSR_INVALID.
 */
export async function enrol(claim: Claim): Promise<Identity> {
  const ca = await fetchTrustedCa(claim);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=vigie-gateway',
    keys,
    signingAlgorithm: ALGORITHM,
  });
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  const response = await post(claim, ca, { v: PROTOCOL_VERSION, code: claim.code, csr: csr.toString('pem') });
  return {
    gateway: response.gateway,
    tenant: response.tenant,
    mqtt: response.mqtt,
    key,
    certificate: response.certificate,
    ca,
  };
}

/** The CA's certificate from the server's own chain, accepted only if its SHA-256 is the one in the claim. */
function fetchTrustedCa({ host, port, caFingerprint }: Claim): Promise<string> {
  return new Promise((resolve, reject) => {
    const probe = request({
      host: bare(host),
      port,
      method: 'HEAD',
      path: '/',
      rejectUnauthorized: false,
      timeout: TIMEOUT_MS,
      agent: false,
    });
    probe.on('socket', (socket) => {
      socket.once('secureConnect', () => {
        const ca = certificatesOf(socket as TLSSocket).find((der) => sha256(der) === caFingerprint);
        probe.destroy();
        if (ca) resolve(x509.PemConverter.encode(ca, 'CERTIFICATE'));
        else reject(new VigieError('CA_MISMATCH', `${host}:${port} shows no certificate with this fingerprint`));
      });
    });
    probe.on('timeout', () => probe.destroy(new Error('no answer in time')));
    probe.on('error', (error) => reject(new VigieError('SERVER_UNREACHABLE', `${host}:${port}: ${error.message}`)));
    probe.end();
  });
}

function certificatesOf(socket: TLSSocket): Buffer[] {
  const chain: Buffer[] = [];
  let certificate: { raw: Buffer; issuerCertificate?: unknown } | undefined = socket.getPeerCertificate(true);
  while (certificate?.raw && !chain.some((known) => known.equals(certificate?.raw ?? Buffer.alloc(0)))) {
    chain.push(certificate.raw);
    certificate = certificate.issuerCertificate as typeof certificate;
  }
  return chain;
}

function post({ host, port }: Claim, ca: string, body: object): Promise<EnrolmentResponse> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new VigieError('SERVER_UNREACHABLE', `${host}:${port}: ${reason}`));
    const call = request(
      {
        host: bare(host),
        port,
        method: 'POST',
        path: '/enrol',
        ca,
        timeout: TIMEOUT_MS,
        agent: false,
        headers: { 'content-type': 'application/json' },
      },
      (response) => {
        const parts: Buffer[] = [];
        let bytes = 0;
        response.on('data', (part: Buffer) => {
          bytes += part.length;
          if (bytes > MAX_RESPONSE_BYTES) call.destroy(new Error('the answer is too long'));
          else parts.push(part);
        });
        response.on('end', () => {
          const answer = parseJson(Buffer.concat(parts).toString('utf8'));
          const checked = validate(EnrolmentResponse, answer);
          if (response.statusCode === 200 && checked.ok) resolve(checked.value);
          else if (response.statusCode !== 200) reject(refusal(response.statusCode ?? 0, answer));
          else fail('the answer is not an enrolment');
        });
      },
    );
    call.on('timeout', () => call.destroy(new Error('no answer in time')));
    call.on('error', (error) => fail(error.message));
    call.end(JSON.stringify(body));
  });
}

function refusal(status: number, answer: unknown): VigieError {
  const code = typeof answer === 'object' && answer !== null && 'code' in answer ? String(answer.code) : '';
  return code in ERRORS
    ? new VigieError(code as ErrorCode)
    : new VigieError('CLAIM_REFUSED', `the server answered ${status}`);
}

function parseJson(text: string): unknown {
  const json = parseForeignJson(text, { maxBytes: MAX_RESPONSE_BYTES, maxDepth: 16 });
  return json.ok ? json.value : undefined;
}

function sha256(der: Buffer): string {
  return createHash('sha256').update(der).digest('hex');
}

/** IPv6 addresses stand in brackets in a claim. */
function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
