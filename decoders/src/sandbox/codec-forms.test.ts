import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { CODEC_WASM_URL, CODEC_WORKER_URL } from './assets.ts';
import type { CodecFunction, CodecInput, CodecOutcome } from './codec-call.ts';
import { CodecSandbox } from './codec-sandbox.ts';

const sandbox = new CodecSandbox({
  wasm: new WebAssembly.Module(readFileSync(CODEC_WASM_URL)),
  startWorker: (options) => new Worker(CODEC_WORKER_URL, options),
  limits: { cpuMs: 300 },
  quickCpuMs: 50,
});
afterAll(() => sandbox.close());

const input = { bytes: [1, 2, 3], fPort: 7 };
let scripts = 0;

function run(source: string, call: CodecFunction = 'decodeUplink', given: CodecInput = input): Promise<CodecOutcome> {
  return sandbox.run({ id: `form-${++scripts}`, source }, call, given);
}

async function dataOf(source: string): Promise<unknown> {
  const outcome = await run(source);
  return outcome.ok ? outcome.output.data : `${outcome.code} ${outcome.message}`;
}

describe('a codec is read in the form that it was published in', () => {
  it.each([
    ['functions of a script', 'function decodeUplink(input) { return { data: input.bytes.length }; }'],
    ['exports.x', 'exports.decodeUplink = function (input) { return { data: input.bytes.length }; };'],
    ['module.exports', 'module.exports = { decodeUplink: function (input) { return { data: input.bytes.length }; } };'],
    [
      'module.exports behind a question',
      'var d = function (i) { return { data: i.bytes.length }; }; if (typeof module !== "undefined" && module.exports) { module.exports = { decodeUplink: d }; }',
    ],
    [
      'functions that are exported besides',
      'function decodeUplink(input) { return { data: input.bytes.length }; } exports.decodeUplink = decodeUplink;',
    ],
    [
      'exports of a transpiler',
      '"use strict"; Object.defineProperty(exports, "__esModule", { value: true }); exports.default = void 0; exports.default = { decodeUplink: (i) => ({ data: i.bytes.length }) };',
    ],
    [
      'a driver that a bundler made',
      'var driver; (() => { var e = { 1: (m) => { m.exports = { decodeUplink: (i) => ({ data: i.bytes.length }) }; } }, t = { exports: {} }; e[1](t); driver = t.exports; })(); "undefined" != typeof exports && (exports.driver = driver);',
    ],
    [
      'a universal module',
      '(function (root, factory) { if (typeof exports === "object" && typeof module === "object") module.exports = factory(); else if (typeof define === "function" && define.amd) define([], factory); else root["driver"] = factory(); })(this, () => ({ decodeUplink: (i) => ({ data: i.bytes.length }) }));',
    ],
    [
      'a universal module with another name',
      '(function (root, factory) { if (typeof exports === "object") module.exports = factory(); else root["acmeCodec"] = factory(); })(this, () => ({ decodeUplink: (i) => ({ data: i.bytes.length }) }));',
    ],
    ['a global that a bundle sets', '(() => { globalThis.decodeUplink = (i) => ({ data: i.bytes.length }); })();'],
    ['a driver under exports', 'exports.driver = { decodeUplink: (i) => ({ data: i.bytes.length }) };'],
    ['an exported function', 'export function decodeUplink(input) { return { data: input.bytes.length }; }'],
    ['an exported constant', 'const a = 1;export const decodeUplink = (i) => ({ data: i.bytes.length * a });'],
    [
      'a list of exports',
      'function d(i) { return { data: i.bytes.length }; }\nexport { d as decodeUplink, d as default };',
    ],
    [
      'a module that a bundler made of CommonJS ones',
      'var made = ({ 1: (module, exports) => { exports.decodeUplink = (i) => ({ data: i.bytes.length }); } }), m = { exports: {} }; made[1](m, m.exports); var d = m.exports.decodeUplink; export { d as decodeUplink };',
    ],
    ['a default export', 'export default { decodeUplink(i) { return { data: i.bytes.length }; } };'],
    ['a default function', 'export default function decodeUplink(i) { return { data: i.bytes.length }; }'],
  ])('%s', async (_form, source) => {
    expect(await dataOf(source)).toBe(3);
    expect(await run(source, 'encodeDownlink')).toMatchObject({ ok: false, code: 'CODEC_FUNCTION_MISSING' });
  });

  it('and its functions are called on what holds them', async () => {
    const methods = '{ factor: 2, decodeUplink(i) { return { data: this.factor * i.bytes.length }; } }';
    expect(await dataOf(`module.exports = ${methods};`)).toBe(6);
    expect(await dataOf(`var driver = ${methods};`)).toBe(6);
    expect(await dataOf(`export default ${methods};`)).toBe(6);
  });

  it('a plain script sees neither module nor exports, and its own functions come before its driver', async () => {
    const source = `var driver = { decodeUplink: function () { return { data: 'driver' }; } };
      function decodeUplink() { return { data: typeof module + typeof exports + typeof require }; }`;
    expect(await dataOf(source)).toBe('undefinedundefinedundefined');
  });

  it('a module is strict and a CommonJS script is not', async () => {
    expect(await dataOf('export function decodeUplink() { leaked = 1; return { data: leaked }; }')).toContain(
      'CODEC_EXCEPTION',
    );
    expect(await dataOf('exports.decodeUplink = function () { leaked = 010; return { data: leaked }; };')).toBe(8);
  });

  it('finds a fresh context at each call', async () => {
    for (const source of [
      'let n = 0; export function decodeUplink() { return { data: ++n }; }',
      'let n = 0; exports.decodeUplink = function () { exports.n = (exports.n || 0) + 1; return { data: exports.n + n++ }; };',
    ]) {
      const script = { id: `fresh-${source}`, source };
      for (let call = 0; call < 3; call++)
        expect(await sandbox.run(script, 'decodeUplink', input)).toMatchObject({ ok: true, output: { data: 1 } });
    }
  });

  it('takes bytes as they are given, hexadecimal digits included', async () => {
    const source =
      'exports.decodeUplink = function (i) { var b = typeof i.bytes === "string" ? Buffer.from(i.bytes, "hex") : Buffer.from(i.bytes, "hex"); return { data: b.readUInt16BE(1) }; };';
    expect(await run(source, 'decodeUplink', { bytes: '0a0102', fPort: 1 })).toMatchObject({ output: { data: 258 } });
    expect(await run(source, 'decodeUplink', { bytes: [10, 1, 2], fPort: 1 })).toMatchObject({ output: { data: 258 } });
  });
});

