import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { CODEC_WASM_URL, CODEC_WORKER_URL } from './assets.ts';
import type { CodecFunction, CodecInput, CodecOutcome } from './codec-call.ts';
import { CodecSandbox } from './codec-sandbox.ts';

const wasm = new WebAssembly.Module(readFileSync(CODEC_WASM_URL));
const sandbox = new CodecSandbox({
  wasm,
  startWorker: (options) => new Worker(CODEC_WORKER_URL, options),
  limits: { cpuMs: 300 },
  quickCpuMs: 50,
});
afterAll(() => sandbox.close());

const input = { bytes: [1, 2, 3], fPort: 7, recvTime: '2024-05-06T07:08:09Z' };
let scripts = 0;

function run(source: string, call: CodecFunction = 'decodeUplink', given: CodecInput = input): Promise<CodecOutcome> {
  return sandbox.run({ id: `script-${++scripts}`, source }, call, given);
}

function decoder(body: string): string {
  return `function decodeUplink(input) { ${body} }`;
}

async function dataOf(source: string): Promise<unknown> {
  const outcome = await run(source);
  return outcome.ok ? outcome.output.data : outcome;
}

async function codeOf(source: string): Promise<string> {
  const outcome = await run(source);
  return outcome.ok ? `no error, but ${JSON.stringify(outcome.output)}` : outcome.code;
}

