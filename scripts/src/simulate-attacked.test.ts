import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LorawanConfig, LorawanDevice } from '@vigie/contract';
import { findDefinition, normalise } from '@vigie/decoders';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BoundedLog } from '../../agent/src/bounded-log.ts';
import type { LorawanMessage } from '../../agent/src/device-message.ts';
import { imbalanceOf, Ledger } from '../../agent/src/ledger.ts';
import { LorawanStage } from '../../agent/src/lorawan/lorawan-stage.ts';
import { systemClock } from '../../agent/src/system-clock.ts';
import { MemoryStateStore } from '../../agent/test/lorawan/memory-state-store.ts';

const run = promisify(execFile);
const MAIN = new URL('./simulate/main.ts', import.meta.url).pathname;
const CITY = ['--devices', '10', '--class-c', '0.5', '--adr', '--bad-clocks', '--antennas', '3', '--attackers', '4'];
const CONFIG: LorawanConfig = {
  region: 'EU868',
  netId: '000000',
  sources: [{ id: 'roof', type: 'semtech-udp', host: '127.0.0.1', port: 0 }],
  maxDutyCycle: 1,
  rx2: { frequencyHz: 869_525_000, dataRate: 3 },
};

interface Described {
  id: string;
  model: string;
  devEui: string;
  macVersion: LorawanDevice['macVersion'];
  class: LorawanDevice['class'];
  activation: LorawanDevice['activation'];
}

let folder = '';
let stage: LorawanStage | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigie-attacked-'));
});
afterEach(async () => {
  await stage?.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('attackers, wrong clocks and MAC commands change nothing in the readings of a city', {
  timeout: 60_000,
}, async () => {
  const described = await run(process.execPath, [MAIN, ...CITY, '--describe']);
  const devices = (JSON.parse(described.stdout).lorawan.devices as Described[]).map(
    ({ id, model, devEui, macVersion, class: deviceClass, activation }) => ({
      ...{ id, model },
      lorawan: { devEui, macVersion, class: deviceClass, activation },
    }),
  );
  expect(devices.filter(({ lorawan }) => lorawan.class === 'C')).toHaveLength(3);

  const ledger = new Ledger();
  const messages: LorawanMessage[] = [];
  stage = new LorawanStage({
    ...{ ledger, entropy: randomBytes, clock: systemClock('trusted'), state: new MemoryStateStore() },
    log: new BoundedLog(pino({ level: 'silent' }), systemClock('trusted')),
    sink: async (message) => void (message.protocol === 'lorawan' && messages.push(message)),
  });
  await stage.apply(CONFIG, devices);
  const truthFile = join(folder, 'truth.jsonl');
  const address = stage.status().sources[0]?.address ?? '';
  const args = ['--udp', address, '--interval-ms', '2300', '--duration', '22', '--truth', truthFile];
  const { stdout } = await run(process.execPath, [MAIN, ...CITY, ...args]);
  const summary = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  expect(summary.attacks.replayed).toBeGreaterThan(100);
  expect(summary.attacks.forged).toBeGreaterThan(100);
  expect(summary.joined).toBe(10);

  const truth = readFileSync(truthFile, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const said = truth.map(({ key, quantity, channel, value }) => `${key} ${quantity} ${channel ?? ''} ${value}`);
  const heard = messages.flatMap(({ device, fPort, payload, receivedAt, link }) => {
    const definition = findDefinition(device.model);
    if (definition?.protocol !== 'lorawan') throw new Error(`${device.model} is not in the catalogue`);
    const outcome = definition.decodeUplink({ bytes: payload, fPort, receivedAt });
    if (!outcome.ok) throw new Error(outcome.message);
    const key = `${device.lorawan.devEui}:${link.fCnt}`;
    return normalise(outcome.decoded).readings.map((r) => `${key} ${r.quantity} ${r.channel ?? ''} ${r.value}`);
  });
  expect(said.length).toBeGreaterThan(100);
  expect(heard.sort()).toEqual(said.sort());

  const status = stage.status();
  expect(status.devices.flatMap(({ settings }) => settings?.refused ?? [])).toEqual([]);
  expect(status.devices.filter(({ settings }) => settings?.rx2DataRate === 3).length).toBeGreaterThan(5);
  const snapshot = ledger.snapshot();
  expect(Object.keys(snapshot['lorawan.frames']?.dropped ?? {})).toEqual(
    expect.arrayContaining(['LORAWAN_MIC_INVALID', 'LORAWAN_FCNT_REPLAY', 'LORAWAN_DEVNONCE_USED']),
  );
  expect(
    Object.values(snapshot)
      .map(imbalanceOf)
      .filter((off) => off !== 0),
  ).toEqual([]);
});
