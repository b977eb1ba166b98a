import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stage } from '@vigie/contract';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { device, polite, running, slave, start, tcpBus } from '../../../test/modbus-bench.ts';
import { readAnswer, startTcpSlave } from '../../../test/modbus-slave.ts';
import { BoundedLog } from '../../bounded-log.ts';
import { noteRunning } from '../../data-directory.ts';
import { HealthServer } from '../../health/health-server.ts';
import { BusDesk } from '../../local-console/bus-desk.ts';
import { modbusCommand } from './modbus-commands.ts';

const TOKEN = 'a-token-of-this-test';
let printed = '';
let folder = '';

beforeEach(() => {
  printed = '';
  folder = mkdtempSync(join(tmpdir(), 'vigie-bus-'));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
  rmSync(folder, { recursive: true });
});

async function run(...args: string[]): Promise<void> {
  await modbusCommand().exitOverride().parseAsync(args, { from: 'user' });
}

/** An agent's Modbus stage that polls one device on the bus `net`, with its port for the tools of this machine. */
async function runningStage(behaviour = polite) {
  const network = await slave(startTcpSlave(behaviour));
  const bench = start();
  await bench.stage.apply({ buses: [tcpBus('net', network.port)] }, [device('a', 'net', 1)]);
  const written: object[] = [];
  const log = { info: (fields: object) => written.push(fields) };
  const clock = { now: () => 0, monotonicMs: () => 0, trusted: () => true };
  const refusals = new BoundedLog(pino({ level: 'silent' }), clock);
  const desk = new BusDesk({ token: TOKEN, ask: (...question) => bench.stage.ask(...question), log, refusals });
  const health = new HealthServer({
    log: refusals,
    stage: new Stage('health.connections'),
    source: {
      healthy: () => true,
      status: () => ({}),
      metrics: () => '',
      useBus: (request, response) => desk.answer(request, response),
    },
  });
  const healthPort = await health.listen(0);
  running.push(health);
  noteRunning(folder, { pid: process.pid, healthPort, token: TOKEN });
  return { ...bench, network, healthPort, written, refusals };
}

const onBus = () => ['--bus', 'net', '--data', folder, '--json'];

describe('the tools on a bus of the running agent', () => {
  it('read and scan between the polls, which go on', async () => {
    const { of } = await runningStage((request) => request.unit < 3 && polite(request));
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(0));
    await run('read', 'holding', '10', '1', '--unit', '2', ...onBus());
    expect(JSON.parse(printed).words).toEqual([2_010]);
    printed = '';
    const before = of('a').length;
    await run('scan', '--units', '1-4', '--timeout-ms', '60', ...onBus());
    expect(JSON.parse(printed).found.map(({ unit }: { unit: number }) => unit)).toEqual([1, 2]);
    await vi.waitFor(() => expect(of('a').length).toBeGreaterThan(before + 1));
  });

  it('write, read back, and leave a line in the log', async () => {
    let kept = 0;
    const { written } = await runningStage((request) => {
      if (request.functionCode !== 6) return request.answer(readAnswer(request, () => kept));
      kept = request.count;
      request.answer(request.pdu);
    });
    await run('write', 'holding', '7', '42', '--unit', '1', ...onBus());
    expect(JSON.parse(printed)).toMatchObject({ ok: true });
    expect(written).toMatchObject([{ bus: 'net', unit: 1, request: { kind: 'writeRegisters', values: [42] } }]);
  });

  it('are refused without the token, for another bus, for nonsense, and where no agent runs', async () => {
    const { healthPort, refusals } = await runningStage();
    const post = (token: string, body: object | string) =>
      fetch(`http://127.0.0.1:${healthPort}/modbus/exchange`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }).then(({ status }) => status);
    const read = { kind: 'read', table: 'coil', address: 0, count: 1 };
    expect(await post('wrong', { bus: 'net', unit: 1, request: read })).toBe(401);
    expect(refusals.counts()).toEqual({ UNAUTHENTICATED: 1 });
    expect(await post(TOKEN, { bus: 'other', unit: 1, request: read })).toBe(404);
    expect(await post(TOKEN, { bus: 'net', unit: 256, request: read })).toBe(400);
    expect(await post(TOKEN, { bus: 'net', unit: 1, request: { ...read, table: 'holdingRegister', count: 200 } })).toBe(
      400,
    );
    expect(await post(TOKEN, '{')).toBe(400);
    expect(await post(TOKEN, 'x'.repeat(100_000))).toBe(400);
    const other = ['--bus', 'other', '--data', folder];
    await expect(run('read', 'holding', '0', '--unit', '1', ...other)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    rmSync(join(folder, 'running.json'));
    await expect(run('read', 'holding', '0', '--unit', '1', ...onBus())).rejects.toMatchObject({
      code: 'AGENT_NOT_RUNNING',
    });
  });
});

describe('try --save', () => {
  it('gathers a cabinet in one document that a gateway takes, a register list of its own included', async () => {
    const network = await slave(startTcpSlave((request) => request.answer(readAnswer(request, () => 0x4366))));
    const line = ['--tcp', `127.0.0.1:${network.port}`, '--json'];
    const document = join(folder, 'cabinet.json');
    await run('try', 'eastron/sdm630', '--unit', '1', '--id', 'feeder', '--save', document, ...line);
    const list = { registers: [{ table: 'inputRegister', address: 3, type: 'uint16', quantity: 'elec.power' }] };
    const modelFile = join(folder, 'model.json');
    writeFileSync(modelFile, JSON.stringify({ id: 'acme/meter', domain: 'electricity', modbus: list }));
    const own = ['try', '--model-file', modelFile, '--unit', '2', '--id', 'pump', '--save', document, ...line];
    await run(...own);
    await run(...own, '--interval-ms', '5000');
    const saved = JSON.parse(readFileSync(document, 'utf8'));
    expect(saved).toMatchObject({
      schema: 1,
      modbus: { buses: [{ id: 'bus-1', type: 'tcp', port: network.port }] },
      models: [{ id: 'acme/meter' }],
      devices: [
        { id: 'feeder', model: 'eastron/sdm630', modbus: { bus: 'bus-1', unit: 1 } },
        { id: 'pump', model: 'acme/meter', modbus: { unit: 2, intervalMs: 5_000 } },
      ],
    });
    expect(saved.devices).toHaveLength(2);
    // The server gives revisions: a document with one that is not in force would be refused.
    expect(saved).not.toHaveProperty('revision');
    writeFileSync(document, JSON.stringify({ ...saved, revision: 7 }));
    await run(...own, '--interval-ms', '6000');
    expect(JSON.parse(readFileSync(document, 'utf8'))).toMatchObject({ revision: 7 });
    writeFileSync(document, JSON.stringify(saved));
    // The same unit under another name cannot be: nothing is written.
    const twice = ['try', 'eastron/sdm630', '--unit', '1', '--id', 'other', '--save', document, ...line];
    await expect(run(...twice)).rejects.toMatchObject({ code: 'CONFIG_REFERENCE' });
    expect(JSON.parse(readFileSync(document, 'utf8'))).toEqual(saved);
  });

  it('writes nothing where the model reads nothing', async () => {
    const network = await slave(startTcpSlave(() => undefined));
    const document = join(folder, 'none.json');
    const line = ['--tcp', `127.0.0.1:${network.port}`, '--timeout-ms', '50', '--json'];
    await run('try', 'eastron/sdm630', '--unit', '1', '--save', document, ...line);
    expect(process.exitCode).toBe(1);
    expect(() => readFileSync(document)).toThrow();
  });
});