describe('a codec', () => {
  it('is a sloppy script with implicit globals, octals and with', async () => {
    expect(await dataOf(decoder('total = 010; with ({ more: 2 }) total += more; return { data: total };'))).toBe(10);
  });

  it('may be any kind of function that TS013 can call', async () => {
    expect(await dataOf('const decodeUplink = ({ bytes }) => ({ data: bytes.length });')).toBe(3);
    expect(await dataOf('var decodeUplink = function (input) { return { data: input.fPort }; };')).toBe(7);
  });

  it('gets the time of reception as a Date, and UTC as its local time', async () => {
    const source = decoder(
      'return { data: [input.recvTime instanceof Date, input.recvTime.toISOString(), new Date(2020, 6, 1).getTimezoneOffset()] };',
    );
    expect(await dataOf(source)).toEqual([true, '2024-05-06T07:08:09.000Z', 0]);
  });

  it('that reads the clock while it is loaded reads it again at each call', async () => {
    const source = 'var loaded = Date.now(); function decodeUplink() { return { data: loaded }; }';
    const at = async (): Promise<number> => {
      const outcome = await sandbox.run({ id: 'clock', source }, 'decodeUplink', input);
      return Number(outcome.ok && outcome.output.data);
    };
    const first = await at();
    await vi.waitFor(async () => expect(await at()).toBeGreaterThan(first));
  });

  it('gets other random numbers at each call, and when it is loaded', async () => {
    const source =
      'var id = Math.random(); function decodeUplink() { return { data: [Math.random(), Math.random()], id: id }; }';
    const seen = new Set<unknown>();
    for (let call = 0; call < 20; call++) {
      const outcome = await sandbox.run({ id: 'dice', source }, 'decodeUplink', input);
      if (outcome.ok) for (const value of outcome.output.data as number[]) seen.add(value);
    }
    expect(seen.size).toBe(40);
    for (const value of seen) expect(Number(value) >= 0 && Number(value) < 1).toBe(true);
    const loadedAt = async (): Promise<unknown> => {
      const outcome = await sandbox.run({ id: 'dice', source }, 'decodeUplink', input);
      return outcome.ok && outcome.output.id;
    };
    const first = await loadedAt();
    await vi.waitFor(async () => expect(await loadedAt()).not.toBe(first));
  });

  it('gets variables, and the FPort of a downlink', async () => {
    const source =
      'function encodeDownlink(input) { return { bytes: [input.data.level], fPort: input.fPort, v: input.variables.a }; }';
    const outcome = await run(source, 'encodeDownlink', { data: { level: 4 }, fPort: 9, variables: { a: 'b' } });
    expect(outcome).toMatchObject({ ok: true, output: { bytes: [4], fPort: 9, v: 'b' } });
  });

  it('may return bytes as a typed array', async () => {
    const outcome = await run(
      'function encodeDownlink() { return { bytes: new Uint8Array([1, 255]), fPort: 1 }; }',
      'encodeDownlink',
    );
    expect(outcome).toMatchObject({ ok: true, output: { bytes: [1, 255], fPort: 1 } });
  });

  it('has a silent console and nothing else of the host', async () => {
    const source = decoder(
      'console.log("x"); console.table([1]); return { data: ["process", "require", "fetch", "setTimeout", "Buf" + "fer", "std", "os", "WebAssembly", "module"].filter(function (n) { return n in globalThis; }) };',
    );
    expect(await dataOf(source)).toEqual([]);
  });

  it("may use Node's Buffer when it names it", async () => {
    const source = decoder(`
      var raw = Buffer.from([1, 2, 255, 254, 0, 0, 128, 63]), out = Buffer.alloc(4);
      out.writeUInt16LE(258, 0); out.writeInt16BE(-2, 2);
      return { data: [raw.readUInt16BE(0), raw.readInt16LE(2), raw.readFloatLE(4), raw.toString('hex', 0, 2), raw.readUInt8(2),
        Buffer.from('0aff', 'hex').length, Buffer.from('aGk=', 'base64').toString(), Buffer.from('hé').toString('base64'),
        Array.from(out), Buffer.concat([raw.slice(0, 1), out]).length, raw.readUIntBE(0, 3), raw instanceof Uint8Array] };`);
    expect(await dataOf(source)).toEqual([
      258,
      -257,
      1,
      '0102',
      255,
      2,
      'hi',
      'aMOp',
      [2, 1, 255, 254],
      5,
      66_303,
      true,
    ]);
    expect(await codeOf(decoder('return { data: Buffer.from([1]).readUInt16BE(0) };'))).toBe('CODEC_EXCEPTION');
  });

  it('may recurse about as deep as in Node', async () => {
    expect(
      await dataOf(decoder('function sum(n) { return n === 0 ? 0 : n + sum(n - 1); } return { data: sum(8000) };')),
    ).toBe(32_004_000);
    const walk = `var tree = null; for (var i = 0; i < 3000; i++) tree = { child: tree, value: [i] };
      function copy(node) { var made = {}; for (var key in node) made[key] = node[key] && typeof node[key] === 'object' ? copy(node[key]) : node[key]; return made; }
      function depth(node) { return node ? 1 + depth(node.child) : 0; }
      return { data: depth(JSON.parse(JSON.stringify(copy(tree)))) };`;
    expect(await dataOf(decoder(walk))).toBe(3000);
  });

  it('finds a fresh context at each call, whatever it kept, hid or patched', async () => {
    const source = `
      var a = 0; let b = 0; const list = [];
      var hidden = (function () { var n = 0; return function () { return ++n; }; })();
      function decodeUplink() {
        Object.prototype.polluted = (Object.prototype.polluted || 0) + 1;
        JSON.stringify = JSON.stringify;
        leaked = typeof leaked === 'undefined' ? 1 : leaked + 1;
        list.push(1);
        return { data: [++a, ++b, list.length, hidden(), ({}).polluted, leaked] };
      }`;
    for (let call = 0; call < 3; call++) {
      expect(await sandbox.run({ id: 'stateful', source }, 'decodeUplink', input)).toMatchObject({
        ok: true,
        output: { data: [1, 1, 1, 1, 1, 1] },
      });
    }
    expect(await dataOf(decoder('return { data: typeof ({}).polluted };'))).toBe('undefined');
  });
});

