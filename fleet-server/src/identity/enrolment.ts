import { type EnrolmentRequest, type EnrolmentResponse, PROTOCOL_VERSION, VigieError } from '@vigie/contract';
import { recordAudit } from '../audit/audit-log.ts';
import type { SecurityEvents } from '../audit/security-events.ts';
import type { Clock } from '../clock.ts';
import { addressKey } from '../doors/address-key.ts';
import type { Refusals } from '../doors/refusals.ts';
import type { Db } from '../store/database.ts';
import { Attempts } from './attempts.ts';
import type { CertificateAuthority } from './certificate-authority.ts';
import { canonicalCode } from './claims.ts';
import { digestOf } from './secret-token.ts';

/** From one address; then one is given back every minute and a half. */
const WRONG_CODES = { max: 10, windowMs: 15 * 60_000 };
const QUIET_MS = 15 * 60_000;

export interface EnrolmentParts {
  db: Db;
  clock: Clock;
  ca: CertificateAuthority;
  /** Where gateways reach the broker. */
  mqtt: { host: string; port: number };
  /** A gateway has a new identity: whoever speaks with the old one is cut off. */
  onReplaced: (gateway: string) => void;
  refusals: Refusals;
  events: SecurityEvents;
  replacement: {
    /** In the transaction that admits another box under the identity; throws where it must be done without. */
    begin(trx: Db, claim: { tenant: string; gateway: string }): Promise<void>;
    beginWithoutDocument(trx: Db, claim: { tenant: string; gateway: string }, reason: string): Promise<void>;
  };
}

interface OpenClaim {
  id: string;
  gateway: string;
  tenant: string;
}

interface IssuedCertificate {
  serial: string;
  expiresAt: number;
}

/** Exchanges a claim code and a certificate request for a certificate. */
export class Enrolment {
  readonly #parts: EnrolmentParts;
  readonly #wrongCodes: Attempts;

  constructor(parts: EnrolmentParts) {
    this.#parts = parts;
    this.#wrongCodes = new Attempts(parts.clock, WRONG_CODES);
  }

  async enrol(request: EnrolmentRequest, remoteAddress: string): Promise<EnrolmentResponse> {
    const { ca, mqtt, onReplaced } = this.#parts;
    const source = addressKey(remoteAddress);
    this.#requireAttempt(source);
    // Before the work: of a burst each one counts.
    this.#wrongCodes.take(source);
    const claim = await this.#openClaim(request.code);
    if (!claim) {
      this.#parts.refusals.note('enrolment', 'claim', { address: source });
      throw new VigieError('CLAIM_REFUSED');
    }
    this.#wrongCodes.giveBack(source);
    const certificate = await ca.issueGateway(claim.gateway, request.csr);
    if (!(await this.#admit(claim, certificate))) throw new VigieError('CLAIM_REFUSED');
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

  #requireAttempt(address: string): void {
    if (this.#wrongCodes.mayTry(address)) return;
    const { refusals, events } = this.#parts;
    refusals.note('enrolment', 'throttled', { address });
    const message = `Too many wrong claim codes from ${address}`;
    events.note({ code: 'CLAIM_GUESSED', severity: 'warning', message }, QUIET_MS);
    throw new VigieError('CLAIM_LOCKED');
  }

  /** Whatever stands against giving sessions back, the box gets its certificate. */
  async #admit(claim: OpenClaim, certificate: IssuedCertificate): Promise<boolean> {
    const { replacement } = this.#parts;
    try {
      return await this.#use(claim, certificate, (trx) => replacement.begin(trx, claim));
    } catch (error) {
      if (!(error instanceof VigieError)) throw error;
      const { message } = error;
      return this.#use(claim, certificate, (trx) => replacement.beginWithoutDocument(trx, claim, message));
    }
  }

  async #openClaim(code: string): Promise<OpenClaim | undefined> {
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
    claim: OpenClaim,
    { serial, expiresAt }: IssuedCertificate,
    replace: (trx: Db) => Promise<void>,
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
      const former = await trx
        .selectFrom('certificates')
        .select('serial')
        .where('gateway', '=', gateway)
        .limit(1)
        .executeTakeFirst();
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
      if (former) await replace(trx);
      return true;
    });
  }
}
