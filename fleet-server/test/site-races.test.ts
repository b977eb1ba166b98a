import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEach } from './databases.ts';
import { TestServer } from './test-server.ts';

describeOnEach('a site that is removed while a gateway comes to it', (create) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await TestServer.start(await create());
    await server.admin('POST', '/tenants', { id: 'ville', name: 'Ville' });
  }, 60_000);
  afterAll(() => server?.remove());

  it.each(['POST', 'PUT'] as const)('either stays or leaves the gateway without it (%s)', {
    timeout: 60_000,
  }, async (method) => {
    for (let round = 0; round < 12; round += 1) {
      const [site, gateway] = [`site-${method.toLowerCase()}-${round}`, `gw-${method.toLowerCase()}-${round}`];
      const path = '/tenants/ville/gateways';
      await server.admin('POST', '/tenants/ville/sites', { id: site, name: 'Site' });
      if (method === 'PUT') await server.admin('POST', path, { id: gateway, name: 'Gateway' });
      const { token } = server;
      const come =
        method === 'POST'
          ? server.api({ method, path, token, body: { id: gateway, name: 'Gateway', site } })
          : server.api({ method, path: `${path}/${gateway}`, token, body: { name: 'Gateway', site } });
      const [came, removed] = await Promise.all([
        come,
        server.api({ method: 'DELETE', path: `/tenants/ville/sites/${site}`, token }),
      ]);
      const kept = [came.status < 300, removed.status];
      expect([
        [true, 409],
        [false, 204],
      ]).toContainEqual(kept);
      await server.api({ method: 'DELETE', path: `/tenants/ville/sites/${site}`, token });
    }
  });
});
