import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModbusConfig, ModbusDeviceConfig } from '@vigie/contract';
import { decodeRegisters, findDefinition, normalise } from '@vigie/decoders';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ModbusMessage } from '../../agent/src/device-message.ts';
import { imbalanceOf, Ledger } from '../../agent/src/ledger.ts';
import { ModbusStage } from '../../agent/src/modbus/modbus-stage.ts';
import { hasProgram } from '../../agent/test/has-program.ts';

const MAIN = new URL('simulate/main.ts', import.meta.url).pathname;
const LEAST_READINGS = 1_500;

let folder = '';
let city: ChildProcess | undefined;
let stage: ModbusStage | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigie-modbus-city-'));
});
afterEach(async () => {
  await stage?.stop();
  if (city && city.exitCode === null) await end(city, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}

interface Said {
  device: string;
  quantity: string;
  channel?: string | undefined;
  value: number | string;
}

function sorted(said: readonly Said[]): string[] {
  return said.map(({ device, quantity, channel, value }) => `${device} ${quantity} ${channel ?? ''} ${value}`).sort();
}

async function startCity(faults: string): Promise<{ config: ModbusConfig; devices: ModbusDeviceConfig[] }> {
  const files = ['--truth', join(folder, 'truth.jsonl'), '--city', join(folder, 'city.json')];
  const modbus = ['--modbus-base-port', '0', '--rtu', join(folder, 'line'), '--modbus-interval-ms', '200'];
  const args = [MAIN, ...modbus, ...files, '--modbus-faults', faults, '--speed', '60'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  city = child;
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const { modbus: described } = JSON.parse(readFileSync(join(folder, 'city.json'), 'utf8'));
  const devices = described.devices.map(
    ({ id, model, bus, unit, intervalMs }: { id: string; model: string } & ModbusDeviceConfig['modbus']) => ({
      id,
      model,
      modbus: { bus, unit, intervalMs },
    }),
  );
  const buses = described.buses.map((bus: object) => ({ ...bus, timeoutMs: 500 }));
  return { config: { buses }, devices };
}

it.skipIf(!hasProgram('socat')).each(['0', '0.08'])(
  'reads from a city, a share of %s of whose answers go wrong, what it said: nothing less, nothing else',
  async (faults) => {
    const { config, devices } = await startCity(faults);
    const ledger = new Ledger();
    const heard: Said[] = [];
    const read = ({ device, image, layout }: ModbusMessage): void => {
      if (!layout) throw new Error('no layout');
      const outcome = decodeRegisters(layout, image);
      if (!outcome.ok) throw new Error(outcome.message);
      for (const reading of normalise(outcome.decoded).readings) heard.push({ device: device.id, ...reading });
    };
    stage = new ModbusStage({
      ledger,
      clock: { now: () => Date.now(), monotonicMs: () => performance.now(), trusted: () => true },
      log: pino({ level: 'silent' }),
      sink: async (message) => {
        if (message.protocol === 'modbus') read(message);
      },
      random: Math.random,
      findModel: findDefinition,
    });
    await stage.apply(config, devices);
    await vi.waitFor(() => expect(heard.length).toBeGreaterThan(LEAST_READINGS), { timeout: 25_000, interval: 50 });
    if (city) await end(city, 'SIGTERM');
    await vi.waitFor(() => expect(ledger.stage('modbus.polls').snapshot().held).toBe(0));
    const lines = readFileSync(join(folder, 'truth.jsonl'), 'utf8').trim().split('\n');
    expect(sorted(heard)).toEqual(sorted(lines.map((line) => JSON.parse(line))));
    expect(imbalanceOf(ledger.stage('modbus.polls').snapshot())).toBe(0);
  },
  40_000,
);
