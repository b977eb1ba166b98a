import { readFileSync } from 'node:fs';
import { DEFAULT_CODEC_LIMITS } from '@vigie/decoders';
import { CODEC_WASM_URL } from '@vigie/decoders/codec-assets';
import { CodecEngine } from '@vigie/decoders/codec-engine';
import type { Bench, Measured, Rules } from './bench.ts';
import { percentile, rounded } from './process-cost.ts';

/** The middle one of so many spells counts: a neighbour on the same processor slows one down or another. */
const WARM_SPELLS = 9;
const SPELL_MS = 500;
const COLD_CODECS = 400;
const INPUT = {
  fPort: 85,
  bytes: [
    1, 117, 92, 3, 103, 52, 1, 4, 130, 44, 8, 5, 0, 1, 6, 200, 1, 2, 3, 4, 7, 1, 2, 255, 22, 1, 2, 3, 4, 5, 6, 7, 8,
  ],
  recvTime: 1_700_000_000_000,
};

const RULES = {
  warmPerSecond: { beside: ['json'], atLeast: 0.17 },
  coldP95Ms: { beside: ['json'], counts: 'ms', atMost: 425 },
  kBPerWarmCodec: { atMost: 512 },
} satisfies Rules;

/** Vendor codecs in the sandbox: calls of a warm codec, the first call of a cold one, memory of a warm one. */
export const codecBench: Bench<keyof typeof RULES> = { rules: RULES, measure };

async function measure(): Promise<Measured<keyof typeof RULES>> {
  const source = readFileSync(new URL('fixtures/median-codec.js', import.meta.url), 'utf8');
  const engine = await CodecEngine.create(
    new WebAssembly.Module(readFileSync(CODEC_WASM_URL)),
    { ...DEFAULT_CODEC_LIMITS, warmBytes: 256 * 1_024 * 1_024 },
    () => {
      const { user, system } = process.threadCpuUsage();
      return user + system;
    },
  );
  const call = async (id: string): Promise<void> => {
    const outcome = await engine.run({ id, source: `${source}\n// ${id}` }, 'decodeUplink', INPUT);
    if (!outcome.ok) throw new Error(`${outcome.code} ${outcome.message}`);
  };
  const coldMs: number[] = [];
  for (let index = 0; index < COLD_CODECS; index++) {
    const began = performance.now();
    await call(`cold-${index}`);
    coldMs.push(performance.now() - began);
  }
  const { codecs, bytes } = engine.warm;
  const warmPerSecond = await warmRate(() => call('cold-0'));
  return {
    figures: {
      warmPerSecond: Math.round(warmPerSecond),
      coldP95Ms: rounded(percentile(coldMs, 0.95), 2),
      kBPerWarmCodec: Math.round(bytes / codecs / 1_024),
    },
    conditions: {
      codec: `${source.length} characters, ${INPUT.bytes.length} bytes of payload; each call finds a fresh context`,
      warm: `one codec called in ${WARM_SPELLS} spells of ${SPELL_MS} ms, the middle one; input and output as JSON; calls by second of processor time`,
      cold: `the first call of ${COLD_CODECS} scripts that were never seen: evaluation, image and call`,
      eviction: `warm codecs are bounded at ${DEFAULT_CODEC_LIMITS.warmBytes / 1_048_576} MiB by default`,
    },
  };
}

/** Calls for each second of processor time, all threads of the process counted: what one core does that is its own. */
async function warmRate(call: () => Promise<void>): Promise<number> {
  for (let warmUp = 0; warmUp < 5_000; warmUp++) await call();
  const rates: number[] = [];
  for (let spell = 0; spell < WARM_SPELLS; spell++) {
    const began = performance.now();
    const cpuBefore = process.cpuUsage();
    let calls = 0;
    while (performance.now() - began < SPELL_MS) {
      for (let batch = 0; batch < 200; batch++) await call();
      calls += 200;
    }
    const { user, system } = process.cpuUsage(cpuBefore);
    rates.push(calls / ((user + system) / 1e6));
  }
  return percentile(rates, 0.5);
}
