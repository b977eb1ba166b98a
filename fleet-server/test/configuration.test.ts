import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandRequest, type GatewayConfig, GatewayConfig as Schema, validate } from '@vigie/contract';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Commands } from '../src/commands/commands.ts';
import { ConfigDocuments } from '../src/config/documents.ts';
import { catalogue } from '../src/registry/catalogue.ts';
import { describeOnEach } from './databases.ts';
import { readings, TestGateway } from './test-gateway.ts';
import { TestServer } from './test-server.ts';

const WAIT = { timeout: 10_000, interval: 20 };
const APP_KEY = '000102030405060708090a0b0c0dbeef';
const CABINET = { id: 'cabinet', model: 'vigie/lighting-cabinet', modbus: { bus: 'plc', unit: 1, intervalMs: 1_000 } };
const LAMP = {
  id: 'lamp-1',
  model: 'nasys/ul20xx',
  asset: 'rue-haute-12',
  lorawan: {
    devEui: '70b3d5fffe000001',
    macVersion: '1.0.3',
    class: 'A',
    activation: { mode: 'otaa', joinEui: '0000000000000001', appKey: APP_KEY },
  },
};
const DRAFT = {
  schema: 1,
  lorawan: { region: 'EU868', netId: '000000', sources: [] },
  modbus: { buses: [{ id: 'plc', type: 'tcp', host: '127.0.0.1', port: 502 }] },
  devices: [CABINET, LAMP],
};
const PATH = '/tenants/ville/gateways/gw-1';

