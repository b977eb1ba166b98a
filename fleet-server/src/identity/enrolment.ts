import { type EnrolmentRequest, type EnrolmentResponse, PROTOCOL_VERSION, VigieError } from '@vigie/contract';
import { recordAudit } from '../audit/audit-log.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { AttemptLimit, addressKey } from './attempt-limit.ts';
import type { CertificateAuthority } from './certificate-authority.ts';
import { canonicalCode } from './claims.ts';
import { digestOf } from './secret-token.ts';

const WRONG_CODES = { max: 10, windowMs: 15 * 60_000 };

export interface EnrolmentParts {
  db: Db;
  clock: Clock;
  ca: CertificateAuthority;
  /** Where gateways reach the broker. */
  mqtt: { host: string; port: number };
  /** A gateway has a new identity: whoever speaks with the old one is cut off. */
  onReplaced: (gateway: string) => void;
}

/** Exchanges a claim code and a certificate request for a certificate. */
export class Enrolment {
  readonly #parts: EnrolmentParts;
  readonly #wrongCodes: AttemptLimit;

  constructor(parts: EnrolmentParts) {
    this.#parts = parts;
    this.#wrongCodes = new AttemptLimit(parts.clock, WRONG_CODES);
  }

  async enrol(request: EnrolmentRequest, remoteAddress: string): Promise<EnrolmentResponse> {
    const { ca, mqtt, onReplaced } = this.#parts;
    const source = addressKey(remoteAddress);
    if (this.#wrongCodes.locked(source)) throw new VigieError('CLAIM_LOCKED');
    const claim = await this.#openClaim(request.code);
    if (!claim) {
      this.#wrongCodes.fail(source);
      throw new VigieError('CLAIM_REFUSED');
    }
    const certificate = await ca.issueGateway(claim.gateway, request.csr);
    if (!(await this.#use(claim, certificate))) throw new VigieError('CLAIM_REFUSED');
    this.#wrongCodes.succeed(source);
    onReplaced(claim.gateway);
    return {
      v: PROTOCOL_VERSION,
      gateway: claim.gateway,
      tenant: claim.tenant,
      certificate: certificate.pem,
      ca: ca.certificatePem,
      mqtt,
    };
  }

  async #openClaim(code: string): Promise<{ id: string; gateway: string; tenant: string } | undefined> {
    const { db, clock } = this.#parts;
    return db
      .selectFrom('claims')
      .select(['id', 'gateway', 'tenant'])
      .where('codeHash', '=', digestOf(canonicalCode(code)))
      .where('usedAt', 'is', null)
      .where('expiresAt', '>', clock.now())
      .executeTakeFirst();
  }

  /** False where another request used the claim meanwhile. */
  async #use(
    claim: { id: string; gateway: string; tenant: string },
    { serial, expiresAt }: { serial: string; expiresAt: number },
  ): Promise<boolean> {
    const { db, clock } = this.#parts;
    const now = clock.now();
    const { gateway, tenant } = claim;
    return db.transaction().execute(async (trx) => {
      const used = await trx
        .updateTable('claims')
        .set({ usedAt: now })
        .where('id', '=', claim.id)
        .where('usedAt', 'is', null)
        .executeTakeFirst();
      if (used.numUpdatedRows !== 1n) return false;
      await trx
        .updateTable('certificates')
        .set({ revokedAt: now })
        .where('gateway', '=', gateway)
        .where('revokedAt', 'is', null)
        .execute();
      await trx
        .insertInto('certificates')
        .values({ serial, tenant, gateway, issuedAt: now, expiresAt, revokedAt: null })
        .execute();
      await trx.updateTable('gateways').set({ revokedAt: null }).where('id', '=', gateway).execute();
      await recordAudit(trx, {
        at: now,
        actor: { name: `gateway:${gateway}` },
        tenant,
        action: 'gateway.enrol',
        target: `gateway/${gateway}`,
        details: { serial },
      });
      return true;
    });
  }
}
