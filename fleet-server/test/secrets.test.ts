import type { GatewayConfig } from '@vigie/contract';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createLog } from '../src/log.ts';
import { describeOnEach } from './databases.ts';
import { TestGateway } from './test-gateway.ts';
import { TestServer } from './test-server.ts';

const WAIT = { timeout: 10_000, interval: 20 };
const PATH = '/tenants/ville/gateways/gw-1';
/** One for each kind of secret that a document may hold. */
const CANARIES = {
  appKey: '00112233445566778899aabbccddeeff',
  nwkSKey: 'f0e1d2c3b4a5968778695a4b3c2d1e0f',
  appSKey: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  brokerPassword: 'canary-broker-password',
  stationToken: 'canary-station-token-0001',
  stationKey: `-----BEGIN PRIVATE KEY-----\ncanary-station-key-${'A'.repeat(64)}\n-----END PRIVATE KEY-----\n`,
  busKey: `-----BEGIN PRIVATE KEY-----\ncanary-bus-key-${'B'.repeat(64)}\n-----END PRIVATE KEY-----\n`,
};
const PEM = `-----BEGIN CERTIFICATE-----\n${'C'.repeat(64)}\n-----END CERTIFICATE-----\n`;
const lorawanOf = (n: number, activation: object) => ({
  id: `device-${n}`,
  model: 'nasys/ul20xx',
  lorawan: { devEui: `70b3d5fffe00000${n}`, macVersion: '1.0.3', class: 'A', activation },
});
const STATION = {
  ...{ id: 'station', type: 'basics-station', host: '127.0.0.1', port: 8887 },
  tls: { certificate: PEM, privateKey: CANARIES.stationKey },
  tokens: [
    { gateway: '0000000000000001', token: 'another-token-of-no-interest' },
    { gateway: '0000000000000002', token: CANARIES.stationToken },
  ],
};
const CHIRPSTACK = {
  ...{ id: 'stack', type: 'chirpstack', url: 'mqtts://127.0.0.1:8883', username: 'vigie' },
  ...{ password: CANARIES.brokerPassword, application: '7bd1ca47-b3c5-4d11-8a6b-4e9c2c1a6f00' },
};
const DRAFT = {
  schema: 1,
  lorawan: { region: 'EU868', netId: '000000', sources: [STATION, CHIRPSTACK] },
  modbus: {
    buses: [{ id: 'safe', type: 'tls', host: '127.0.0.1', port: 802, ca: PEM, certificate: PEM, key: CANARIES.busKey }],
  },
  devices: [
    lorawanOf(1, { mode: 'otaa', joinEui: '0000000000000001', appKey: CANARIES.appKey }),
    lorawanOf(2, { mode: 'abp', devAddr: '01000001', nwkSKey: CANARIES.nwkSKey, appSKey: CANARIES.appSKey }),
  ],
};

