import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CODEC_WASM_URL } from './assets.ts';
import { wantsBuffer } from './buffer-prelude.ts';
import { DEFAULT_CODEC_LIMITS } from './codec-call.ts';
import { CodecEngine } from './codec-engine.ts';

/** Runs operations on `Buffer`: each is a static call, or a call on bytes whose state afterwards counts too. */
const RUNNER = `function perform(operations) {
  function plain(value) {
    if (typeof value === 'bigint') return value + 'n';
    if (value === undefined) return 'undefined';
    if (typeof value === 'number') return value !== value ? 'NaN' : value === 0 && 1 / value < 0 ? '-0' : value;
    if (value !== null && typeof value === 'object' && value.buffer) return { bytes: Array.from(value), is: Buffer.isBuffer(value) };
    return value;
  }
  function argument(value) {
    if (value !== null && typeof value === 'object' && value.big) return BigInt(value.big);
    return value !== null && typeof value === 'object' && value.wrapped ? Buffer.from(value.wrapped) : value;
  }
  return operations.map(function (operation) {
    var args = operation.args.map(argument), target = operation.on ? Buffer.from(operation.on) : Buffer;
    try {
      var value = plain(target[operation.call].apply(target, args));
      return operation.on ? [value, Array.from(target)] : [value];
    } catch (error) {
      return [error.name, error.code, error.message];
    }
  });
}`;

interface Operation {
  call: string;
  on?: number[];
  args: unknown[];
}

const byNode = new Function('Buffer', `${RUNNER} return perform;`)(Buffer) as (operations: Operation[]) => unknown[];

const engine = await CodecEngine.create(
  new WebAssembly.Module(readFileSync(CODEC_WASM_URL)),
  { ...DEFAULT_CODEC_LIMITS, cpuMs: 60_000 },
  () => 0,
);

async function bySandbox(operations: Operation[]): Promise<unknown> {
  const source = `${RUNNER} function decodeUplink(input) { return { data: perform(input.operations) }; }`;
  const outcome = await engine.run({ id: 'buffer', source }, 'decodeUplink', { operations });
  return outcome.ok ? outcome.output.data : outcome;
}

function randomFrom(seed: number): <T>(choices: readonly T[]) => T {
  let state = seed;
  return (choices) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return choices[Math.floor((state / 2 ** 32) * choices.length)] as (typeof choices)[number];
  };
}

const ENCODINGS = [
  'utf8',
  'UTF-8',
  'hex',
  'base64',
  'base64url',
  'ascii',
  'latin1',
  'binary',
  'ucs2',
  'utf16le',
  'none',
];
const TEXTS = ['', 'a', 'hé€😀', '\ud800x', '0aFF3', '0aff', 'zz', 'aGk=', 'aG-_', 'aGk', 'a b\nc=', 'YQ==YQ=='];
const OFFSETS = [0, 0, 1, 2, 3, 5, 8, 9, -1, 1.5, null, '1'];
const VALUES = [
  0,
  1,
  -1,
  127,
  128,
  -128,
  -129,
  255,
  256,
  65_535,
  65_536,
  2 ** 31,
  2 ** 32,
  -(2 ** 31),
  2 ** 40,
  1.5,
  'x',
];
const BIG_VALUES = [
  '0',
  '1',
  '-1',
  '9223372036854775807',
  '-9223372036854775808',
  '18446744073709551615',
  '18446744073709551616',
];
const NUMBERS = Object.getOwnPropertyNames(Buffer.prototype).filter((name) => /^(read|write)./.test(name));
const STATICS = ['from', 'alloc', 'byteLength', 'isEncoding', 'compare'];
const METHODS = [
  'toString',
  'slice',
  'subarray',
  'fill',
  'write',
  'indexOf',
  'lastIndexOf',
  'includes',
  'equals',
  'compare',
  'copy',
  'swap16',
  'swap32',
  'swap64',
  'toJSON',
];