describe('what is wrong with a codec is told by a code', () => {
  it.each([
    ['CODEC_SYNTAX', 'function ('],
    ['CODEC_EXCEPTION', 'throw new Error("at the top");'],
    ['CODEC_EXCEPTION', decoder('throw new Error("here");')],
    ['CODEC_EXCEPTION', decoder('throw { get message() { throw 1; } };')],
    ['CODEC_EXCEPTION', decoder('return JSON.parse("{");')],
    ['CODEC_FUNCTION_MISSING', 'var decodeUplink = 1;'],
    ['CODEC_RESULT', decoder('return null;')],
    ['CODEC_RESULT', decoder('return [1];')],
    ['CODEC_RESULT', decoder('return "data";')],
    ['CODEC_RESULT', decoder('return decodeUplink;')],
    ['CODEC_RESULT', decoder('return Promise.resolve({});')],
    ['CODEC_RESULT', decoder('var a = {}; a.a = a; return { data: a };')],
    ['CODEC_RESULT', decoder('return { data: 1n };')],
    ['CODEC_RESULT', decoder('return { get data() { throw new Error("getter"); } };')],
    ['CODEC_RESULT', decoder('return new Proxy({}, { ownKeys: function () { throw new Error("proxy"); } });')],
    ['CODEC_RESULT', decoder('return { data: { toJSON: function () { throw new Error("toJSON"); } } };')],
    ['CODEC_RESULT', decoder('return { data: "x".repeat(2000000) };')],
  ])('%s %s', async (code, source) => {
    expect(await codeOf(source)).toBe(code);
  });

  it('takes what getters, Proxies and toJSON give, as JSON would', async () => {
    expect(await dataOf(decoder('return { get data() { return 5; } };'))).toBe(5);
    expect(await dataOf(decoder('return new Proxy({ data: 6 }, {});'))).toBe(6);
    expect(await dataOf(decoder('return { data: { toJSON: function () { return 7; } } };'))).toBe(7);
  });
});

describe('a codec that attacks', () => {
  it.each([
    ['CODEC_TIMEOUT', decoder('for (;;) {}')],
    ['CODEC_TIMEOUT', decoder('try { for (;;) {} } catch (e) { return { data: 1 }; } finally { for (;;) {} }')],
    ['CODEC_TIMEOUT', 'for (;;) {}'],
    ['CODEC_TIMEOUT', decoder('return { data: /^(a+)+$/.test("a".repeat(40) + "b") };')],
    ['CODEC_TIMEOUT', decoder('return { data: { toJSON: function () { for (;;) {} } } };')],
    ['CODEC_TIMEOUT', decoder('return { get data() { for (;;) {} } };')],
    ['CODEC_MEMORY', decoder('var a = []; for (;;) a.push(new Array(1000).fill(1));')],
    ['CODEC_MEMORY', decoder('var s = "x"; for (;;) s = (s + s).toUpperCase();')],
    ['CODEC_MEMORY', decoder('return { data: new Uint8Array(17000000).length };')],
    ['CODEC_MEMORY', 'var a = []; for (;;) a.push({ a: a });'],
    ['CODEC_EXCEPTION', decoder('function f() { return f() + 1; } return { data: f() };')],
  ])('%s %s', async (code, source) => {
    expect(await codeOf(source)).toBe(code);
  });

  it('by a result nested without end is stopped, and the next codec runs', async () => {
    for (const depth of [1_100, 5_000, 100_000]) {
      const outcome = await run(decoder(`var a = []; for (var i = 0; i < ${depth}; i++) a = [a]; return { data: a };`));
      expect(outcome).toMatchObject({ ok: false });
    }
    expect(
      await codeOf(decoder('var a = []; for (var i = 0; i < 900; i++) a = [a]; return { data: ["[", a] };')),
    ).toContain('no error');
    expect(await dataOf(decoder('return { data: 1 };'))).toBe(1);
  });

  it.each([
    'this.constructor.constructor("return process")()',
    '(function () {}).constructor("return process")()',
    'Object.getPrototypeOf(input).constructor.constructor("return require")()',
    'new Function("return globalThis.process.env")()',
    'console.log.constructor("return process")()',
    'eval("process")',
  ])('does not get out by %s', async (expression) => {
    expect(await codeOf(decoder(`return { data: String(${expression}) };`))).toBe('CODEC_EXCEPTION');
  });

  it('does not spoil a codec that shares its thread', async () => {
    await run(
      `Object.prototype.toJSON = function () { return "spoilt"; }; Array.prototype.push = null; ${decoder('for (;;) {}')}`,
    );
    expect(await dataOf(decoder('var a = []; a.push({ b: 1 }); return { data: a };'))).toEqual([{ b: 1 }]);
  });

  it('inside a built-in that cannot be interrupted loses its thread, not the others their calls', async () => {
    const hanging = run(decoder('return { data: Array.prototype.indexOf.call({ length: 9007199254740991 }, 1) };'));
    const others = await Promise.all(
      Array.from({ length: 20 }, (_, index) => dataOf(decoder(`return { data: ${index} };`))),
    );
    expect(others).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(await hanging).toMatchObject({ ok: false, code: 'CODEC_TIMEOUT' });
  }, 30_000);

  it('delays the others once, then it runs apart', async () => {
    const script = { id: 'slow-one', source: decoder('for (;;) {}') };
    await sandbox.run(script, 'decodeUplink', input);
    expect(sandbox.suspects.has('slow-one')).toBe(true);
    const order: string[] = [];
    const slow = sandbox.run(script, 'decodeUplink', input).then(() => order.push('slow'));
    const quick = run(decoder('return { data: 1 };')).then(() => order.push('quick'));
    await Promise.all([slow, quick]);
    expect(order).toEqual(['quick', 'slow']);
  });
});

