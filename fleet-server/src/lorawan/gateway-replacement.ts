import type { GatewayStatus } from '@vigie/contract';
import { recordEvent } from '../audit/events.ts';
import type { Clock } from '../clock.ts';
import { type ConfigDocuments, SERVER } from '../config/documents.ts';
import type { GatewayEntry } from '../registry/gateway-directory.ts';
import type { Db } from '../store/database.ts';
import type { HomeMover } from './home-mover.ts';
import { giveBack, homesAt } from './home-registry.ts';
import type { SessionVault } from './session-vault.ts';

export interface ReplacementParts {
  db: Db;
  clock: Clock;
  documents: ConfigDocuments;
  vault: SessionVault;
  mover: Pick<HomeMover, 'push'>;
}

const NAMES_SHOWN = 5;

/**
 * A box is replaced under its gateway's identity. The new one knows nothing: it gets the sessions that the old one has
 * told, with the next generation, so that whatever the old one may still say counts no more.
 */
export class GatewayReplacement {
  readonly #parts: ReplacementParts;

  constructor(parts: ReplacementParts) {
    this.#parts = parts;
  }

  /**
   * In the transaction that gives the new box its certificate. Throws a VigieError where the document in force is not
   * valid any more; the transaction must be rolled back then.
   */
  async begin(trx: Db, claim: { tenant: string; gateway: string }): Promise<void> {
    const { documents } = this.#parts;
    const { tenant, gateway } = claim;
    const given = await this.#giveBack(trx, claim);
    if (given > 0) await documents.edit(trx, { tenant }, gateway, SERVER, (current) => ({ ...current }));
  }

  /**
   * Where the document cannot be stored again, for the reason that is named: the sessions go to the box all the same,
   * and its next document names their generation.
   */
  async beginWithoutDocument(trx: Db, claim: { tenant: string; gateway: string }, reason: string): Promise<void> {
    await this.#giveBack(trx, claim, `. The document in force is to be corrected: ${reason}`);
  }

  async #giveBack(trx: Db, { tenant, gateway }: { tenant: string; gateway: string }, problem = ''): Promise<number> {
    const { clock, vault } = this.#parts;
    const at = clock.now();
    const untold: string[] = [];
    let sessions = 0;
    for (const home of await homesAt(trx, { tenant }, gateway)) {
      if (home.backup === null) untold.push(home.device);
      else if (vault.hasSession(home)) sessions += 1;
    }
    // One that is still on its way reaches the new box as it would have reached the old one.
    const given = await giveBack(trx, { tenant, gateway, at });
    const isWhole = untold.length === 0 && problem === '';
    const names = untold.length === 0 ? '' : `: ${namesOf(untold)}`;
    await recordEvent(trx, {
      ...{ tenant, gateway, code: 'GATEWAY_REPLACED', severity: isWhole ? 'info' : 'warning', at },
      message: `${said(sessions, untold.length)}${names}${problem}`,
    });
    return given;
  }

  /** A gateway that lost what it was given, or was replaced before sessions were kept of it, is given it again. */
  async awaited(
    { id, tenant }: Pick<GatewayEntry, 'id' | 'tenant'>,
    { awaitedSessions = [] }: GatewayStatus,
  ): Promise<void> {
    const { db, clock, mover } = this.#parts;
    for (const devEui of awaitedSessions) {
      const given = await giveBack(db, { tenant, gateway: id, at: clock.now() }, devEui);
      if (given > 0) await mover.push(tenant, devEui);
    }
  }
}

function said(sessions: number, untold: number): string {
  const given = `${sessions} ${sessions === 1 ? 'session is' : 'sessions are'} given back`;
  if (untold === 0) return `the gateway is replaced: ${given}`;
  const joins =
    untold === 1
      ? '1 device must join again, since its session was'
      : `${untold} devices must join again, since their sessions were`;
  return `the gateway is replaced: ${given}, ${joins} never told`;
}

function namesOf(devices: readonly string[]): string {
  const more = devices.length > NAMES_SHOWN ? `, and ${devices.length - NAMES_SHOWN} more` : '';
  return `${devices.slice(0, NAMES_SHOWN).join(', ')}${more}`;
}
