import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readings, TestGateway } from './test-gateway.ts';
import { createPlatform } from './test-platform.ts';
import { TestServer } from './test-server.ts';

const WAIT = { timeout: 20_000, interval: 50 };
const MINUTE = 60_000;
const PROGRAM = fileURLToPath(new URL('./typescript-client.ts', import.meta.url));
const TYPES = fileURLToPath(new URL('./fixtures/openapi.d.ts', import.meta.url));
const LAMP = {
  ...{ id: 'lamp-12', model: 'nasys/ul20xx' },
  lorawan: {
    ...{ devEui: '70b3d5fffe00ab12', macVersion: '1.0.3', class: 'C' },
    activation: { mode: 'otaa', joinEui: '70b3d57ed0000001', appKey: '000102030405060708090a0b0c0d0e0f' },
  },
};
const LORAWAN = { region: 'EU868', netId: '000000', sources: [] };

describe('a TypeScript client generated from the description', () => {
  let server: TestServer;
  let gateway: TestGateway;
  const began = Date.UTC(2026, 6, 14, 20);
  beforeAll(async () => {
    server = await TestServer.start();
    gateway = await TestGateway.enrol(server, 'ville', 'gw-1');
    await server.admin('PUT', '/tenants/ville/gateways/gw-1/config', { schema: 1, lorawan: LORAWAN, devices: [LAMP] });
    await gateway.connect();
    const records = [0, 1, 2, 3, 4].map((minute) => {
      const receivedAt = began + minute * MINUTE;
      return readings(
        { 'lamp.power': 40 + minute },
        { device: 'lamp-12', times: { receivedAt, clock: 'gateway', trusted: true } },
      );
    });
    const batch = gateway.send(records, 'backlog');
    await vi.waitFor(() => expect(gateway.acknowledgedThrough('backlog')).toBe(batch), WAIT);
  }, 60_000);
  afterAll(async () => {
    await gateway?.end();
    await server?.remove();
  });

  it('has the types of today (npm run openapi -w @vigie/fleet-server)', async () => {
    const description = (await server.http('/api/v1/openapi.json')).body;
    const types = astToString(await openapiTS(description));
    expect(await readFile(TYPES, 'utf8')).toBe(`${COMMENT_HEADER}${types}`);
  });

  it('lists, reads a time page by page, gives an order and is refused in words', { timeout: 60_000 }, async () => {
    const { password } = await createPlatform(server, 'ville', 'hypervisor');
    const authority = join(server.database.dataFolder, 'authority-for-client.pem');
    await writeFile(authority, server.ca);
    await vi.waitFor(async () => {
      expect((await server.admin('GET', '/tenants/ville/gateways/gw-1')).state).toBe('online');
    }, WAIT);
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM], {
      env: {
        NODE_EXTRA_CA_CERTS: authority,
        VIGIE_URL: `https://127.0.0.1:${server.running.http.port}`,
        ...{ PLATFORM_PASSWORD: password, PASSWORD: server.password },
        FROM: new Date(began + MINUTE).toISOString(),
        TO: new Date(began + 4 * MINUTE).toISOString(),
      },
    });
    expect(JSON.parse(stdout)).toMatchObject({
      gateways: [['gw-1', 'online']],
      readings: [41, 42, 43].map((watts) => ['lamp.power', watts]),
      command: { name: 'lamp.dim', args: { level: 40 }, device: 'lamp-12', createdBy: 'user:admin' },
      refusals: ['REQUEST_INVALID', 'REQUEST_INVALID', 'NOT_FOUND'],
    });
  });
});
