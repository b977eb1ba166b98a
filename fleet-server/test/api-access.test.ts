import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { findTampering } from '../src/audit/audit-log.ts';
import { ROLES, type Role } from '../src/store/schema.ts';
import { type Operation, operationsOf } from './api-operations.ts';
import { describeOnEach } from './databases.ts';
import { readings, TestGateway } from './test-gateway.ts';
import { TestServer } from './test-server.ts';

/** Stands in everything that belongs to the tenant `ville`: no answer to somebody of another tenant may hold it. */
const CANARY = 'canary';
const WAIT = { timeout: 10_000, interval: 20 };
const DEVICE = { id: 'cabinet', model: 'vigie/lighting-cabinet', modbus: { bus: 'plc', unit: 1, intervalMs: 1_000 } };

describeOnEach('who may call what', (create) => {
  let server: TestServer;
  let ids: Record<string, string>;
  const tokens = new Map<string, string>();

  beforeAll(async () => {
    server = await TestServer.start(await create(), { apiLimits: { requestsPerMinute: 1_000_000, liveStreams: 10 } });
    const gateway = await TestGateway.enrol(server, 'ville', `gw-${CANARY}`);
    await server.admin('POST', '/tenants', { id: 'bourg', name: 'Bourg' });
    const base = `/tenants/ville/gateways/gw-${CANARY}`;
    await server.admin('POST', '/tenants/ville/sites', { id: `site-${CANARY}`, name: 'Place' });
    await server.admin('PUT', `${base}/config`, {
      ...{
        schema: 1,
        devices: [DEVICE],
        modbus: { buses: [{ id: 'plc', type: 'tcp', host: '127.0.0.1', port: 502 }] },
      },
    });
    const command = await server
      .admin('POST', `${base}/devices/cabinet/commands`, {
        ...{ name: 'relay.switch', args: { relay: 1, state: 'on' }, expiresInSeconds: 600 },
      })
      .catch(() => ({ id: '00000000-0000-4000-8000-000000000000' }));
    await server.admin('POST', '/tenants/ville/platform-accounts', { name: `platform-${CANARY}` });
    const { user } = await server.admin('POST', '/users', { name: `user-${CANARY}`, tenant: 'ville', role: 'viewer' });
    await gateway.connect();
    gateway.send([
      readings({ 'cab.power': 1 }, { device: `device-${CANARY}` }),
      { kind: 'event', code: 'CANARY_EVENT', severity: 'info', at: 1, message: CANARY },
      { kind: CANARY },
    ]);
    await vi.waitFor(() => expect(gateway.acknowledgedThrough('live')).toBe(1), WAIT);
    await gateway.end();
    for (const tenant of ['ville', 'bourg', null]) {
      for (const role of ROLES) {
        const body = { name: `${tenant ?? 'all'}-${role}`, tenant, role };
        const { secret, token } = await server.admin('POST', '/tokens', body);
        tokens.set(`${tenant}/${role}`, secret);
        if (tenant === 'ville') tokens.set('id', token.id);
      }
    }
    ids = {
      ...{ tenant: 'ville', gateway: `gw-${CANARY}`, site: `site-${CANARY}`, device: 'cabinet', command: command.id },
      ...{ name: `platform-${CANARY}`, id: user.id },
    };
  });
  afterAll(() => server?.remove());

  function call(operation: Operation, token: string | undefined) {
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? name);
    return server.http(path, {
      method: operation.method,
      ...(operation.body ? { body: {} } : {}),
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    });
  }

  /** A stream would not end by itself, and a sign-out or a removal would take away what later calls need. */
  const tried = () =>
    operationsOf(server).filter(({ id, role, method }) => role && id !== 'streamReadings' && method !== 'DELETE');

  it('describes every operation with the role that it needs', () => {
    const open = operationsOf(server).filter(({ role }) => role === undefined);
    expect(open.map(({ id }) => id).sort()).toEqual(['enrol', 'signIn']);
    expect(operationsOf(server).length).toBeGreaterThan(35);
  });

  it('answers 401 to whoever does not say who they are', async () => {
    for (const operation of operationsOf(server).filter(({ role }) => role)) {
      const answer = await call(operation, undefined);
      expect([operation.id, answer.status, answer.body.code]).toEqual([operation.id, 401, 'UNAUTHENTICATED']);
      const forged = await call(operation, 'vgt_forged');
      expect([operation.id, forged.status]).toEqual([operation.id, 401]);
    }
  });

  it('answers 404 to every role of another tenant, and never with a word of it', async () => {
    for (const operation of operationsOf(server).filter(({ role, path }) => role && path.includes('{tenant}'))) {
      for (const role of ROLES) {
        const answer = await call(operation, tokens.get(`bourg/${role}`));
        const expected = allows(role, operation.role) ? 404 : 403;
        expect([operation.id, role, answer.status]).toEqual([operation.id, role, expected]);
        expect(JSON.stringify(answer.body)).not.toContain(CANARY);
      }
    }
  });

  it('shows nothing of another tenant where the path names none', async () => {
    for (const operation of tried().filter(({ path }) => !path.includes('{tenant}'))) {
      const answer = await call(operation, tokens.get('bourg/administrator'));
      expect([operation.id, JSON.stringify(answer.body).includes(CANARY)]).toEqual([operation.id, false]);
      expect(JSON.stringify(answer.body)).not.toContain('"ville"');
    }
  });

  it('answers 403 to a role that is too low, and lets the others in', async () => {
    for (const operation of tried()) {
      for (const role of ROLES) {
        const answer = await call(operation, tokens.get(`${operation.installationOnly ? null : 'ville'}/${role}`));
        const refused = answer.status === 403;
        const selfService = operation.id === 'changePassword';
        if (!selfService) {
          expect([operation.id, role, refused]).toEqual([operation.id, role, !allows(role, operation.role)]);
        }
        expect(answer.status).toBeLessThan(500);
        expect(answer.status).not.toBe(401);
      }
      if (!operation.installationOnly) continue;
      expect((await call(operation, tokens.get('ville/administrator'))).status).toBe(403);
    }
  });

  it('gives nobody rights outside their own tenant', async () => {
    const token = tokens.get('bourg/administrator');
    if (token === undefined) throw new Error('no token');
    for (const tenant of ['ville', null]) {
      for (const [path, body] of [
        ['/users', { name: 'intruder', tenant, role: 'administrator' }],
        ['/tokens', { name: 'intruder', tenant, role: 'administrator' }],
      ] as const) {
        expect((await server.api({ method: 'POST', path, token, body })).status).toBe(404);
      }
    }
    for (const [method, path] of [
      ['PUT', `/users/${ids.id}`],
      ['POST', `/users/${ids.id}/password`],
      ['DELETE', `/tokens/${tokens.get('id')}`],
    ] as const) {
      const body = method === 'PUT' ? { role: 'viewer', disabled: true } : undefined;
      expect((await server.api({ method, path, token, body })).status).toBe(404);
    }
  });

  it('wrote an audit row for each change, in a chain that shows tampering', async () => {
    const { db } = server.installation.database;
    const rows = await db.selectFrom('auditRows').selectAll().orderBy('id').execute();
    const actions = new Set(rows.map(({ action }) => action));
    for (const action of [
      'tenant.create',
      'site.create',
      'gateway.create',
      'gateway.enrol',
      'config.replace',
      'user.create',
    ]) {
      expect(actions).toContain(action);
    }
    expect(JSON.stringify(rows)).not.toMatch(/vgt_/);
    expect(await findTampering(db, 1)).toBeUndefined();
    const victim = rows[2];
    if (!victim) throw new Error('too few rows');
    await db.updateTable('auditRows').set({ actor: 'user:nobody' }).where('id', '=', victim.id).execute();
    expect(await findTampering(db, 1)).toBe(victim.id);
    await db.updateTable('auditRows').set({ actor: victim.actor }).where('id', '=', victim.id).execute();
    await db.deleteFrom('auditRows').where('id', '=', rows.length).execute();
    expect(await findTampering(db, 1)).toBe(rows.length);
  });
});

function allows(role: Role, needed: Operation['role']): boolean {
  return needed === undefined || ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