describeOnEach('secrets of a configuration', (create) => {
  let server: TestServer;
  let gateway: TestGateway;
  const logLines: string[] = [];
  const answers: string[] = [];

  beforeAll(async () => {
    const log = createLog('debug', { write: (line: string) => void logLines.push(line) });
    server = await TestServer.start(await create(), { log });
    gateway = await TestGateway.enrol(server, 'ville', 'gw-1');
    await gateway.connect();
    gateway.hello();
  });
  afterAll(async () => {
    await gateway?.end();
    await server?.remove();
  });

  async function ask(method: string, path: string, body?: unknown) {
    const answer = await server.api({ method, path, token: server.token, ...(body === undefined ? {} : { body }) });
    answers.push(JSON.stringify(answer.body));
    return answer;
  }
  const lastConfig = () => gateway.of('config').at(-1) as GatewayConfig | undefined;

  it('reach the gateway and nobody else, also after a document was read, changed and written back', async () => {
    await ask('PUT', `${PATH}/config`, DRAFT);
    await vi.waitFor(() => expect(lastConfig()).toMatchObject(DRAFT), WAIT);
    const { body: shown } = await ask('GET', `${PATH}/config`);
    shown.devices[0].name = 'Rue Basse 3';
    // members of lists are found wherever they stand now
    shown.lorawan.sources.reverse();
    shown.lorawan.sources[1].tokens.reverse();
    await ask('PUT', `${PATH}/config`, shown);
    await vi.waitFor(() => expect(lastConfig()?.revision).toBe(2), WAIT);
    const received = JSON.stringify(lastConfig());
    for (const canary of Object.values(CANARIES)) expect(received).toContain(JSON.stringify(canary));
    expect(lastConfig()?.lorawan?.sources[1]).toMatchObject({ tokens: [STATION.tokens[1], STATION.tokens[0]] });
  });

  it('are not told to another address than the one they were given for', async () => {
    const { body: shown } = await ask('GET', `${PATH}/config`);
    shown.lorawan.sources[0].url = 'mqtts://127.0.0.2:8883';
    const { body } = await ask('PUT', `${PATH}/config`, shown);
    expect(body).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('/lorawan/sources/0/password'),
    });
  });

  it('are wanted where nothing is known that a mask could stand for', async () => {
    const fresh = { ...CHIRPSTACK, id: 'fresh', password: '****' };
    const draft = { ...DRAFT, lorawan: { ...DRAFT.lorawan, sources: [fresh] } };
    expect((await ask('PUT', `${PATH}/config`, draft)).body.code).toBe('CONFIG_INVALID');
  });

  it('stand in no answer, no refusal, no log line and no row', async () => {
    const wrong = (change: object) => ask('PUT', `${PATH}/config`, { ...DRAFT, ...change });
    await wrong({ devices: [lorawanOf(1, { mode: 'otaa', joinEui: '01', appKey: `${CANARIES.appKey}00` })] });
    await wrong({ lorawan: { ...DRAFT.lorawan, sources: [{ ...CHIRPSTACK, passwort: CANARIES.brokerPassword }] } });
    await wrong({ lorawan: { ...DRAFT.lorawan, sources: [{ ...STATION, tokens: CANARIES.stationToken }] } });
    await wrong({ modbus: { buses: [{ ...DRAFT.modbus.buses[0], key: [CANARIES.busKey] }] } });
    await ask('POST', `${PATH}/devices`, DRAFT.devices[0]);
    await ask('POST', `${PATH}/devices`, lorawanOf(3, { mode: 'otaa', appKey: CANARIES.appKey }));
    const code = 'LW:D0:70B3D57ED0000001:70B3D5FFFE00AB01:00100001';
    const spaced = `${CANARIES.appKey.slice(0, 16)} ${CANARIES.appKey.slice(16)}`;
    const entry = { code, appKey: spaced, model: 'nasys/ul20xx', id: 'by-code' };
    expect((await ask('POST', `${PATH}/devices/qr`, entry)).body).toMatchObject({ id: 'by-code', protocol: 'lorawan' });
    await ask('POST', `${PATH}/devices/qr`, { ...entry, appKey: `${CANARIES.appKey}0` });
    await ask('POST', `${PATH}/devices/qr`, { ...entry, appKey: `${CANARIES.appKey}${'0'.repeat(80)}` });
    gateway.publish('status', JSON.parse(`{"v":1,"password":"${CANARIES.brokerPassword}"}`));
    for (const path of ['', '/config', '/devices']) await ask('GET', `${PATH}${path}`);
    await ask('GET', '/tenants/ville/devices');
    await ask('GET', '/audit');
    const { db } = server.installation.database;
    const audit = JSON.stringify(await db.selectFrom('auditRows').selectAll().execute());
    const documents = JSON.stringify(await db.selectFrom('gatewayConfigs').selectAll().execute());
    expect(logLines.length).toBeGreaterThan(0);
    const seen = [...answers, ...logLines, audit, documents].join('\n');
    for (const canary of Object.values(CANARIES)) expect(seen).not.toContain(JSON.stringify(canary).slice(1, -1));
  });
});
