import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { parseClaim } from '@vigie/contract';
import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeCsr, readings, TestGateway } from './test-gateway.ts';
import { TestServer } from './test-server.ts';

const WAIT = { timeout: 10_000, interval: 20 };

describe('enrolment', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await TestServer.start();
    await server.admin('POST', '/tenants', { id: 'ville', name: 'Ville' });
    await server.admin('POST', '/tenants/ville/gateways', { id: 'gw-1', name: 'Place' });
  });
  afterEach(() => server.remove());

  async function claimCode(): Promise<string> {
    const { claim } = await server.admin('POST', '/tenants/ville/gateways/gw-1/claims', {});
    return parseClaim(claim)?.code ?? '';
  }

  function enrol(code: string, csr: string) {
    return server.http('/enrol', { method: 'POST', body: { v: 1, code, csr } });
  }

  it('shows the CA of the claim in the TLS chain', async () => {
    const { claim } = await server.admin('POST', '/tenants/ville/gateways/gw-1/claims', {});
    const socket = connectTls({ host: '127.0.0.1', port: server.running.http.port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const issuer = socket.getPeerCertificate(true).issuerCertificate;
    expect(createHash('sha256').update(issuer.raw).digest('hex')).toBe(parseClaim(claim)?.caFingerprint);
    socket.destroy();
  });

  it('takes a claim once, however it is typed', async () => {
    const code = await claimCode();
    const { csr } = await makeCsr();
    const first = await enrol(code.toLowerCase().replaceAll('-', ''), csr);
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ gateway: 'gw-1', tenant: 'ville' });
    const second = await enrol(code, csr);
    expect(second).toMatchObject({ status: 403, body: { code: 'CLAIM_REFUSED' } });
  });

  it('lets only one of two requests at once use a claim', async () => {
    const code = await claimCode();
    const [a, b] = await Promise.all([makeCsr(), makeCsr()]);
    const answers = await Promise.all([enrol(code, a.csr), enrol(code, b.csr)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
  });

  it('refuses a request that its own key did not sign, and keeps the claim open', async () => {
    const code = await claimCode();
    const { csr } = await makeCsr();
    const der = Buffer.from(csr.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    der[der.length - 3] = (der[der.length - 3] ?? 0) ^ 1;
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    expect(await enrol(code, forged)).toMatchObject({ status: 400, body: { code: 'CSR_INVALID' } });
    expect(await enrol(code, 'x'.repeat(100))).toMatchObject({ status: 400, body: { code: 'CSR_INVALID' } });
    expect((await enrol(code, csr)).status).toBe(200);
  });

  it('locks after ten wrong codes, even for the right one', async () => {
    const code = await claimCode();
    const { csr } = await makeCsr();
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect((await enrol(`AAAAA-AAAAA-AAAAA-AAAA${attempt}`, csr)).body.code).toBe('CLAIM_REFUSED');
    }
    expect(await enrol(code, csr)).toMatchObject({ status: 429, body: { code: 'CLAIM_LOCKED' } });
  });

  it('checks ten of a burst of guesses, and tells the installation of them once', async () => {
    const { csr } = await makeCsr();
    const guesses = Array.from({ length: 40 }, (_, n) => enrol(`AAAAA-AAAAA-AAAAA-AAA${10 + n}`, csr));
    const codes = (await Promise.all(guesses)).map(({ body }) => body.code);
    expect(codes.filter((code) => code === 'CLAIM_REFUSED')).toHaveLength(10);
    expect(codes.filter((code) => code === 'CLAIM_LOCKED')).toHaveLength(30);
    await vi.waitFor(async () => {
      const { items } = await server.admin('GET', '/events');
      const told = items.filter(({ code }: { code: string }) => code === 'CLAIM_GUESSED');
      expect(told).toMatchObject([{ severity: 'warning', message: expect.stringContaining('127.0.0.1') }]);
    }, WAIT);
    // A tenant’s people do not see who knocks at the installation.
    const { items } = await server.admin('GET', '/tenants/ville/events');
    expect(items.filter(({ code }: { code: string }) => code === 'CLAIM_GUESSED')).toEqual([]);
  });

  it('cuts a live session when the gateway is revoked, and refuses it afterwards', async () => {
    const gateway = await TestGateway.enrol(server, 'ville', 'gw-1');
    await gateway.connect();
    const closed = new Promise<void>((resolve) => gateway.client?.once('close', () => resolve()));
    await server.admin('POST', '/tenants/ville/gateways/gw-1/revoke');
    await closed;
    await expect(gateway.connect()).rejects.toThrow();
    expect((await server.admin('GET', '/tenants/ville/gateways/gw-1')).state).toBe('revoked');
    const again = await TestGateway.enrol(server, 'ville', 'gw-1');
    await again.connect();
    const batch = again.send([readings({ 'cab.power': 1 })]);
    await vi.waitFor(() => expect(again.acknowledgedThrough('live')).toBe(batch), WAIT);
    await again.end();
  });

  it('replaces an identity: the certificate before it is worth nothing', async () => {
    const before = await TestGateway.enrol(server, 'ville', 'gw-1');
    const after = await TestGateway.enrol(server, 'ville', 'gw-1');
    await expect(before.connect()).rejects.toThrow();
    await after.connect();
    await after.end();
  });

  it('refuses the certificate of another installation', async () => {
    const stranger = await TestServer.start();
    const gateway = await TestGateway.enrol(stranger, 'ville', 'gw-1');
    const { key, certificate } = gateway.identity;
    await expect(
      connectAsync({
        protocol: 'mqtts',
        host: '127.0.0.1',
        port: server.running.mqtt.port,
        ca: server.ca,
        cert: certificate,
        key,
        reconnectPeriod: 0,
        connectTimeout: 5_000,
      }),
    ).rejects.toThrow();
    expect(stranger.ca).not.toBe(server.ca);
    await stranger.remove();
  });
});
