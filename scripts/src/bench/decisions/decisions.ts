import type { Bench } from '../bench.ts';
import type { PeersFolder } from '../peers/peers-folder.ts';
import { broker } from './broker.ts';
import { lorawanFrames } from './lorawan-frames.ts';
import { modbusClient } from './modbus-client.ts';
import { nodeSqlite } from './node-sqlite.ts';

/** What docs/en/decisions measure: what we chose beside what we could have taken. */
export const DECISIONS: Readonly<Record<string, { installs: boolean; bench: (peers: PeersFolder) => Bench }>> = {
  'node-sqlite': { installs: true, bench: nodeSqlite },
  'modbus-client': { installs: true, bench: modbusClient },
  'lorawan-frames': { installs: false, bench: () => lorawanFrames },
  aedes: { installs: false, bench: () => broker },
};
