import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseClaim } from '@vigie/contract';
import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CityMessage } from '../src/subscriptions/city-message.ts';
import { type Ready, runVerb, ServerProcess } from './server-process.ts';
import { makeCsr, readings, TestGateway } from './test-gateway.ts';
import type { TestServer } from './test-server.ts';

const CYCLES = Number(process.env.VIGIE_KILL_CYCLES ?? 4);
const BATCH = 20;

describe('the program', () => {
  let dataFolder: string;
  let server: ServerProcess;

  beforeEach(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'vigie-kill-'));
    server = new ServerProcess(dataFolder);
  });
  afterEach(async () => {
    await server.end('SIGKILL');
    await rm(dataFolder, { recursive: true, force: true });
  });

  it('makes the first administrator once, claims from the command line, and stops when told', {
    timeout: 60_000,
  }, async () => {
    const init = JSON.parse((await runVerb(['init', '--data', dataFolder, '--json'])).stdout);
    expect(init.firstAdministrator).toMatchObject({ name: 'admin' });
    const again = JSON.parse((await runVerb(['--json', '--data', dataFolder, 'init'])).stdout);
    expect(again).toEqual({ caFingerprint: init.caFingerprint });
    const authority = new X509Certificate((await runVerb(['ca', '--data', dataFolder])).stdout);
    expect(authority.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(init.caFingerprint);
    const reset = await runVerb(['user', 'reset-password', 'admin', '--data', dataFolder, '--json']);
    expect(JSON.parse(reset.stdout).password).not.toBe(init.firstAdministrator.password);
    const unknown = await runVerb(['user', 'reset-password', 'nobody', '--data', dataFolder, '--json']);
    expect(unknown.code).toBe(1);
    expect(JSON.parse(unknown.stdout).error.code).toBe('NOT_FOUND');
    const verify = ['audit', 'verify', '--data', dataFolder, '--json'];
    expect(JSON.parse((await runVerb(verify)).stdout)).toEqual({ ok: true });
    const database = new DatabaseSync(join(dataFolder, 'vigie.db'));
    const { id } = database.prepare('UPDATE audit_rows SET actor = ? RETURNING id').get('nobody') ?? {};
    database.close();
    const altered = await runVerb(verify);
    expect([altered.code, JSON.parse(altered.stdout)]).toEqual([1, { ok: false, row: id }]);
    const ready = await server.start();
    expect(ready.caFingerprint).toBe(init.caFingerprint);
    expect(ready.firstAdministrator).toBeUndefined();
    expect(await server.end('SIGTERM')).toBe(0);
    expect(server.output).not.toContain(init.firstAdministrator.password);
  });

  it(`loses and doubles nothing over ${CYCLES} kills under load`, { timeout: 120_000 + CYCLES * 5_000 }, async () => {
    await runVerb(['init', '--data', dataFolder]);
    const token = JSON.parse(
      (await runVerb(['token', 'create', '--name', 't', '--role', 'administrator', '--data', dataFolder, '--json']))
        .stdout,
    ).secret;
    const { claim } = JSON.parse(
      (await runVerb(['claim', 'create', '--tenant', 'ville', '--gateway', 'gw-1', '--data', dataFolder, '--json']))
        .stdout,
    );
    let ready = await server.start();
    const { csr, key } = await makeCsr();
    const identity = { ...(await post(ready, '/enrol', { v: 1, code: parseClaim(claim)?.code, csr })), key };
    const { password } = await post(ready, '/api/v1/tenants/ville/platform-accounts', { name: 'hypervisor' }, token);
    const received = new Map<string, CityMessage>();
    const subscribe = async () => {
      const client = await connectAsync({
        ...{ protocol: 'mqtts', host: '127.0.0.1', port: ready.mqtt.port, ca: identity.ca, reconnectPeriod: 0 },
        ...{ clientId: 'hypervisor', clean: false, username: 'hypervisor', password },
      });
      client.on('error', () => undefined);
      client.on('message', (_topic, payload) => {
        const message = JSON.parse(payload.toString()) as CityMessage;
        received.set(message.id, message);
      });
      await client.subscribeAsync('city/v1/ville/#', { qos: 1 });
      return client;
    };
    const outbox = new Outbox();
    for (let cycle = 0; cycle < CYCLES; cycle += 1) {
      const gateway = new TestGateway({ running: ready } as unknown as TestServer, identity);
      await gateway.connect();
      const platform = await subscribe();
      const killed = new Promise<unknown>((resolve) => {
        setTimeout(() => resolve(server.end('SIGKILL')), 150 + ((cycle * 137) % 400));
      });
      await outbox.pump(gateway);
      await killed;
      await Promise.all([gateway.end(), platform.endAsync(true)]);
      ready = await server.start({ http: ready.http.port, mqtt: ready.mqtt.port });
    }
    const gateway = new TestGateway({ running: ready } as unknown as TestServer, identity);
    await gateway.connect();
    const platform = await subscribe();
    await outbox.drain(gateway);
    await vi.waitFor(() => expect(received.size).toBe(outbox.emitted), { timeout: 20_000, interval: 50 });
    const values = [...received.values()].map(({ value }) => Number(value));
    expect(new Set(values).size).toBe(outbox.emitted);
    await Promise.all([gateway.end(), platform.endAsync(true)]);
  });
});

/** What a gateway keeps: a record stays until the server has acknowledged it. */
class Outbox {
  readonly #kept = new Map<number, object>();
  #seq = 0;

  get emitted(): number {
    return this.#seq;
  }

  /** Sends until the connection ends, everything that is not acknowledged first. */
  async pump(gateway: TestGateway): Promise<void> {
    while (gateway.client?.connected) {
      for (let count = 0; count < BATCH; count += 1) {
        this.#seq += 1;
        this.#kept.set(this.#seq, readings({ 'cab.power': this.#seq }));
      }
      await this.#send(gateway, () => gateway.client?.connected !== true);
    }
  }

  drain(gateway: TestGateway): Promise<void> {
    return this.#send(gateway, () => false);
  }

  async #send(gateway: TestGateway, givenUp: () => boolean): Promise<void> {
    const records = [...this.#kept].map(([seq, record]) => ({ seq, record }));
    const batch = gateway.sendAs(records);
    while (gateway.acknowledgedThrough('live') < batch) {
      if (givenUp()) return;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    for (const { seq } of records) this.#kept.delete(seq);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects
function post(ready: Ready, path: string, body: object, token?: string): Promise<any> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        ...{ host: '127.0.0.1', port: ready.http.port, path, method: 'POST', rejectUnauthorized: false, agent: false },
        headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(JSON.parse(text)));
      },
    );
    call.on('error', reject);
    call.end(JSON.stringify(body));
  });
}
