import Type, { type Static } from 'typebox';
import { Slug } from './primitives.ts';

/**
 * A claim as a technician scans or types it: `vigie:HOST:PORT#FINGERPRINT/CODE`. It carries the address of the
 * fleet server and the SHA-256 fingerprint of its CA, so that the first contact is authenticated in both directions.
 */
export interface Claim {
  host: string;
  port: number;
  /** SHA-256 of the CA certificate in DER, lower-case hexadecimal. */
  caFingerprint: string;
  code: string;
}

const CLAIM = /^vigie:([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):([0-9]{1,5})#([0-9a-f]{64})\/([A-Za-z0-9-]{8,64})$/;

export function formatClaim({ host, port, caFingerprint, code }: Claim): string {
  return `vigie:${host}:${port}#${caFingerprint}/${code}`;
}

export function parseClaim(text: string): Claim | undefined {
  const match = CLAIM.exec(text.trim());
  if (!match) return undefined;
  const [, host = '', port = '', caFingerprint = '', code = ''] = match;
  const portNumber = Number(port);
  return portNumber >= 1 && portNumber <= 65_535 ? { host, port: portNumber, caFingerprint, code } : undefined;
}

/** `POST /enrol`: the private key never leaves the gateway. */
export const EnrolmentRequest = Type.Object({
  v: Type.Integer({ minimum: 1 }),
  code: Type.String({ minLength: 8, maxLength: 64 }),
  /** PKCS#10 certificate signing request (RFC 2986), PEM. */
  csr: Type.String({ minLength: 64, maxLength: 8_192 }),
});
export type EnrolmentRequest = Static<typeof EnrolmentRequest>;

export const EnrolmentResponse = Type.Object({
  v: Type.Integer({ minimum: 1 }),
  gateway: Slug,
  tenant: Slug,
  certificate: Type.String(),
  ca: Type.String(),
  mqtt: Type.Object({ host: Type.String(), port: Type.Integer({ minimum: 1, maximum: 65_535 }) }),
});
export type EnrolmentResponse = Static<typeof EnrolmentResponse>;