function anOperation(pick: <T>(choices: readonly T[]) => T): Operation {
  const bytes = (): number[] =>
    Array.from({ length: pick([0, 1, 2, 3, 4, 8, 9]) }, () => pick([0, 1, 9, 65, 127, 128, 195, 169, 240, 255]));
  const kind = pick(['number', 'static', 'method']);
  if (kind === 'number') {
    const call = pick(NUMBERS);
    const sized = !/\d/.test(call) && call.includes('Int');
    const value = call.includes('Big') ? { big: pick(BIG_VALUES) } : pick(VALUES);
    const rest = sized ? [pick(OFFSETS), pick([1, 2, 3, 4, 5, 6, 7])] : [pick(OFFSETS)];
    return { call, on: bytes(), args: call.startsWith('write') ? [value, ...rest] : rest };
  }
  if (kind === 'static') {
    const call = pick(STATICS);
    if (call === 'from')
      return { call, args: pick([[pick(TEXTS), pick(ENCODINGS)], [bytes(), 'hex'], [null], [{ length: 1 }], [5]]) };
    if (call === 'compare') return { call, args: [{ wrapped: bytes() }, { wrapped: bytes() }] };
    return call === 'alloc'
      ? { call, args: [pick([0, 3, -1, '3']), pick([0, 7, 'ab'])] }
      : { call, args: [pick(TEXTS), pick(ENCODINGS)] };
  }
  const call = pick(METHODS);
  const needle = pick<unknown>([0, 65, 256, 'A', '', 'é', { wrapped: [65] }]);
  const args: Record<string, unknown[]> = {
    toString: [pick(ENCODINGS), pick(OFFSETS), pick(OFFSETS)],
    fill: [pick<unknown>([0, 258, 'ab', '', { wrapped: [1, 2] }]), pick(OFFSETS), pick(OFFSETS)],
    write: [pick(TEXTS), pick(OFFSETS), pick([1, 2, 3, 9]), pick(ENCODINGS)],
    equals: [{ wrapped: bytes() }],
    compare: [{ wrapped: bytes() }],
    copy: [{ wrapped: bytes() }, pick(OFFSETS), pick(OFFSETS), pick(OFFSETS)],
    toJSON: [],
  };
  const ofPlace =
    call.toLowerCase().includes('indexof') || call === 'includes'
      ? [needle, pick(OFFSETS)]
      : [pick(OFFSETS), pick(OFFSETS)];
  return { call, on: bytes(), args: args[call] ?? (call.startsWith('swap') ? [] : ofPlace) };
}

describe("Buffer in the sandbox is Node's", () => {
  it.each([1, 2, 3, 4])('in 2,500 operations of seed %i, errors included', async (seed) => {
    const pick = randomFrom(seed);
    const operations = Array.from({ length: 2_500 }, () => anOperation(pick));
    const [expected, actual] = [byNode(operations), (await bySandbox(operations)) as unknown[]];
    const differing = operations.flatMap((operation, index) =>
      JSON.stringify(actual[index]) === JSON.stringify(expected[index])
        ? []
        : [{ operation, node: expected[index], sandbox: actual[index] }],
    );
    expect(differing).toEqual([]);
  }, 60_000);

  it('in its names, its kinds and its views of one memory', async () => {
    const source = `function decodeUplink() {
      var whole = Buffer.from([1, 2, 3, 4]), part = whole.slice(1, 3), mapped = whole.map(function (b) { return b * 2; });
      part[0] = 9;
      return { data: [whole[1], mapped instanceof Buffer, mapped.toString('hex'), Buffer('6162', 'hex').toString(), new Buffer(2).length,
        Buffer.concat([whole, new Uint8Array([7])]).toString('hex'), JSON.stringify(part), '' + Buffer.from('hé'), whole.readUint8(3),
        Object.prototype.toString.call(whole), Buffer.name, [].concat(Array.from(whole.values())), whole.inspect(), whole] };
    }`;
    const outcome = await engine.run({ id: 'names', source }, 'decodeUplink', {});
    expect(outcome).toMatchObject({
      ok: true,
      output: {
        data: [
          9,
          true,
          '02040608',
          'ab',
          2,
          '0109030407',
          '{"type":"Buffer","data":[9,3]}',
          'hé',
          4,
          '[object Uint8Array]',
          'Buffer',
          [1, 9, 3, 4],
          '<Buffer 01 09 03 04>',
          { type: 'Buffer', data: [1, 9, 3, 4] },
        ],
      },
    });
  });

  it('is there for those alone that name it', () => {
    expect(wantsBuffer('Buffer.from(bytes)')).toBe(true);
    expect(wantsBuffer('new ArrayBuffer(4); readBuffered()')).toBe(false);
  });
});
