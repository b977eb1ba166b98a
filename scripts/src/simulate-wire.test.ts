import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type lora from 'lora-packet';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasProgram } from '../../agent/test/has-program.ts';

const loraPacket: typeof lora.default = createRequire(import.meta.url)('lora-packet');
const run = promisify(execFile);
const MAIN = new URL('./simulate/main.ts', import.meta.url).pathname;
const DEV_ADDR = Buffer.from('00abcdef', 'hex');
const APP_NONCE = Buffer.from('000007', 'hex');
const NET_ID = Buffer.from('000000', 'hex');

let folder = '';
let city: ChildProcess | undefined;
let server: Socket | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigie-city-test-'));
});
afterEach(async () => {
  if (city && city.exitCode === null) await ended(city, 'SIGKILL');
  server?.close();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.kill(signal);
  });
}

/** Starts the simulator and gives the lines that it prints. */
async function start(...args: string[]): Promise<string[]> {
  const lines: string[] = [];
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  city = child;
  child.stdout.setEncoding('utf8').on('data', (text: string) => lines.push(...text.split('\n').filter(Boolean)));
  await vi.waitFor(() => expect(lines[0]).toContain('"ready":true'), 10_000);
  return lines;
}

function truth(): { device: string; protocol: string; quantity: string; channel?: string; value: number | string }[] {
  const text = readFileSync(join(folder, 'truth.jsonl'), 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

const withoutTools = !hasProgram('socat') || !hasProgram('mbpoll');

describe('the simulated city on the wire', () => {
  it.skipIf(withoutTools)(
    'answers a Modbus master of others by TCP and by a serial line, and notes what it answered',
    async () => {
      const line = join(folder, 'gateway');
      const lines = await start('--modbus-base-port', '0', '--rtu', line, '--truth', join(folder, 'truth.jsonl'));
      const { tcpPorts } = JSON.parse(lines[0] ?? '{}');
      const tcp = [
        '-1',
        '-0',
        '-q',
        '-a',
        '1',
        '-t',
        '3:float',
        '-B',
        '-r',
        '70',
        '-c',
        '1',
        '-p',
        String(tcpPorts[0]),
      ];
      const frequency = await run('mbpoll', ['-m', 'tcp', ...tcp, '127.0.0.1']);
      expect(Number(/\[70\]:\s+(\S+)/.exec(frequency.stdout)?.[1])).toBeCloseTo(50, 0);
      const rtu = ['-1', '-0', '-q', '-a', '1', '-t', '3', '-r', '51', '-c', '1', '-b', '19200', '-P', 'none', line];
      expect((await run('mbpoll', ['-m', 'rtu', ...rtu])).stdout).toMatch(/\[51\]:\s+500/);
      if (city) expect(await ended(city, 'SIGTERM')).toBe(0);
      expect(truth()).toContainEqual(expect.objectContaining({ device: 'meter-school', quantity: 'elec.freq' }));
      expect(truth()).toContainEqual(
        expect.objectContaining({ device: 'meter-hall', quantity: 'elec.freq', value: 50 }),
      );
      expect(JSON.parse(lines.at(-1) ?? '{}')).toMatchObject({ emitted: truth().length, readings: { lorawan: 0 } });
    },
  );

  it.skipIf(withoutTools)('switches a contactor that a master writes, and shows it', async () => {
    const lines = await start('--modbus-base-port', '0');
    const { tcpPorts } = JSON.parse(lines[0] ?? '{}');
    const coil = ['-1', '-0', '-q', '-a', '1', '-t', '0', '-r', '2', '-p', String(tcpPorts[2]), '127.0.0.1'];
    for (const state of ['1', '0']) {
      await run('mbpoll', ['-m', 'tcp', ...coil, state]);
      expect((await run('mbpoll', ['-m', 'tcp', '-c', '1', ...coil])).stdout).toMatch(
        new RegExp(`\\[2\\]:\\s+${state}`),
      );
    }
  });

  it('joins, sends frames that a network server can read, and dims a lamp by a downlink in RX1', async () => {
    const network = await startNetwork();
    const truthFile = join(folder, 'truth.jsonl');
    const args = ['--devices', '6', '--interval-ms', '2300', '--truth', truthFile, '--city', join(folder, 'city.json')];
    await start('--udp', `127.0.0.1:${network.port}`, ...args);
    const described = JSON.parse(readFileSync(join(folder, 'city.json'), 'utf8'));
    network.learn(described.lorawan.devices);
    await vi.waitFor(() => expect(truth().map(({ value }) => value)).toContain(37), { timeout: 25_000, interval: 200 });
    if (city) expect(await ended(city, 'SIGINT')).toBe(0);
    expect(network.badMics).toBe(0);
    expect(truth().filter(({ device }) => device === 'lamp-1')).toContainEqual(
      expect.objectContaining({ quantity: 'lamp.dim', value: 37 }),
    );
  }, 40_000);
});

interface Described {
  id: string;
  devEui: string;
  activation: { mode: string; appKey: string };
}

/** As much of a network server as a join and one downlink need, from lora-packet and the standard. */
async function startNetwork() {
  const socket = createSocket('udp4');
  server = socket;
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', () => resolve()));
  let lamp: Described | undefined;
  let pull: RemoteInfo | undefined;
  let keys: { AppSKey: Buffer; NwkSKey: Buffer } | undefined;
  let dimmed = false;
  const network = {
    port: socket.address().port,
    badMics: 0,
    learn: (devices: Described[]): void => {
      lamp = devices[0];
    },
  };
  const down = (phy: Buffer, rxpk: { tmst: number; freq: number; datr: string }, afterUs: number): void => {
    const { tmst, freq, datr } = rxpk;
    const txpk = { tmst: (tmst + afterUs) >>> 0, freq, datr, modu: 'LORA', codr: '4/5', ipol: true, size: phy.length };
    const body = JSON.stringify({ txpk: { ...txpk, data: phy.toString('base64') } });
    if (pull) socket.send(Buffer.concat([Buffer.of(2, 9, 9, 3), Buffer.from(body)]), pull.port, pull.address);
  };
  socket.on('message', (message, from) => {
    const kind = message[3];
    if (kind === 2) socket.send(Buffer.of(2, message[1] ?? 0, message[2] ?? 0, 4), from.port, from.address);
    // Only the first antenna is ever asked to send.
    if (kind === 2 && message[11] === 1) pull = from;
    if (kind !== 0) return;
    socket.send(Buffer.of(2, message[1] ?? 0, message[2] ?? 0, 1), from.port, from.address);
    const { rxpk } = JSON.parse(message.subarray(12).toString());
    if (!rxpk || !lamp || message[11] !== 1) return;
    const packet = loraPacket.fromWire(Buffer.from(rxpk[0].data, 'base64'));
    if (packet.isJoinRequestMessage() && packet.DevEUI?.toString('hex') === lamp.devEui && packet.DevNonce) {
      const appKey = Buffer.from(lamp.activation.appKey, 'hex');
      if (!loraPacket.verifyMIC(packet, undefined, appKey)) network.badMics += 1;
      keys = loraPacket.generateSessionKeys10(appKey, NET_ID, APP_NONCE, packet.DevNonce);
      const fields = { MType: 1, AppNonce: APP_NONCE, NetID: NET_ID, DevAddr: DEV_ADDR, DLSettings: 0, RxDelay: 1 };
      const accept = loraPacket.fromFields({ ...fields, CFList: Buffer.alloc(0) }, undefined, undefined, appKey);
      down(accept.getPHYPayload() ?? Buffer.alloc(0), rxpk[0], 5_000_000);
    } else if (keys && packet.DevAddr?.equals(DEV_ADDR)) {
      if (!loraPacket.verifyMIC(packet, keys.NwkSKey)) network.badMics += 1;
      if (dimmed) return;
      dimmed = true;
      const command = { MType: 3, DevAddr: DEV_ADDR, FCnt: 1, FPort: 60, payload: Buffer.of(1, 0xfe, 37) };
      const frame = loraPacket.fromFields(command, keys.AppSKey, keys.NwkSKey);
      down(frame.getPHYPayload() ?? Buffer.alloc(0), rxpk[0], 1_000_000);
    }
  });
  return network;
}
