import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDataDirectory } from '../../agent/src/data-directory.ts';
import { saveIdentity } from '../../agent/src/enrol/identity.ts';
import { type Agent, startAgent } from '../../agent/src/main.ts';
import { Storage } from '../../agent/src/storage/storage.ts';
import { PacketForwarder } from '../../agent/test/lorawan/packet-forwarder.ts';
import { SYSTEM_CLOCK } from '../../agent/test/lorawan/radio-bench.ts';
import { RadioDevice } from '../../agent/test/lorawan/radio-device.ts';
import { freeTcpPort } from '../../agent/test/mosquitto.ts';
import { TestGateway } from '../../fleet-server/test/test-gateway.ts';
import { TestServer } from '../../fleet-server/test/test-server.ts';

const WAIT = { timeout: 30_000, interval: 100 };

describe('a device whose key is wrong, from the antenna to the events of the fleet', () => {
  const data = mkdtempSync(join(tmpdir(), 'vigie-mic-'));
  const meter = RadioDevice.abp(7);
  let server: TestServer;
  let agent: Agent;
  let antenna: PacketForwarder;

  beforeAll(async () => {
    server = await TestServer.start();
    const { identity } = await TestGateway.enrol(server, 'ville', 'gw-1');
    const port = await freeTcpPort();
    const activation = { mode: 'abp', devAddr: meter.devAddr, nwkSKey: meter.nwkSKey, appSKey: meter.appSKey };
    await server.admin('PUT', '/tenants/ville/gateways/gw-1/config', {
      schema: 1,
      lorawan: {
        region: 'EU868',
        netId: '000000',
        sources: [{ id: 'roof', type: 'semtech-udp', host: '127.0.0.1', port }],
      },
      devices: [
        {
          id: 'water-1',
          model: 'talkpool/oy1320',
          lorawan: { devEui: meter.devEui, macVersion: '1.0.3', class: 'A', activation },
        },
      ],
    });
    const storage = new Storage();
    const { state, stateKey } = openDataDirectory(data);
    await storage.call('openState', state, stateKey);
    await saveIdentity(storage.stateStore(), identity);
    await storage.close();
    agent = await startAgent({
      ...{ dataDirectory: data, clock: SYSTEM_CLOCK, log: pino({ level: 'silent' }), healthPort: 0 },
      linkTiming: { spreadMs: 0, firstDelayMs: 50, maxDelayMs: 200 },
    });
    await vi.waitFor(async () => {
      const { config } = await server.admin('GET', '/tenants/ville/gateways/gw-1');
      expect(config.applied).toBe(config.revision);
    }, WAIT);
    antenna = await PacketForwarder.start(`127.0.0.1:${port}`);
  }, 60_000);

  afterAll(async () => {
    await antenna?.close();
    await agent?.stop();
    await server?.remove();
    rmSync(data, { recursive: true });
  });

  const told = async () => {
    const { items } = await server.admin('GET', '/tenants/ville/events');
    return items.filter(({ code }: { code: string }) => code === 'LORAWAN_MIC_FAILING');
  };

  it('is told of once, by name, after three frames that fail their check', { timeout: 60_000 }, async () => {
    meter.nwkSKey = 'f'.repeat(32);
    const forge = () => antenna.push(meter.uplink({ fPort: 2, payload: Buffer.from('012100000001', 'hex') }));
    for (let frame = 0; frame < 3; frame += 1) forge();
    await vi.waitFor(async () => expect(await told()).toHaveLength(1), WAIT);
    expect(await told()).toMatchObject([
      { gateway: 'gw-1', device: 'water-1', source: 'gateway', severity: 'warning', message: '3 frames in 1 min' },
    ]);
  });
});
