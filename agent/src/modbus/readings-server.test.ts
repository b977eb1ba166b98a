import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { type ModbusServerConfig, Stage } from '@vigie/contract';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hasProgram } from '../../test/has-program.ts';
import { BoundedLog } from '../bounded-log.ts';
import { linkOf } from './bus-link.ts';
import type { Link } from './link.ts';
import { ReadingsServer } from './readings-server.ts';

const run = promisify(execFile);
let server: ReadingsServer | undefined;
let link: Link | undefined;
let now = 1_000_000;

afterEach(async () => {
  await link?.close();
  link = undefined;
  await server?.stop();
});

const CONFIG: ModbusServerConfig = {
  host: '127.0.0.1',
  port: 1,
  staleAfterMs: 10_000,
  points: [
    { device: 'meter-1', quantity: 'elec.power', address: 0, type: 'float32' },
    { device: 'meter-1', quantity: 'elec.voltage', channel: 'L1', address: 2, type: 'uint16', scale: 0.1 },
    { device: 'meter-1', quantity: 'elec.import', address: 3, type: 'uint64' },
    { device: 'well-1', quantity: 'wx.temp', address: 7, type: 'int16' },
  ],
};

/** Counts why connections were refused, by the words of the log. */
const refused: Record<string, number> = {};
let stage = new Stage('modbus.clients');

function parts() {
  for (const reason of Object.keys(refused)) delete refused[reason];
  stage = new Stage('modbus.clients');
  const write = (line: string) => {
    const { reason = '' } = JSON.parse(line) as { reason?: string };
    refused[reason] = (refused[reason] ?? 0) + 1;
  };
  const clock = { now: () => now, monotonicMs: () => now, trusted: () => true };
  return { now: () => now, log: new BoundedLog(pino({}, { write }), clock, { lines: 1_000, windowMs: 1 }), stage };
}

async function start(): Promise<{ server: ReadingsServer; port: number }> {
  const started = new ReadingsServer({ ...CONFIG, port: 0 }, parts());
  server = started;
  return { server: started, port: await started.listen() };
}

async function ask(port: number, request: Parameters<Link['exchange']>[1]) {
  const bus = { id: 'b', type: 'tcp' as const, host: '127.0.0.1', port, timeoutMs: 500 };
  link ??= linkOf(bus, { monotonicMs: () => performance.now(), random: Math.random });
  return link.exchange(1, request);
}

const NAN_WORDS = [0x7fc0, 0];