describeOnEach('configuration and commands', (create) => {
  let server: TestServer;
  let gateway: TestGateway;

  beforeAll(async () => {
    server = await TestServer.start(await create(), { documentWatchMs: 50 });
    gateway = await TestGateway.enrol(server, 'ville', 'gw-1');
  });
  afterAll(async () => {
    await gateway?.end();
    await server?.remove();
  });

  const lastConfig = () => gateway.of('config').at(-1) as GatewayConfig | undefined;
  const sent = (id: string) => (gateway.of('command') as CommandRequest[]).filter((command) => command.id === id);

  it('gives the document to a gateway that says hello without it, with its keys', async () => {
    await server.admin('PUT', `${PATH}/config`, DRAFT);
    await gateway.connect();
    gateway.hello();
    await vi.waitFor(() => expect(lastConfig()?.revision).toBe(1), WAIT);
    expect(validate(Schema, lastConfig()).ok).toBe(true);
    expect(JSON.stringify(lastConfig())).toContain(APP_KEY);
  });

  it('pushes a change at once, and shows what the gateway made of it', async () => {
    await server.admin('POST', `${PATH}/devices`, {
      ...CABINET,
      id: 'cabinet-2',
      modbus: { ...CABINET.modbus, unit: 2 },
    });
    await vi.waitFor(() => expect(lastConfig()?.revision).toBe(2), WAIT);
    const rejected = { revision: 2, code: 'CONFIG_BUS_FAILED', message: 'no such port' };
    gateway.publish('status', {
      ...{ v: 1, at: Date.now(), agentVersion: '0.1.0', uptimeSeconds: 1, rssBytes: 1, clockTrusted: true },
      ...{ config: { applied: 1, rejected }, outbox: { records: 0, bytes: 0 }, ledger: {} },
    });
    await vi.waitFor(async () => {
      const shown = await server.admin('GET', PATH);
      expect(shown.config).toEqual({ revision: 2, applied: 1, rejected });
      expect(shown.state).toBe('online');
    }, WAIT);
  });

  it('does not send again what the gateway has refused', async () => {
    const before = gateway.of('config').length;
    const order = { name: 'mode.set', args: { mode: 'remote' }, expiresInSeconds: 600 };
    const witness = await server.admin('POST', `${PATH}/devices/cabinet-2/commands`, order);
    await vi.waitFor(() => expect(sent(witness.id)).toHaveLength(1), WAIT);
    gateway.hello({ applied: 1, rejected: { revision: 2, code: 'CONFIG_BUS_FAILED', message: 'x' } });
    // The last act of a greeting: what the gateway may not have received is sent again.
    await vi.waitFor(() => expect(sent(witness.id)).toHaveLength(2), WAIT);
    expect(gateway.of('config').length).toBe(before);
    await server.admin('DELETE', `${PATH}/devices/cabinet-2`);
    await vi.waitFor(() => expect(lastConfig()?.revision).toBe(3), WAIT);
    expect(gateway.of('config').length).toBe(before + 1);
  });

  it('shows keys by their last four digits and takes them back so', async () => {
    const shown = await server.admin('GET', `${PATH}/config`);
    expect(JSON.stringify(shown)).not.toContain(APP_KEY);
    expect(shown.devices[1].lorawan.activation.appKey).toBe('****beef');
    shown.devices[1].name = 'Rue Haute 12';
    const changed = await server.admin('PUT', `${PATH}/config`, shown);
    expect(changed.revision).toBe(4);
    await vi.waitFor(() => expect(lastConfig()?.revision).toBe(4), WAIT);
    expect(JSON.stringify(lastConfig())).toContain(APP_KEY);
    const devices = await server.admin('GET', '/tenants/ville/devices');
    expect(devices.items).toContainEqual({
      gateway: 'gw-1',
      id: 'lamp-1',
      name: 'Rue Haute 12',
      model: 'nasys/ul20xx',
      asset: 'rue-haute-12',
      domain: 'lighting',
      protocol: 'lorawan',
      state: 'neverHeard',
      address: '70b3d5fffe000001',
    });
  });

  it('keeps keys out of the database in clear', async () => {
    const rows = await server.installation.database.db.selectFrom('gatewayConfigs').select('document').execute();
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(APP_KEY);
    const audit = await server.installation.database.db.selectFrom('auditRows').selectAll().execute();
    expect(JSON.stringify(audit)).not.toContain(APP_KEY);
    if (!server.database.databaseUrl) {
      const file = await readFile(join(server.database.dataFolder, 'vigie.db'));
      expect(file.includes(APP_KEY)).toBe(false);
    }
  });

  it.each([
    ['CONFIG_INVALID', { ...DRAFT, devices: [{ ...CABINET, modbus: { bus: 'plc', unit: 0, intervalMs: 1 } }] }],
    ['CONFIG_REFERENCE', { ...DRAFT, modbus: { buses: [] } }],
    ['CONFIG_MODEL_UNKNOWN', { ...DRAFT, devices: [{ ...CABINET, model: 'nobody/nothing' }] }],
    ['CONFIG_MODEL_UNKNOWN', { ...DRAFT, devices: [{ ...LAMP, model: 'vigie/lighting-cabinet' }] }],
    ['CONFLICT', { ...DRAFT, revision: 1 }],
  ])('refuses with %s', async (code, body) => {
    const answer = await server.api({ method: 'PUT', path: `${PATH}/config`, token: server.token, body });
    expect(answer.body.code).toBe(code);
    expect((await server.admin('GET', PATH)).config.revision).toBe(4);
  });

  it('sends a command, and follows its state forwards only', async () => {
    const path = `${PATH}/devices/lamp-1/commands`;
    const command = await server.admin('POST', path, { name: 'lamp.dim', args: { level: 40 }, expiresInSeconds: 600 });
    expect(command.state).toBe('queued');
    await vi.waitFor(() => expect(sent(command.id)).toHaveLength(1), WAIT);
    expect(sent(command.id)[0]).toMatchObject({
      id: command.id,
      name: 'lamp.dim',
      args: { level: 40 },
    });
    const report = (state: string, over = {}) => ({
      kind: 'command',
      command: command.id,
      device: 'lamp-1',
      at: 1,
      state,
      ...over,
    });
    const batch = gateway.send([
      report('delivered'),
      report('sent'),
      report('confirmed', { result: { level: 40 } }),
      report('failed', { error: { code: 'COMMAND_REFUSED', message: 'too late' } }),
      report('sent'),
    ]);
    await vi.waitFor(() => expect(gateway.acknowledgedThrough('live')).toBe(batch), WAIT);
    const shown = await server.admin('GET', `/tenants/ville/commands/${command.id}`);
    expect(shown).toMatchObject({ state: 'confirmed', result: { level: 40 } });
    expect(shown.error).toBeUndefined();
    expect((await server.admin('GET', path)).items).toHaveLength(1);
  });

  it('pushes what another process put in force', async () => {
    const { db } = server.installation.database;
    const { master, clock } = server.installation;
    const documents = new ConfigDocuments({ db, clock, master, catalogue, onChanged: async () => undefined });
    const device = { ...LAMP, id: 'lamp-2', lorawan: { ...LAMP.lorawan, devEui: '70b3d5fffe000002' } };
    const { revision } = await documents.addDevice({ tenant: 'ville' }, 'gw-1', device, { name: 'cli' });
    await vi.waitFor(() => expect(lastConfig()?.revision).toBe(revision), WAIT);
    await server.admin('DELETE', `${PATH}/devices/lamp-2`);
  });

  it('sends a queued command again when the gateway says hello', async () => {
    await gateway.end();
    const { id } = await server.admin('POST', `${PATH}/devices/lamp-1/commands`, {
      ...{ name: 'lamp.dim', args: { level: 10 }, expiresInSeconds: 600 },
    });
    await gateway.connect();
    gateway.hello({ applied: 6 });
    await vi.waitFor(() => expect((gateway.of('command').at(-1) as CommandRequest).id).toBe(id), WAIT);
  });

  it.each([
    ['COMMAND_UNKNOWN', { name: 'lamp.explode', args: {}, expiresInSeconds: 60 }],
    ['COMMAND_ARGUMENT', { name: 'lamp.dim', args: { level: 400 }, expiresInSeconds: 60 }],
    ['COMMAND_ARGUMENT', { name: 'lamp.dim', args: {}, expiresInSeconds: 60 }],
    ['COMMAND_ARGUMENT', { name: 'lorawan.forgetNonces', args: { all: true }, expiresInSeconds: 60 }],
  ])('refuses a command with %s', async (code, body) => {
    const answer = await server.api({
      method: 'POST',
      path: `${PATH}/devices/lamp-1/commands`,
      token: server.token,
      body,
    });
    expect(answer).toMatchObject({ status: 422, body: { code } });
  });

  it('orders a gateway to forget the join nonces of a radio device, and writes down who did', async () => {
    const path = `${PATH}/devices/lamp-1/commands`;
    const order = { name: 'lorawan.forgetNonces', args: {}, expiresInSeconds: 60 };
    const { id } = await server.admin('POST', path, order);
    await vi.waitFor(
      () => expect(gateway.of('command')).toContainEqual(expect.objectContaining({ id, device: 'lamp-1' })),
      WAIT,
    );
    const { db } = server.installation.database;
    const row = await db
      .selectFrom('auditRows')
      .selectAll()
      .where('action', '=', 'command.create')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow();
    expect(JSON.stringify(row)).toContain('lorawan.forgetNonces');
    const wired = await server.api({
      ...{ method: 'POST', path: `${PATH}/devices/cabinet/commands`, token: server.token, body: order },
    });
    expect(wired.body.code).toBe('COMMAND_UNKNOWN');
  });

  it('hands over what the command line of the server put down beside it', async () => {
    const { db } = server.installation.database;
    const { clock } = server.installation;
    const parts = { db, clock, catalogue, send: () => undefined, isConnected: () => false };
    const beside = new Commands(parts, () => undefined);
    beside.stop();
    const order = { gateway: 'gw-1', device: 'lamp-1', name: 'lorawan.forgetNonces', args: {}, expiresInSeconds: 60 };
    const { id } = await beside.create({ tenant: 'ville' }, order, { name: 'cli' });
    await vi.waitFor(() => expect(gateway.of('command')).toContainEqual(expect.objectContaining({ id })), {
      ...WAIT,
      timeout: 20_000,
    });
  }, 30_000);

  it('takes EUIs in any usual writing, and has one word for what is none', async () => {
    const draft = (devEui: string) => ({ ...LAMP, id: 'lamp-9', lorawan: { ...LAMP.lorawan, devEui } });
    await server.admin('POST', `${PATH}/devices`, draft('70-B3-D5-FF-FE-00-00-09'));
    expect(await server.admin('GET', `${PATH}/devices/lamp-9`)).toMatchObject({ address: '70b3d5fffe000009' });
    await server.admin('DELETE', `${PATH}/devices/lamp-9`);
    const refused = await server.api({
      ...{ method: 'POST', path: `${PATH}/devices`, token: server.token, body: draft('70-B3-D5-FF-FE-00-00') },
    });
    expect(refused).toMatchObject({ status: 422, body: { code: 'EUI_INVALID' } });
  });

  it('gives an appointment on to the gateway; it expires so long after its time', async () => {
    const path = `${PATH}/devices/lamp-1/commands`;
    const notBefore = Date.now() + 3_600_000;
    const order = { name: 'lamp.dim', args: { level: 20 }, expiresInSeconds: 60, notBefore };
    const command = await server.admin('POST', path, order);
    expect(command).toMatchObject({ notBefore, expiresAt: notBefore + 60_000 });
    const given = { id: command.id, notBefore, expiresAt: notBefore + 60_000 };
    await vi.waitFor(() => expect(gateway.of('command')).toContainEqual(expect.objectContaining(given)), WAIT);
    const far = { ...order, notBefore: Date.now() + 400 * 86_400_000 };
    const refused = await server.api({ method: 'POST', path, token: server.token, body: far });
    expect(refused.body.code).toBe('REQUEST_INVALID');
  });

  it('tells how a device was heard, page by page, with what was missed', async () => {
    const link = (fCnt: number, snrDb: number) => ({
      ...{ fCnt, snrDb, dataRate: 'SF7BW125' },
      ...{ frequencyHz: 868_100_000, rssiDbm: -100, receptions: 1 },
    });
    const records = [3, 4, 7].map((fCnt, index) =>
      readings({ 'lamp.power': 40 }, { device: 'lamp-1', link: link(fCnt, index - 7.5) }),
    );
    gateway.send(records);
    const path = `${PATH}/devices/lamp-1/links`;
    await vi.waitFor(async () => expect((await server.admin('GET', path)).items).toHaveLength(3), WAIT);
    const page = await server.admin('GET', `${path}?limit=2`);
    expect(page.items).toMatchObject([
      { link: { fCnt: 7 }, marginDb: 2 },
      { link: { fCnt: 4 }, marginDb: 1 },
    ]);
    expect(page.summary).toEqual({
      heard: 2,
      missed: 2,
      dataRates: { SF7BW125: 2 },
      marginMinDb: 1,
      marginMeanDb: 1.5,
    });
    const rest = await server.admin('GET', `${path}?limit=2&before=${page.next}`);
    expect(rest).toMatchObject({ items: [{ link: { fCnt: 3 }, marginDb: 0 }], summary: { heard: 1, missed: 0 } });
    expect(rest.next).toBeUndefined();
    const nobody = await server.api({ path: `${PATH}/devices/nobody/links`, token: server.token });
    expect(nobody.body.code).toBe('NOT_FOUND');
  });
});
