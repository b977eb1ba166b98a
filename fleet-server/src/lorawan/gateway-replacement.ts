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
  async begin(trx: Db, { tenant, gateway }: { tenant: string; gateway: string }): Promise<void> {
    const { clock, documents, vault } = this.#parts;
    const at = clock.now();
    const homes = await homesAt(trx, { tenant }, gateway);
    const untold: string[] = [];
    let sessions = 0;
    for (const home of homes) {
      // One that is still on its way reaches the new box as it would have reached the old one.
      if (home.backup === null) untold.push(home.device);
      else if (vault.hasSession(home)) sessions += 1;
    }
    const given = await giveBack(trx, { tenant, gateway, at });
    if (given > 0) await documents.edit(trx, { tenant }, gateway, SERVER, (current) => ({ ...current }));
    const isWhole = untold.length === 0;
    await recordEvent(trx, {
      ...{ tenant, gateway, code: 'GATEWAY_REPLACED', severity: isWhole ? 'info' : 'warning', at },
      message: isWhole ? said(sessions, 0) : `${said(sessions, untold.length)}: ${namesOf(untold)}`,
    });
  }

  /**
   * Where the sessions could not be prepared for the new box: it says itself which of them it waits for.
   */
  async failed({ tenant, gateway }: { tenant: string; gateway: string }, reason: string): Promise<void> {
    const { db, clock } = this.#parts;
    const about = {
      code: 'GATEWAY_REPLACED',
      severity: 'warning',
      message: `no session is given back: ${reason}`,
    } as const;
    await recordEvent(db, { tenant, gateway, ...about, at: clock.now() });
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
