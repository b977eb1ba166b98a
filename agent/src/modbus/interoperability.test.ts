import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModbusBus } from '@vigie/contract';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hasProgram } from '../../test/has-program.ts';
import { linkOf } from './bus-link.ts';
import type { Exchange, Link } from './link.ts';

/** Slaves that no one here wrote; register n holds n, coil n is set for odd n. */
const PYMODBUS_SLAVE = `
import asyncio, sys
from pymodbus.server.async_io import StartAsyncTcpServer, StartAsyncUdpServer, StartAsyncSerialServer
from pymodbus.datastore import ModbusSequentialDataBlock as B, ModbusSlaveContext, ModbusServerContext
from pymodbus.device import ModbusDeviceIdentification
from pymodbus.transaction import ModbusAsciiFramer, ModbusRtuFramer
words = list(range(0, 400))
bits = [n % 2 == 1 for n in range(0, 400)]
unit = ModbusSlaveContext(di=B(0, bits), co=B(0, bits), hr=B(0, words), ir=B(0, words), zero_mode=True)
context = ModbusServerContext(slaves={7: unit}, single=False)
identity = ModbusDeviceIdentification()
identity.VendorName = 'Interop'
identity.ProductCode = 'PM'
identity.MajorMinorRevision = '3.0'
async def main():
    if sys.argv[1] == 'tcp':
        await StartAsyncTcpServer(context=context, identity=identity, address=('127.0.0.1', int(sys.argv[2])))
    elif sys.argv[1] == 'udp':
        await StartAsyncUdpServer(context=context, identity=identity, address=('127.0.0.1', int(sys.argv[2])))
    else:
        framer = ModbusAsciiFramer if sys.argv[1] == 'ascii' else ModbusRtuFramer
        await StartAsyncSerialServer(context=context, identity=identity, framer=framer, port=sys.argv[2], baudrate=19200)
asyncio.run(main())
`;

const LIBMODBUS_SLAVE = `
#include <modbus/modbus.h>
#include <stdlib.h>
int main(int argc, char **argv) {
  (void)argc;
  modbus_t *bus = modbus_new_tcp("127.0.0.1", atoi(argv[1]));
  modbus_mapping_t *map = modbus_mapping_new(400, 400, 400, 400);
  for (int n = 0; n < 400; n++) {
    map->tab_registers[n] = map->tab_input_registers[n] = (uint16_t)n;
    map->tab_bits[n] = map->tab_input_bits[n] = n % 2;
  }
  int listening = modbus_tcp_listen(bus, 1);
  for (;;) {
    modbus_tcp_accept(bus, &listening);
    uint8_t request[MODBUS_TCP_MAX_ADU_LENGTH];
    for (int length; (length = modbus_receive(bus, request)) != -1;) modbus_reply(bus, request, length, map);
  }
}
`;

let folder = '';
const children: ChildProcess[] = [];
let link: Link | undefined;

