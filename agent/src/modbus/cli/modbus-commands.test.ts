import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasProgram } from '../../../test/has-program.ts';
import { memory } from '../../../test/modbus-misbehaviour.ts';
import {
  exceptionAnswer,
  type RunningSlave,
  readAnswer,
  type SlaveBehaviour,
  startSerialSlave,
  startTcpSlave,
} from '../../../test/modbus-slave.ts';
import { modbusCommand } from './modbus-commands.ts';

const running: RunningSlave[] = [];
let printed = '';

beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = 0;
  for (const slave of running.splice(0)) await slave.close();
});

async function run(...args: string[]): Promise<void> {
  await modbusCommand().exitOverride().parseAsync(args, { from: 'user' });
}

async function tcp(behaviour: SlaveBehaviour): Promise<string[]> {
  const slave = await startTcpSlave(behaviour);
  running.push(slave);
  return ['--tcp', `127.0.0.1:${slave.port}`, '--json'];
}

describe('vigie-agent modbus', () => {
  it('scans: an exception proves a slave as well as a value, a gateway’s excuse does not', async () => {
    const line = await tcp((request) => {
      if (request.unit === 3) request.answer(readAnswer(request, () => 0));
      if (request.unit === 4) request.answer(exceptionAnswer(request.functionCode, 2));
      if (request.unit === 5) request.answer(exceptionAnswer(request.functionCode, 11));
    });
    await run('scan', ...line, '--units', '2-6', '--timeout-ms', '60');
    expect(JSON.parse(printed).found.map(({ unit }: { unit: number }) => unit)).toEqual([3, 4]);
  });

  it.skipIf(!hasProgram('socat'))(
    'scans a serial line at several parities and names the one that answered',
    async () => {
      const slave = await startSerialSlave(
        (request) => request.unit === 2 && request.answer(readAnswer(request, () => 0)),
      );
      running.push(slave);
      await run('scan', '--rtu', slave.path, '--all-speeds', '--units', '2', '--timeout-ms', '100', '--json');
      expect(JSON.parse(printed).found).toMatchObject([{ unit: 2, baudRate: 9_600, parity: 'none' }]);
    },
  );

  it('finds slaves that answer for input registers, coils or discrete inputs alone', async () => {
    const line = await tcp((request) => {
      if (request.functionCode === [4, 1, 2][request.unit - 1]) request.answer(readAnswer(request, () => 0));
    });
    await run('scan', ...line, '--units', '1-4', '--tables', 'holding,input,coil,discrete', '--timeout-ms', '60');
    expect(JSON.parse(printed).found.map(({ unit, table }: { unit: number; table: string }) => [unit, table])).toEqual([
      [1, 'inputRegister'],
      [2, 'coil'],
      [3, 'discreteInput'],
    ]);
  });

  it.skipIf(!hasProgram('socat'))('finds a slave on a serial line that answers for input registers alone', async () => {
    const slave = await startSerialSlave(
      (request) => request.unit === 2 && request.functionCode === 4 && request.answer(readAnswer(request, () => 0)),
    );
    running.push(slave);
    await run('scan', '--rtu', slave.path, '--units', '1-3', '--timeout-ms', '100', '--json');
    expect(JSON.parse(printed).found).toMatchObject([{ unit: 2, table: 'inputRegister' }]);
  });

  it('names the units of a scan in its help without counting them up', () => {
    const scan = modbusCommand().commands.find((command) => command.name() === 'scan');
    const help = scan?.helpInformation() ?? '';
    expect(help).toContain('1-247');
    expect(help).not.toMatch(/\b17,\s*18\b/);
  });

  it('reads as many coils as one request carries, and not more registers than that', async () => {
    const line = await tcp((request) => request.answer(readAnswer(request, (at) => at & 1)));
    await run('read', 'coil', '0', '2000', ...line, '--unit', '1');
    expect(JSON.parse(printed).words).toHaveLength(2_000);
    await expect(run('read', 'holding', '0', '126', ...line, '--unit', '1')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });

  it.each([
    ['holding', '40011', 'address 10'],
    ['input', '30001', 'address 0'],
    ['discrete', '10002', 'address 1'],
  ])('has a word for a number as documents print it: %s %s', async (table, number, meant) => {
    let said = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
    const asked: number[] = [];
    const line = await tcp((request) => {
      asked.push(request.address);
      request.answer(readAnswer(request, () => 0));
    });
    await run('read', table, number, '1', ...line, '--unit', '1');
    expect(asked).toEqual([Number(number)]);
    expect(said).toContain(meant);
    said = '';
    await run('read', table, '52', '1', ...line, '--unit', '1');
    expect(said).toBe('');
  });

  it.each<[string[], number[]]>([
    [['-5'], [0xfffb]],
    [
      ['-70000', '--type', 'int32', '--order', 'CDAB'],
      [0xee90, 0xfffe],
    ],
    [
      ['21.5', '--type', 'float32'],
      [0x41ac, 0],
    ],
    [
      ['9007199254740993', '--type', 'uint64'],
      [0x0020, 0, 0, 1],
    ],
  ])('writes %j as %j', async (typed, words) => {
    const slave = memory();
    const line = await tcp(slave);
    await run('write', 'holding', '7', ...typed, ...line, '--unit', '1');
    expect(words.map((_, index) => slave.held.get(7 + index) ?? 0)).toEqual(words);
  });

  it.each([['21.5'], ['70000'], ['-40000'], ['x']])('does not write %s without a type that it fits', async (typed) => {
    const line = await tcp(memory());
    await expect(run('write', 'holding', '7', typed, ...line, '--unit', '1')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });

  it('asks unit 0 of a network', async () => {
    const units: number[] = [];
    const line = await tcp((request) => {
      units.push(request.unit);
      request.answer(readAnswer(request, () => 7));
    });
    await run('read', 'holding', '0', '1', ...line, '--unit', '0');
    expect(units).toEqual([0]);
  });

  it('ranks a model above one that is a part of it, though one of its registers is missing', async () => {
    // Every register of an SDM630 is there but one; an SDM120 reads a few of the same.
    const line = await tcp((request) => {
      if (request.functionCode === 0x2b) return request.answer(exceptionAnswer(request.functionCode, 1));
      const floats = request.functionCode === 4 && !(request.address <= 0x0c && request.address + request.count > 0x0c);
      if (floats) request.answer(readAnswer(request, (at) => (at % 2 === 0 ? 0x3f00 : 0)));
      else request.answer(exceptionAnswer(request.functionCode, 2));
    });
    await run('identify', ...line, '--unit', '1');
    const models = JSON.parse(printed).candidates.map(({ model }: { model: string }) => model);
    const place = (model: string): number => (models.includes(model) ? models.indexOf(model) : 1_000);
    expect(place('eastron/sdm630')).toBeLessThan(place('eastron/sdm120'));
  });

  it('reads under every type and order', async () => {
    const line = await tcp((request) => request.answer(readAnswer(request, (at) => (at === 10 ? 0x4366 : 0x8000))));
    await run('read', 'input', '10', '2', ...line, '--unit', '1');
    const { words, values } = JSON.parse(printed);
    expect(words).toEqual([0x4366, 0x8000]);
    expect(values).toContainEqual({ type: 'float32', order: 'ABCD', value: '230.5' });
    expect(values).toContainEqual({ type: 'int32', order: 'CDAB', value: String((0x8000_4366 | 0) >> 0) });
  });

  it('writes and reads back, and fails when another value comes back', async () => {
    let kept = 0;
    const line = await tcp((request) => {
      if (request.functionCode !== 6) return request.answer(readAnswer(request, () => kept));
      kept = Math.min(request.count, 50);
      request.answer(request.pdu);
    });
    await run('write', 'holding', '7', '42', ...line, '--unit', '1');
    expect(JSON.parse(printed)).toMatchObject({ ok: true, values: [42] });
    await expect(run('write', 'holding', '7', '99', ...line, '--unit', '1')).rejects.toMatchObject({
      code: 'COMMAND_READBACK',
    });
  });

  it('identifies by device identification, SunSpec and the models that read well', async () => {
    const sunspec = new Map([
      [40_000, 0x5375],
      [40_001, 0x6e53],
      [40_002, 1],
      [40_003, 66],
      [40_004, 0x4162],
      [40_005, 0x6300],
      [40_070, 103],
      [40_071, 50],
      [40_122, 0xffff],
    ]);
    const line = await tcp((request) => {
      if (request.functionCode === 0x2b) {
        const object = Buffer.concat([Buffer.of(0, 5), Buffer.from('Vigie')]);
        return request.answer(Buffer.concat([Buffer.of(0x2b, 0x0e, 2, 1, 0, 0, 1), object]));
      }
      if (request.functionCode === 3) return request.answer(readAnswer(request, (at) => sunspec.get(at) ?? 0));
      request.answer(exceptionAnswer(request.functionCode, 1));
    });
    await run('identify', ...line, '--unit', '1');
    const identity = JSON.parse(printed);
    expect(identity.identification).toEqual({ vendor: 'Vigie' });
    expect(identity.sunspec).toMatchObject({ manufacturer: 'Abc' });
    expect(identity.sunspec.models.map(({ id }: { id: number }) => id)).toEqual([1, 103]);
  });

  it('tries a model and gives the configuration for it', async () => {
    const line = await tcp((request) => request.answer(readAnswer(request, () => 0)));
    await run('try', 'vigie/lighting-cabinet', ...line, '--unit', '9', '--id', 'cabinet-9');
    const { readings, configuration } = JSON.parse(printed);
    expect(readings).toContainEqual({ quantity: 'cab.door', value: 'closed' });
    expect(configuration.device).toMatchObject({ id: 'cabinet-9', modbus: { unit: 9 } });
  });

  it('watches and prints only what changed', async () => {
    let value = 0;
    const line = await tcp((request) => request.answer(readAnswer(request, () => Math.min(1, value++ >> 2))));
    await run('watch', 'holding', '0', '1', ...line, '--unit', '1', '--interval-ms', '10', '--times', '8');
    const said = printed.trim().split('\n');
    expect(said.map((text) => JSON.parse(text).said)).toEqual(['0', '1']);
  });
});