describe('ReadingsServer', () => {
  it.skipIf(!hasProgram('mbpoll'))('is read by mbpoll as holding and as input registers', async () => {
    const { server: started, port } = await start();
    started.note('meter-1', [{ quantity: 'elec.power', value: 1_234.5 }], now);
    const common = ['-m', 'tcp', '-p', String(port), '-1', '-0', '-q', '-B', '-r', '0', '-c', '1'];
    for (const table of ['3:float', '4:float']) {
      const { stdout } = await run('mbpoll', [...common, '-t', table, '127.0.0.1']);
      expect(stdout).toMatch(/\[0\]:\s+1234\.5/);
    }
    const write = run('mbpoll', ['-m', 'tcp', '-p', String(port), '-1', '-0', '-q', '-r', '0', '127.0.0.1', '1']);
    await expect(write).rejects.toMatchObject({ stderr: expect.stringContaining('Illegal function') });
  });

  it('gives scaled, signed and wide values, and absence for what it does not know', async () => {
    const { server: started, port } = await start();
    started.note('meter-1', [{ quantity: 'elec.voltage', channel: 'L1', value: 230.4 }], now);
    started.note('meter-1', [{ quantity: 'elec.import', value: 0x1_0000_0002 }], now);
    started.note('well-1', [{ quantity: 'wx.temp', value: -3.4 }], now);
    expect(await ask(port, { kind: 'read', table: 'inputRegister', address: 0, count: 8 })).toEqual({
      ok: true,
      reply: { kind: 'values', values: [...NAN_WORDS, 2_304, 0, 1, 0, 2, 0xfffd] },
    });
  });

  it('does not pass old or bad readings off as present ones', async () => {
    const { server: started, port } = await start();
    started.note('well-1', [{ quantity: 'wx.temp', value: 20 }], now);
    started.note('meter-1', [{ quantity: 'elec.power', value: 1, quality: 'bad' }], now);
    now += 10_001;
    expect(await ask(port, { kind: 'read', table: 'holdingRegister', address: 7, count: 1 })).toMatchObject({
      reply: { values: [0xffff] },
    });
    expect(await ask(port, { kind: 'read', table: 'holdingRegister', address: 0, count: 2 })).toMatchObject({
      reply: { values: NAN_WORDS },
    });
  });

  it('refuses writes and addresses that nothing stands at', async () => {
    const { port } = await start();
    const exception = (code: number) => ({ ok: true, reply: { kind: 'exception', exception: code } });
    expect(await ask(port, { kind: 'writeRegisters', address: 0, values: [1] })).toEqual(exception(1));
    expect(await ask(port, { kind: 'read', table: 'holdingRegister', address: 8, count: 1 })).toEqual(exception(2));
  });

  describe('at its door', () => {
    const sockets: Socket[] = [];
    afterEach(() => {
      for (const socket of sockets.splice(0)) socket.destroy();
    });
    const connectTo = async (port: number, localAddress = '127.0.0.1'): Promise<Socket> => {
      const socket = connect({ port, host: '127.0.0.1', localAddress });
      socket.on('error', () => undefined);
      sockets.push(socket);
      await once(socket, 'connect');
      return socket;
    };

    it('lets idle clients of one address keep nobody else out', async () => {
      const { server: started, port } = await start();
      for (let count = 0; count < 12; count += 1) await connectTo(port);
      await vi.waitFor(() => expect(refused).toEqual({ 'too many connections that have not said who they are': 8 }));
      started.note('meter-1', [{ quantity: 'elec.power', value: 1 }], now);
      const other = await connectTo(port, '127.0.0.2');
      other.write(Buffer.of(0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 2));
      const [answer] = (await once(other, 'data')) as [Buffer];
      expect(answer.readFloatBE(9)).toBe(1);
    });

    it('ends a client that asks for nothing in ten seconds, a byte now and then or not', {
      timeout: 60_000,
    }, async () => {
      const { port } = await start();
      const silent = await connectTo(port);
      const dripping = await connectTo(port);
      const drip = setInterval(() => dripping.write(Buffer.of(0)), 2_000);
      const asking = await connectTo(port);
      asking.write(Buffer.of(0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 2));
      await Promise.all([once(silent, 'close'), once(dripping, 'close')]);
      clearInterval(drip);
      expect(refused).toEqual({ 'it did not say who it is': 2 });
      expect(asking.destroyed).toBe(false);
    });

    it('lets everything else have its turn while clients ask as fast as they can', { timeout: 60_000 }, async () => {
      const points = Array.from({ length: 10_000 }, (_, index) => {
        return { device: `d${index}`, quantity: 'elec.power', address: index * 2, type: 'float32' as const };
      });
      server = new ReadingsServer({ ...CONFIG, port: 0, points }, parts());
      const port = await server.listen();
      const read = Buffer.from('00010000000601030000007c', 'hex');
      const flood = Buffer.concat(Array.from({ length: 5_000 }, () => read));
      let answered = 0;
      const clients = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
      let longestMs = 0;
      let before = performance.now();
      const watch = setInterval(() => {
        const nowMs = performance.now();
        longestMs = Math.max(longestMs, nowMs - before);
        before = nowMs;
      }, 5);
      for (const client of clients) {
        client.on('data', (bytes) => {
          answered += bytes.length;
        });
        client.write(flood);
      }
      // Each is answered in full: 257 bytes for a request.
      await vi.waitFor(() => expect(answered).toBe(4 * 5_000 * 257), { timeout: 50_000, interval: 20 });
      clearInterval(watch);
      for (const client of clients) client.destroy();
      expect(longestMs).toBeLessThan(500);
    });

    it('lets whoever asked longest ago give way to those that ask', async () => {
      const { port } = await start();
      const request = Buffer.of(0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 2);
      const ask = async (socket: Socket) => {
        socket.write(request);
        await once(socket, 'data');
      };
      const controller = await connectTo(port, '127.0.0.2');
      const guest = await connectTo(port, '127.0.0.3');
      await ask(guest);
      for (let client = 0; client < 40; client += 1) {
        await ask(await connectTo(port, `127.0.1.${client + 1}`));
        await ask(controller);
      }
      await vi.waitFor(() => expect(guest.destroyed).toBe(true));
      expect(controller.destroyed).toBe(false);
      expect(stage.snapshot().held).toBe(16);
    });

    it('ends a client that does not fetch its answers', { timeout: 60_000 }, async () => {
      const { port } = await start();
      const socket = await connectTo(port);
      socket.pause();
      const request = Buffer.of(0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 8);
      const flood = Buffer.concat(Array.from({ length: 4_096 }, () => request));
      const pour = setInterval(() => socket.write(flood), 1);
      await vi.waitFor(() => expect(refused['it does not read']).toBe(1), { timeout: 50_000 });
      clearInterval(pour);
    });

    it('ends a client that speaks another protocol', async () => {
      const { port } = await start();
      const socket = await connectTo(port);
      socket.write('GET / HTTP/1.1\r\n\r\n');
      await once(socket, 'close');
      expect(refused).toEqual({ 'it speaks no Modbus': 1 });
    });
  });

  it('says that its address is taken', async () => {
    const { port } = await start();
    const second = new ReadingsServer({ ...CONFIG, port }, parts());
    await expect(second.listen()).rejects.toMatchObject({ code: 'CONFIG_PORT_BUSY' });
  });
});
