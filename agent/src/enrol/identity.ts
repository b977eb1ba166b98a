import type { StateStore } from '../state-store.ts';

/** Who this gateway is. The private key was made here and never leaves the state file. */
export interface Identity {
  gateway: string;
  tenant: string;
  mqtt: { host: string; port: number };
  /** PEM. */
  key: string;
  certificate: string;
  ca: string;
}

const COLLECTION = 'identity';

export async function loadIdentity(state: StateStore): Promise<Identity | undefined> {
  return (await state.all<Identity>(COLLECTION)).get('current');
}

export function saveIdentity(state: StateStore, identity: Identity): Promise<void> {
  return state.write([{ collection: COLLECTION, key: 'current', value: identity }]);
}