describe('interfaces before TS013', () => {
  it.each([
    ['Decoder(bytes, port)', 'function Decoder(bytes, port) { return { n: bytes.length, port: port }; }'],
    ['Decode(fPort, bytes, variables)', 'function Decode(fPort, bytes) { return { n: bytes.length, port: fPort }; }'],
    [
      'Decoder(bytes, port)',
      'function Decode(a, b) { return 1; } function Decoder(b, p) { return { n: b.length, port: p }; }',
    ],
    ['Decoder(bytes, port)', 'exports.Decoder = function (b, p) { return { n: b.length, port: p }; };'],
    ['Decoder(bytes, port)', 'var Decoder = (b, p) => ({ n: b.length, port: p });'],
  ])('%s of %s decodes as decodeUplink would, and is named', async (signature, source) => {
    const outcome = await run(source, 'decodeUplink', { bytes: [1, 2, 3], fPort: 7 });
    expect(outcome).toMatchObject({ ok: true, output: { data: { n: 3, port: 7 } }, signature });
  });

  it.each([
    ['function Encoder(object, port) { return [object.a, port]; }'],
    ['function Encode(fPort, object, variables) { return new Uint8Array([object.a, fPort]); }'],
  ])('%s encodes as encodeDownlink would', async (source) => {
    const outcome = await run(source, 'encodeDownlink', { data: { a: 9 }, fPort: 2 });
    expect(outcome).toMatchObject({ ok: true, output: { bytes: [9, 2], fPort: 2 } });
  });

  it('come after those of TS013', async () => {
    const source = 'function Decoder() { return 1; } function decodeUplink(i) { return { data: i.fPort }; }';
    expect(await run(source, 'decodeUplink', { bytes: [], fPort: 4 })).toMatchObject({
      output: { data: 4 },
      signature: 'decodeUplink(input)',
    });
  });

  it('are named where another function is asked for', async () => {
    expect(await run('function Decoder() {}', 'encodeDownlink')).toMatchObject({
      code: 'CODEC_FUNCTION_MISSING',
      message: 'the codec has no function encodeDownlink, but Decoder(bytes, port)',
    });
  });

  it('that say nothing of a frame are no error, and neither is a decodeUplink that does', async () => {
    for (const source of ['function Decoder() {}', 'function decodeUplink() {}', 'function Decode() { return null; }'])
      expect(await run(source)).toMatchObject({ ok: true });
    expect(await run('function Encoder() {}', 'encodeDownlink', { data: {} })).toMatchObject({ ok: true, output: {} });
    expect(await run('function encodeDownlink() {}', 'encodeDownlink')).toMatchObject({ code: 'CODEC_RESULT' });
  });

  it('that need a module are told which', async () => {
    for (const source of [
      'var c = require("crypto"); function decodeUplink() { return { data: 1 }; }',
      "function decodeUplink() { return { data: require('crypto') }; }",
    ])
      expect(await run(source)).toMatchObject({
        code: 'CODEC_EXCEPTION',
        message: expect.stringContaining('"crypto"'),
      });
  });
});

