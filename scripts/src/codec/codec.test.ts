import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { exportedName } from '@vigie/decoders';
import { afterAll, describe, expect, it } from 'vitest';
import { definitionsFile, readDefinitionsFile } from './definitions-file.ts';
import { listDeviceRepository } from './device-repository.ts';

const MAIN = new URL('./main.ts', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'vigie-codec-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(path: string, text: string): string {
  const full = join(folder, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
  return full;
}

function codec(...args: string[]): string {
  return execFileSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

function failing(...args: string[]): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  return { status, stderr };
}

const SCRIPT = `
function decodeUplink(input) {
  if (input.fPort === 9) return { errors: ['unknown FPort'] };
  return { data: { kind: 'data', temp: (input.bytes[0] << 8 | input.bytes[1]) / 10, full: input.bytes[2] > 80 } };
}
function encodeDownlink(input) { return { bytes: [input.data.minutes], fPort: 2 }; }
`;
const script = file('things/vendor/acme/bin.js', SCRIPT);
const mapping = file(
  'acme-bin.map.json',
  JSON.stringify({
    schema: 1,
    readings: [
      { path: 'temp', quantity: 'bin.temp', when: [{ path: 'kind', equals: 'data' }] },
      { path: 'full', quantity: 'bin.full', states: { true: 'yes', false: 'no' } },
    ],
  }),
);

describe('model', () => {
  it('prints an entry for a configuration, and refuses what a gateway would refuse', () => {
    const model = ['model', 'acme/bin', '--codec', script, '--mapping', mapping, '--domain', 'waste'];
    expect(JSON.parse(codec(...model))).toMatchObject({
      id: 'acme/bin',
      domain: 'waste',
      lorawan: { script: SCRIPT, mapping: { schema: 1 } },
    });
    expect(failing(...model.slice(0, -1), 'space')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('CONFIG_MODEL_INVALID'),
    });
  });
});

describe('batch', () => {
  it('answers each line in order, errors included', () => {
    const hang = file('hang.js', 'function decodeUplink() { for (;;) {} }');
    const lines = [
      { id: 1, codec: hang, function: 'decodeUplink', input: { bytes: [], fPort: 1 } },
      { id: 'two', codec: script, function: 'decodeUplink', input: { bytes: [0, 215, 90], fPort: 1 } },
      { id: 3, codec: script, function: 'encodeDownlink', input: { data: { minutes: 5 } } },
      { id: 4, codec: script, function: 'decodeDownlink', input: { bytes: [1], fPort: 1 } },
      { id: 5, codec: join(folder, 'none.js'), function: 'decodeUplink', input: { bytes: [1], fPort: 1 } },
      { id: 6, codec: script, function: 'constructor', input: {} },
      { id: 7, codec: script, function: 'decodeUplink', input: { bytes: [0, 215, 90], fPort: 9 } },
    ];
    const jsonl = file('batch.jsonl', `${lines.map((line) => JSON.stringify(line)).join('\n')}\nnonsense\n`);
    const answers = codec('batch', jsonl, '--cpu-ms', '200')
      .trim()
      .split('\n')
      .map((line): { id: unknown; output?: unknown; error?: { code: string } } => JSON.parse(line));
    expect(answers.map(({ id }) => id)).toEqual([1, 'two', 3, 4, 5, 6, 7, null]);
    expect(answers.map(({ output, error }) => output ?? error?.code)).toEqual([
      'CODEC_TIMEOUT',
      { data: { kind: 'data', temp: 21.5, full: true } },
      { bytes: [5], fPort: 2 },
      'CODEC_FUNCTION_MISSING',
      'CODEC_UNREADABLE',
      'REQUEST_INVALID',
      { errors: ['unknown FPort'] },
      'REQUEST_INVALID',
    ]);
  });
});

describe('batch with other forms', () => {
  it('runs drivers and modules, and turns hexadecimal digits into bytes', () => {
    const exported = file(
      'driver.js',
      'exports.decodeUplink = (i) => ({ data: { sum: i.bytes[0] + i.bytes[1], at: i.recvTime instanceof Date } });',
    );
    const module = file(
      'module.mjs',
      'export const decodeUplink = ({ bytes }) => ({ data: { text: Buffer.from(bytes).toString("hex") } });',
    );
    const lines = [
      { id: 1, codec: exported, function: 'decodeUplink', input: { bytes: '0aFF', fPort: 1 } },
      { id: 2, codec: module, function: 'decodeUplink', input: { bytes: [1, 2], fPort: 1 } },
      { id: 3, codec: module, function: 'decodeUplink', input: { bytes: 'zz', fPort: 1 } },
    ];
    const jsonl = file('forms.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'));
    const answers = codec('batch', jsonl)
      .trim()
      .split('\n')
      .map((line): { output?: unknown } => JSON.parse(line));
    expect(answers.map(({ output }) => output)).toEqual([
      { data: { sum: 265, at: true } },
      { data: { text: '0102' } },
      { data: { text: '7a7a' } },
    ]);
  });
});

