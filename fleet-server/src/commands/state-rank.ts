import { COMMAND_STATES, type CommandState } from '@vigie/contract';

/** Place of a state on its way. The final states share the highest: none of them ever gives way to another. */
export function rankOf(state: CommandState): number {
  return Math.min(COMMAND_STATES.indexOf(state), COMMAND_STATES.indexOf('confirmed'));
}

/** Of an end that the server presumed: only a final state that the gateway itself reports ranks higher. */
export const PRESUMED_RANK = rankOf('confirmed') - 1;