afterEach(async () => {
  await link?.close();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  folder = mkdtempSync(join(tmpdir(), 'vigie-interop-'));
  return folder;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function run(command: string, ...args: string[]): void {
  children.push(spawn(command, args, { stdio: 'ignore' }));
}

function tcpBus(port: number): ModbusBus {
  return { id: 'b', type: 'tcp', host: '127.0.0.1', port, timeoutMs: 500 };
}

async function connected(bus: ModbusBus): Promise<Link> {
  const opened = linkOf(bus, { monotonicMs: () => performance.now(), random: Math.random });
  link = opened;
  await vi.waitFor(async () => expect(await opened.open()).toBeUndefined(), { timeout: 15_000, interval: 100 });
  return opened;
}

/** What any conforming slave must do, whoever wrote it. */
async function speakWith(slave: Link, unit: number): Promise<void> {
  const ask = (request: Parameters<Link['exchange']>[1]): Promise<Exchange> => slave.exchange(unit, request);
  const values = (...expected: number[]): Exchange => ({ ok: true, reply: { kind: 'values', values: expected } });
  const done: Exchange = { ok: true, reply: { kind: 'done' } };
  // The first answers may be missing while a serial server starts.
  await vi.waitFor(
    async () =>
      expect(await ask({ kind: 'read', table: 'holdingRegister', address: 5, count: 3 })).toEqual(values(5, 6, 7)),
    { timeout: 15_000, interval: 100 },
  );
  expect(await ask({ kind: 'read', table: 'inputRegister', address: 260, count: 2 })).toEqual(values(260, 261));
  const whole = await ask({ kind: 'read', table: 'inputRegister', address: 0, count: 125 });
  expect(whole).toEqual(values(...Array.from({ length: 125 }, (_, index) => index)));
  expect(await ask({ kind: 'read', table: 'coil', address: 0, count: 5 })).toEqual(values(0, 1, 0, 1, 0));
  expect(await ask({ kind: 'read', table: 'discreteInput', address: 9, count: 9 })).toEqual(
    values(1, 0, 1, 0, 1, 0, 1, 0, 1),
  );
  expect(await ask({ kind: 'writeRegisters', address: 20, values: [4_711] })).toEqual(done);
  expect(await ask({ kind: 'writeRegisters', address: 21, values: [1, 65_535, 3] })).toEqual(done);
  expect(await ask({ kind: 'read', table: 'holdingRegister', address: 20, count: 4 })).toEqual(
    values(4_711, 1, 65_535, 3),
  );
  expect(await ask({ kind: 'maskWrite', address: 20, and: 0xff00, or: 0x0034 })).toEqual(done);
  expect(await ask({ kind: 'read', table: 'holdingRegister', address: 20, count: 1 })).toEqual(
    values((4_711 & 0xff00) | (0x0034 & ~0xff00)),
  );
  expect(await ask({ kind: 'writeCoils', address: 30, values: [1] })).toEqual(done);
  expect(await ask({ kind: 'writeCoils', address: 31, values: [0, 1, 1] })).toEqual(done);
  expect(await ask({ kind: 'read', table: 'coil', address: 30, count: 4 })).toEqual(values(1, 0, 1, 1));
  expect(await ask({ kind: 'read', table: 'holdingRegister', address: 5_000, count: 1 })).toEqual({
    ok: true,
    reply: { kind: 'exception', exception: 2 },
  });
}

const PACKAGES = '/usr/lib/python3/dist-packages';

describe.skipIf(!existsSync(`${PACKAGES}/pymodbus`) || !existsSync(`${PACKAGES}/serial_asyncio`))(
  'with pymodbus',
  () => {
    it('speaks by TCP and reads its identification', async () => {
      const script = join(newFolder(), 'slave.py');
      writeFileSync(script, PYMODBUS_SLAVE);
      const port = await freePort();
      run('/usr/bin/python3', script, 'tcp', String(port));
      const slave = await connected(tcpBus(port));
      await speakWith(slave, 7);
      const identity = await slave.exchange(7, { kind: 'identify', code: 1, object: 0 });
      expect(identity).toEqual({
        ok: true,
        reply: {
          kind: 'objects',
          objects: new Map([
            [0, 'Interop'],
            [1, 'PM'],
            [2, '3.0'],
          ]),
        },
      });
    }, 30_000);

    it('speaks by UDP', async () => {
      const script = join(newFolder(), 'slave.py');
      writeFileSync(script, PYMODBUS_SLAVE);
      const port = await freePort();
      run('/usr/bin/python3', script, 'udp', String(port));
      await speakWith(await connected({ id: 'b', type: 'udp', host: '127.0.0.1', port, timeoutMs: 500 }), 7);
    }, 30_000);

    it.skipIf(!hasProgram('socat')).each(['rtu', 'ascii'] as const)(
      'speaks by %s frames over a pseudo-terminal pair',
      async (framing) => {
        const script = join(newFolder(), 'slave.py');
        writeFileSync(script, PYMODBUS_SLAVE);
        const [near, far] = [join(folder, 'near'), join(folder, 'far')];
        run('socat', `pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`);
        await vi.waitFor(() => expect(existsSync(near) && existsSync(far)).toBe(true));
        run('/usr/bin/python3', script, framing, far);
        const bus: ModbusBus = { id: 'b', type: 'rtu', path: near, baudRate: 19_200, parity: 'none', stopBits: 1 };
        await speakWith(await connected({ ...bus, framing, timeoutMs: 500 }), 7);
      },
      40_000,
    );
  },
);

describe.skipIf(!existsSync('/usr/include/modbus/modbus.h') || !hasProgram('cc'))('with libmodbus', () => {
  it('speaks by TCP', async () => {
    const source = join(newFolder(), 'slave.c');
    const program = join(folder, 'slave');
    writeFileSync(source, LIBMODBUS_SLAVE);
    execFileSync('cc', ['-o', program, source, '-lmodbus']);
    const port = await freePort();
    run(program, String(port));
    await speakWith(await connected(tcpBus(port)), 1);
  }, 30_000);
});

describe('with modbus-serial', () => {
  it('speaks by TCP', async () => {
    const { ServerTCP } = createRequire(import.meta.url)('modbus-serial');
    const words = Array.from({ length: 400 }, (_, n) => n);
    const bits = words.map((n) => n % 2 === 1);
    const port = await freePort();
    const server = new ServerTCP(
      {
        getHoldingRegister: (address: number) => words[address],
        getInputRegister: (address: number) => words[address],
        getCoil: (address: number) => bits[address],
        getDiscreteInput: (address: number) => bits[address],
        setRegister: (address: number, value: number) => void words.splice(address, 1, value),
        setCoil: (address: number, value: boolean) => void bits.splice(address, 1, value),
      },
      { host: '127.0.0.1', port, unitID: 7 },
    );
    try {
      const slave = await connected(tcpBus(port));
      expect(await slave.exchange(7, { kind: 'read', table: 'inputRegister', address: 3, count: 2 })).toEqual({
        ok: true,
        reply: { kind: 'values', values: [3, 4] },
      });
      expect(await slave.exchange(7, { kind: 'writeRegisters', address: 9, values: [1, 2] })).toMatchObject({
        ok: true,
      });
      expect(words.slice(9, 11)).toEqual([1, 2]);
    } finally {
      server.close();
    }
  });
});
