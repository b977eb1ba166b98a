import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { TemporaryState } from '../../test/temporary-state.ts';
import { saveIdentity } from './identity.ts';

const INSTALL = fileURLToPath(new URL('../../../deploy/install.sh', import.meta.url));
const state = new TemporaryState();

afterEach(() => state.close());

it('the installer knows an enrolled gateway from one that waits for its claim', async () => {
  const [word] = execFileSync('grep', ['-oE', 'grep -aqs [a-z]+', INSTALL], { encoding: 'utf8' }).trim().split('\n');
  const isEnrolled = () => spawnSync('sh', ['-c', `${word} "${state.directory}"/state.sqlite*`]).status === 0;
  expect(isEnrolled()).toBe(false);
  const store = await state.open();
  await store.write([{ collection: 'config', key: 'current', value: {} }]);
  expect(isEnrolled()).toBe(false);
  const mqtt = { host: 'fleet', port: 8883 };
  await saveIdentity(store, { gateway: 'gw', tenant: 'town', mqtt, key: 'k', certificate: 'c', ca: 'a' });
  expect(isEnrolled()).toBe(true);
});