describe('decode', () => {
  it('prints the readings of a device of the catalogue', () => {
    expect(JSON.parse(codec('decode', '--device', 'bosch/tps110', '--fport', '2', '--hex', '01 ff'))).toEqual({
      readings: [
        { quantity: 'spot.state', value: 'occupied' },
        { quantity: 'dev.temp', value: -1 },
      ],
    });
  });

  it("prints a script's own output, or readings by a mapping", () => {
    const args = ['decode', '--codec', script, '--fport', '1', '--hex', '00d75a', '--json'];
    expect(JSON.parse(codec(...args))).toEqual({ data: { kind: 'data', temp: 21.5, full: true } });
    expect(JSON.parse(codec(...args, '--mapping', mapping))).toEqual({
      readings: [
        { quantity: 'bin.temp', value: 21.5 },
        { quantity: 'bin.full', value: 'yes' },
      ],
    });
  });

  it.each([
    [
      ['decode', '--device', 'nobody/nothing', '--fport', '1', '--hex', '00', '--registry', join(folder, 'none.json')],
      'MODEL_UNKNOWN',
    ],
    [['decode', '--device', 'bosch/tps110', '--fport', '77', '--hex', '00'], 'DECODE_PORT_UNKNOWN'],
    [['decode', '--device', 'bosch/tps110', '--fport', '1', '--hex', '0'], 'REQUEST_INVALID'],
    [['decode', '--device', 'eastron/sdm630', '--fport', '1', '--hex', '00'], 'REQUEST_INVALID'],
    [['decode', '--codec', script, '--fport', '1', '--hex', '00', '--mapping', script], 'CONFIG_INVALID'],
    [['import', join(folder, 'nowhere')], 'NOT_FOUND'],
    [['check', 'nobody/nothing'], 'MODEL_UNKNOWN'],
  ])('%j fails with %s', (args, code) => {
    const { status, stderr } = failing(...args);
    expect(status).toBe(1);
    expect(stderr).toContain(code);
  });
});

describe('import', () => {
  file(
    'things/vendor/acme/bin.yaml',
    'name: ACME Bin\nfirmwareVersions:\n  - version: "1"\n    profiles:\n      EU863-870:\n        id: p\n        codec: bin-codec\n',
  );
  file('things/vendor/acme/bin-codec.yaml', 'uplinkDecoder:\n  fileName: bin.js\n');
  file('things/vendor/acme/broken.yaml', 'name: [\n');
  file(
    'things/vendor/acme/lost.yaml',
    'name: Lost\nfirmwareVersions:\n  - profiles:\n      EU863-870:\n        codec: lost-codec\n',
  );
  file('stack/vendors/acme/codecs/bin.js', SCRIPT);
  file(
    'stack/vendors/acme/devices/acme-bin.toml',
    '[device]\nname = "ACME Bin"\n[[device.firmware]]\nversion = "1"\ncodec = "bin.js"\n',
  );

  it("reads The Things Network's layout and says what it left out", () => {
    const listing = listDeviceRepository(join(folder, 'things'));
    expect(listing).toMatchObject({
      layout: 'things-network',
      devices: [{ id: 'acme/bin', title: 'ACME Bin', codec: script }],
    });
    expect(listing?.problems).toHaveLength(2);
  });

  it("reads ChirpStack's layout", () => {
    expect(listDeviceRepository(join(folder, 'stack'))).toMatchObject({
      layout: 'chirpstack',
      devices: [{ id: 'acme/acme-bin', codec: join(folder, 'stack/vendors/acme/codecs/bin.js') }],
    });
  });

  it('registers devices, whose codecs are then used in place', () => {
    const registry = join(folder, 'codecs.json');
    codec('import', join(folder, 'things'), '--device', 'acme/bin', '--mapping', mapping, '--registry', registry);
    codec('import', join(folder, 'stack'), '--all', '--registry', registry);
    expect(JSON.parse(readFileSync(registry, 'utf8')).devices.map(({ id }: { id: string }) => id)).toEqual([
      'acme/acme-bin',
      'acme/bin',
    ]);
    const decoded = codec('decode', '--device', 'acme/bin', '--registry', registry, '--fport', '1', '--hex', '00d700');
    expect(JSON.parse(decoded).readings).toEqual([
      { quantity: 'bin.temp', value: 21.5 },
      { quantity: 'bin.full', value: 'no' },
    ]);
  });
});

describe('the index of definitions', () => {
  it('is as scripts/codec index makes it', () => {
    expect(readDefinitionsFile()).toBe(definitionsFile());
  });

  it('names exports after files', () => {
    expect(exportedName('imst/io-ke868')).toBe('ioKe868');
    expect(exportedName('axioma/qalcosonic-w1')).toBe('qalcosonicW1');
    expect(exportedName('x/4g-meter')).toBe('model4gMeter');
  });
});