describe('the sandbox', () => {
  it('waits for a thread that starts slowly, however little time a codec has', async () => {
    // the thread loads its code only after a while: a wait, no loop
    const slowly = `setTimeout(() => import(${JSON.stringify(CODEC_WORKER_URL.href)}), 6_000);`;
    const loaded = new CodecSandbox({
      wasm,
      startWorker: (options) => new Worker(slowly, { ...options, eval: true }),
      limits: { cpuMs: 20 },
      quickCpuMs: 20,
    });
    try {
      const script = { id: 'patient', source: decoder('return { data: 1 };') };
      expect(await loaded.run(script, 'decodeUplink', input)).toMatchObject({ ok: true, output: { data: 1 } });
      expect(loaded.suspects.size).toBe(0);
    } finally {
      await loaded.close();
    }
  }, 60_000);

  it('keeps calls of one codec in order', async () => {
    const source = decoder('return { data: input.bytes[0] };');
    const calls = Array.from({ length: 100 }, (_, index) =>
      sandbox.run({ id: 'ordered', source }, 'decodeUplink', { bytes: [index] }),
    );
    const outcomes = await Promise.all(calls);
    expect(outcomes.map((outcome) => (outcome.ok ? outcome.output.data : outcome.code))).toEqual(
      calls.map((_, index) => index),
    );
  });

  it('evicts warm codecs by memory and loads them again', async () => {
    const small = new CodecSandbox({
      wasm,
      startWorker: (options) => new Worker(CODEC_WORKER_URL, options),
      limits: { warmBytes: 700_000 },
    });
    try {
      for (const round of [1, 2]) {
        for (let index = 0; index < 8; index++) {
          const source = decoder(`return { data: ${index} };`);
          expect(await small.run({ id: `evicted-${index}`, source }, 'decodeUplink', { round })).toMatchObject({
            output: { data: index },
          });
        }
      }
    } finally {
      await small.close();
    }
  });

  it('refuses more waiting calls than it is told to hold', async () => {
    const narrow = new CodecSandbox({
      wasm,
      startWorker: (options) => new Worker(CODEC_WORKER_URL, options),
      maxPending: 2,
    });
    try {
      const script = { id: 'one', source: decoder('return { data: 1 };') };
      const outcomes = await Promise.all([1, 2, 3].map(() => narrow.run(script, 'decodeUplink', input)));
      expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, true, false]);
    } finally {
      await narrow.close();
    }
  });
});
