import { X509Certificate } from 'node:crypto';

/** What a server's certificate, as a chain in PEM, says of it to stations. */
export class ServerIdentity {
  readonly #leaf: X509Certificate | undefined;
  /** DER of the authority that signed the chain, where the chain contains it. */
  readonly authority: Buffer | undefined;

  constructor(chainPem: string) {
    const chain = certificatesIn(chainPem);
    this.#leaf = chain[0];
    this.authority = chain.findLast(isAuthority)?.raw;
  }

  /** Whether a station that calls this host finds it in the certificate. Its TLS (mbedTLS 2) compares no addresses. */
  names(host: string): boolean {
    return this.#leaf?.checkHost(host) !== undefined;
  }

  /** The first host that the certificate names and that can be called. */
  get hostName(): string | undefined {
    const names = (this.#leaf?.subjectAltName ?? '').split(', ').flatMap((name) => /^DNS:(.+)$/.exec(name)?.[1] ?? []);
    const common = /^CN=(.+)$/m.exec(this.#leaf?.subject ?? '')?.[1];
    return [...names, ...(common === undefined ? [] : [common])].find(
      (name) => /^[A-Za-z0-9.-]{1,253}$/.test(name) && this.names(name),
    );
  }
}

function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    // TLS itself says what is wrong with it.
    return [];
  }
}

function isAuthority(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
}
