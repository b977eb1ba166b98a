import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasProgram } from '../../../agent/test/has-program.ts';
import { District, GATEWAY, TENANT } from './district.ts';
import { judge } from './verdict.ts';

interface Command {
  id: string;
  state: string;
  result?: Record<string, unknown>;
  error?: { code: string };
}

interface Gateway {
  config: { applied: number; rejected?: { code: string; revision: number } };
}

const LIMIT = { timeout: 30_000, interval: 200 };
const GATEWAY_PATH = `/tenants/${TENANT}/gateways/${GATEWAY}`;

describe.skipIf(!hasProgram('socat'))('a district of real programs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-district-'));
  const district = new District({
    folder,
    httpPort: 0,
    mqttPort: 0,
    city: ['--seed', '7', '--devices', '8', '--interval-ms', '1500', '--modbus-interval-ms', '1000', '--speed', '60'],
    say: () => undefined,
  });

  beforeAll(async () => {
    await district.start();
    await vi.waitFor(() => expect(district.subscriber.count).toBeGreaterThan(100), LIMIT);
  }, 60_000);
  afterAll(async () => {
    await district.stop();
    rmSync(folder, { recursive: true });
  });

  const deviceOf = (model: string): string => {
    const devices = [...(district.description?.lorawan.devices ?? []), ...(district.description?.modbus.devices ?? [])];
    const id = devices.find((device) => device.model === model)?.id;
    if (id === undefined) throw new Error(`the city has no ${model}`);
    return id;
  };
  const order = (device: string, name: string, args: object) =>
    district.api.post<Command>(`${GATEWAY_PATH}/devices/${device}/commands`, { name, args, expiresInSeconds: 60 });
  const settled = (id: string, state: string) =>
    vi.waitFor(async () => {
      const command = await district.api.get<Command>(`/tenants/${TENANT}/commands/${id}`);
      expect(command.state).toBe(state);
      return command;
    }, LIMIT);

  it('dims a lamp after its next uplink, and the lamp says so', async () => {
    const lamp = deviceOf('nasys/ul20xx');
    const { id, state } = await order(lamp, 'lamp.dim', { level: 37 });
    expect(state).toBe('queued');
    await settled(id, 'confirmed');
    const levels = () =>
      district.subscriber
        .observations()
        .filter(({ device, quantity }) => device === lamp && quantity === 'lamp.dim')
        .map(({ value }) => value);
    await vi.waitFor(() => expect(levels()).toContain(37), LIMIT);
  });

  it('switches a circuit by Modbus and reads it back', async () => {
    const cabinet = deviceOf('vigie/lighting-cabinet');
    const { id } = await order(cabinet, 'contactor.switch', { circuit: 2, state: 'on' });
    await settled(id, 'confirmed');
  });

  it('refuses an order that the device does not know or that is out of its bounds', async () => {
    const lamp = deviceOf('nasys/ul20xx');
    await expect(order(lamp, 'lamp.explode', {})).rejects.toThrow('COMMAND_UNKNOWN');
    await expect(order(lamp, 'lamp.dim', { level: 101 })).rejects.toThrow('COMMAND_ARGUMENT');
  });

  it('stays on the last good document when the gateway cannot live with a new one, and says why', async () => {
    const current = await district.api.get<{ revision: number; modbus: { buses: object[] } }>(`${GATEWAY_PATH}/config`);
    const broken = { type: 'rtu', id: 'broken', path: '/dev/vigie-none', baudRate: 9600, parity: 'none', stopBits: 1 };
    const { revision, ...draft } = current;
    await district.api.put(`${GATEWAY_PATH}/config`, {
      ...draft,
      modbus: { buses: [...current.modbus.buses, broken] },
    });
    await vi.waitFor(async () => {
      const { config } = await district.api.get<Gateway>(GATEWAY_PATH);
      expect(config).toMatchObject({ applied: revision, rejected: { code: 'CONFIG_BUS_FAILED' } });
    }, LIMIT);
    await district.api.put(`${GATEWAY_PATH}/config`, draft);
    await vi.waitFor(async () => {
      const { config } = await district.api.get<Gateway>(GATEWAY_PATH);
      expect(config).toEqual({ revision: revision + 2, applied: revision + 2 });
    }, LIMIT);
  });

  it('tells a technician how it is', () => {
    const doctor = district.doctor();
    expect(doctor.findings.filter(({ verdict }) => verdict === 'bad')).toEqual([]);
    expect(doctor.findings).toContainEqual(expect.objectContaining({ check: 'ledger', verdict: 'good' }));
  });

  it('gave the platform every reading of both protocols once', async () => {
    await district.stopCity();
    const emitted = district.emitted();
    expect(new Set(emitted.map(({ protocol }) => protocol)).size).toBe(2);
    await vi.waitFor(() => expect(judge(emitted, district.subscriber.observations()).lost).toBe(0), LIMIT);
    expect(judge(emitted, district.subscriber.observations())).toMatchObject({ lost: 0, duplicates: 0 });
  });

  it('wrote no key and no password into a log', () => {
    const secrets = [district.login.password, ...appKeysOf(JSON.stringify(district.description))];
    expect(secrets.length).toBeGreaterThan(3);
    for (const secret of secrets) {
      const found = execFileSync('sh', [
        '-c',
        'grep -lF -- "$1" "$2"/agent.log "$2"/city.log || true',
        'sh',
        secret,
        folder,
      ]);
      expect(found.toString()).toBe('');
    }
  });
});

function appKeysOf(description: string): string[] {
  return [...description.matchAll(/"(?:appKey|nwkSKey|appSKey)":\s*"([0-9a-f]{32})"/g)].map(([, key]) => key ?? '');
}
