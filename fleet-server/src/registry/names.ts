import { VigieError } from '@vigie/contract';
import type { Actor } from '../audit/audit-log.ts';

/**
 * The refusal of a name that is taken. Names and ids of gateways, people and accounts are unique in the whole installation:
 * that another tenant has one is not told, only that it cannot be used. `own`: it is taken where whoever asks may see it.
 */
export function nameUnavailable(actor: Actor, own: boolean, detail?: string): VigieError {
  return own || actor.name === 'cli' ? new VigieError('CONFLICT', detail) : new VigieError('NAME_UNAVAILABLE');
}