describe('what is wrong with a form is told by a code', () => {
  it.each([
    ['CODEC_SYNTAX', 'export function decodeUplink( {}'],
    ['CODEC_SYNTAX', '// nothing to export\nfunction decodeUplink( {}'],
    ['CODEC_EXCEPTION', 'import { a } from "./other.js"; export function decodeUplink() { return { data: a }; }'],
    ['CODEC_EXCEPTION', 'var other = require("./other"); exports.decodeUplink = other.decode;'],
    ['CODEC_EXCEPTION', 'exports.decodeUplink = missing;'],
    ['CODEC_FUNCTION_MISSING', 'exports.decode = function () {};'],
    ['CODEC_FUNCTION_MISSING', 'export const decodeUplink = 1;'],
    ['CODEC_FUNCTION_MISSING', 'module.exports = null;'],
    ['CODEC_FUNCTION_MISSING', 'await 1; export function decodeUplink() { return { data: 1 }; }'],
    ['CODEC_RESULT', 'export async function decodeUplink() { return { data: 1 }; }'],
  ])('%s %s', async (code, source) => {
    expect(await run(source)).toMatchObject({ ok: false, code });
  });
});

describe('a codec that attacks by its form', () => {
  it.each([
    ['CODEC_TIMEOUT', 'Object.defineProperty(exports, "decodeUplink", { get: function () { for (;;) {} } });'],
    ['CODEC_TIMEOUT', 'module.exports = new Proxy({}, { get: function () { for (;;) {} } });'],
    ['CODEC_TIMEOUT', 'module.exports = { get driver() { for (;;) {} } };'],
    [
      'CODEC_TIMEOUT',
      'var driver = { get encodeDownlink() { for (;;) {} }, decodeUplink: function () { return {}; } };',
    ],
    ['CODEC_TIMEOUT', 'export default { get decodeUplink() { for (;;) {} } };'],
    ['CODEC_TIMEOUT', 'export default {}; for (;;) {}'],
    ['CODEC_TIMEOUT', 'export function decodeUplink() { return { data: { toJSON() { for (;;) {} } } }; }'],
    ['CODEC_MEMORY', 'export default {}; const a = []; for (;;) a.push(new Array(1000).fill(1));'],
    ['CODEC_MEMORY', 'exports.decodeUplink = function () { var s = "x"; for (;;) s = (s + s).toUpperCase(); };'],
    ['CODEC_FUNCTION_MISSING', 'Object.defineProperty(exports, "decodeUplink", { get: function () { throw 1; } });'],
    ['CODEC_FUNCTION_MISSING', 'module.exports = new Proxy({}, { get: function () { throw exports; } });'],
    ['CODEC_EXCEPTION', 'exports.decodeUplink = function f() { return f() + 1; };'],
    [
      'CODEC_EXCEPTION',
      'export default function decodeUplink() { return import.meta.constructor.constructor("return process")(); }',
    ],
    [
      'CODEC_EXCEPTION',
      'exports.decodeUplink = function () { return module.constructor.constructor("return require")(); };',
    ],
  ])('%s %s', async (code, source) => {
    expect(await run(source)).toMatchObject({ ok: false, code });
    expect(await dataOf('exports.decodeUplink = function () { return { data: 1 }; };')).toBe(1);
  });

  it('gets nothing by a thenable result or a dynamic import', async () => {
    expect(
      await dataOf('exports.decodeUplink = function () { return { data: 1, then: function () { for (;;) {} } }; };'),
    ).toBe(1);
    const importing =
      'export function decodeUplink() { let got = "nothing"; import("node:fs").then(() => { got = "fs"; }); return { data: got }; }';
    expect(await dataOf(importing)).toBe('nothing');
  });

  it('leaves no exports behind for the codec that shares its thread', async () => {
    await run(
      'globalThis.stain = 1; exports.decodeUplink = function () { Object.prototype.encodeDownlink = function () {}; for (;;) {} };',
    );
    expect(
      await dataOf(
        'exports.decodeUplink = function () { return { data: typeof stain + typeof ({}).encodeDownlink }; };',
      ),
    ).toBe('undefinedundefined');
  });
});
