import { parseClaim } from '@vigie/contract';
import { openDataDirectory } from '../../../../agent/src/data-directory.ts';
import { enrol } from '../../../../agent/src/enrol/enrol.ts';
import { saveIdentity } from '../../../../agent/src/enrol/identity.ts';
import { Storage } from '../../../../agent/src/storage/storage.ts';

/** Gives the data folder of a box the identity that a claim stands for, as `vigie-agent enrol` does. */
export async function enrolBox(folder: string, claimText: string): Promise<void> {
  const claim = parseClaim(claimText);
  if (!claim) throw new Error('the claim cannot be read');
  const paths = openDataDirectory(folder);
  const storage = new Storage();
  await storage.call('openState', paths.state, paths.stateKey);
  await saveIdentity(storage.stateStore(), await enrol(claim));
  await storage.close();
}
