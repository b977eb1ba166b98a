import 'reflect-metadata';
import { createHash, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  Pkcs10CertificateRequest,
  type PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { VigieError } from '@vigie/contract';
import type { Clock } from '../clock.ts';
import type { Db } from '../store/database.ts';
import type { MasterKey } from './master-key.ts';
import { normalSerial } from './serial-number.ts';

type CryptoKey = webcrypto.CryptoKey;
type CryptoKeyPair = webcrypto.CryptoKeyPair;

const EC = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const CA_LIFE_MS = 20 * 365 * DAY_MS;
const SERVER_LIFE_MS = 397 * DAY_MS;
const GATEWAY_LIFE_MS = 825 * DAY_MS;
/** A gateway has no battery-backed clock: its time may lie behind. */
const BACKDATE_MS = DAY_MS;
const KEY_PLACE = 'installation/ca-key';

export interface ServerCredentials {
  /** The server's certificate followed by the CA's, PEM: a gateway that knows only the CA's fingerprint finds it there. */
  cert: string;
  key: string;
  expiresAt: number;
}

export interface IssuedCertificate {
  pem: string;
  serial: string;
  expiresAt: number;
}

/** The installation's own CA: its key lies sealed in the database. */
export class CertificateAuthority {
  readonly certificatePem: string;
  /** SHA-256 of the certificate in DER, lower-case hexadecimal. */
  readonly fingerprint: string;
  readonly #certificate: X509Certificate;
  readonly #key: CryptoKey;
  readonly #clock: Clock;

  constructor(certificate: X509Certificate, key: CryptoKey, clock: Clock) {
    this.#certificate = certificate;
    this.#key = key;
    this.#clock = clock;
    this.certificatePem = certificate.toString('pem');
    this.fingerprint = createHash('sha256').update(Buffer.from(certificate.rawData)).digest('hex');
  }

  async issueServer(hosts: readonly string[]): Promise<ServerCredentials> {
    const keys = await generateKeys();
    const names = hosts.map((host): JsonGeneralName => ({ type: isIP(host) ? 'ip' : 'dns', value: host }));
    const certificate = await this.#issue(
      'CN=vigie-server',
      keys.publicKey,
      SERVER_LIFE_MS,
      ExtendedKeyUsage.serverAuth,
      names,
    );
    return {
      cert: `${certificate.toString('pem')}\n${this.certificatePem}\n`,
      key: await exportKey(keys.privateKey),
      expiresAt: certificate.notAfter.getTime(),
    };
  }

  /** Signs a gateway's own key; the request's subject counts for nothing. */
  async issueGateway(gateway: string, csrPem: string): Promise<IssuedCertificate> {
    const publicKey = await verifiedKey(csrPem);
    const names: JsonGeneralName[] = [{ type: 'dns', value: gateway }];
    const certificate = await this.#issue(
      `CN=${gateway}`,
      publicKey,
      GATEWAY_LIFE_MS,
      ExtendedKeyUsage.clientAuth,
      names,
    );
    return {
      pem: certificate.toString('pem'),
      serial: normalSerial(certificate.serialNumber),
      expiresAt: certificate.notAfter.getTime(),
    };
  }

  async #issue(
    subject: string,
    publicKey: PublicKey | CryptoKey,
    lifeMs: number,
    usage: ExtendedKeyUsage,
    names: JsonGeneralName[],
  ): Promise<X509Certificate> {
    const now = this.#clock.now();
    return X509CertificateGenerator.create({
      serialNumber: randomSerial(),
      subject,
      issuer: this.#certificate.subject,
      notBefore: new Date(now - BACKDATE_MS),
      notAfter: new Date(now + lifeMs),
      publicKey,
      signingKey: this.#key,
      signingAlgorithm: SIGNING,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([usage]),
        new SubjectAlternativeNameExtension(names),
        await SubjectKeyIdentifierExtension.create(publicKey),
        await AuthorityKeyIdentifierExtension.create(this.#certificate.publicKey),
      ],
    });
  }
}

/** The installation's CA out of the database; a new one at the first start. */
export async function loadCertificateAuthority(db: Db, master: MasterKey, clock: Clock): Promise<CertificateAuthority> {
  const rows = await db
    .selectFrom('installation')
    .selectAll()
    .where('name', 'in', ['ca-certificate', 'ca-key'])
    .execute();
  const stored = new Map(rows.map(({ name, value }) => [name, value]));
  const pem = stored.get('ca-certificate');
  const sealed = stored.get('ca-key');
  if (pem !== undefined && sealed !== undefined) {
    return new CertificateAuthority(new X509Certificate(pem), await importKey(openKey(master, sealed)), clock);
  }
  const keys = await generateKeys();
  const now = clock.now();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerial(),
    name: `CN=Vigie CA ${randomBytes(4).toString('hex')}`,
    notBefore: new Date(now - BACKDATE_MS),
    notAfter: new Date(now + CA_LIFE_MS),
    keys,
    signingAlgorithm: SIGNING,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await db
    .insertInto('installation')
    .values([
      { name: 'ca-certificate', value: certificate.toString('pem') },
      { name: 'ca-key', value: master.seal(await exportKey(keys.privateKey), KEY_PLACE) },
    ])
    .execute();
  return new CertificateAuthority(certificate, keys.privateKey, clock);
}

function openKey(master: MasterKey, sealed: string): string {
  try {
    return master.open(sealed, KEY_PLACE);
  } catch (error) {
    throw new VigieError('MASTER_KEY_WRONG', undefined, { cause: error });
  }
}

/** Positive and at most 20 octets (RFC 5280, 4.1.2.2). */
function randomSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

async function generateKeys(): Promise<CryptoKeyPair> {
  return webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
}

async function exportKey(key: CryptoKey): Promise<string> {
  return PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

async function importKey(pem: string): Promise<CryptoKey> {
  const [der] = PemConverter.decode(pem);
  if (!der) throw new Error('the stored CA key is not PEM');
  return webcrypto.subtle.importKey('pkcs8', der, EC, true, ['sign']);
}

/** RFC 2986: the request is signed by the key that it names, which proves that the gateway holds it. */
async function verifiedKey(csrPem: string): Promise<PublicKey> {
  try {
    const request = new Pkcs10CertificateRequest(csrPem);
    const { name, namedCurve } = request.publicKey.algorithm as { name: string; namedCurve?: string };
    if (name === 'ECDSA' && namedCurve === 'P-256' && (await request.verify())) return request.publicKey;
  } catch (error) {
    throw new VigieError('CSR_INVALID', undefined, { cause: error });
  }
  throw new VigieError('CSR_INVALID', 'The key must be ECDSA P-256 and sign its own request');
}
