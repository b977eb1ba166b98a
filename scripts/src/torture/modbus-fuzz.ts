import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';

/** The fuzzer of the tests, at the size that is asked for: a wrong value or an exception fails it. */
const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const beganMs = performance.now();
const env = { ...process.env, VIGIE_FUZZ_REPLIES: values.cycles, VIGIE_FUZZ_SEED: values.seed };
const args = ['vitest', 'run', 'agent/src/modbus/link-fuzz.test.ts', '--testTimeout=3600000'];
const child = spawn('npx', args, { env, stdio: ['ignore', 2, 2] });
const [code] = (await once(child, 'exit')) as [number | null];
const seconds = Math.round((performance.now() - beganMs) / 1_000);
process.stdout.write(`${JSON.stringify({ replies: Number(values.cycles), failed: code === 0 ? 0 : 1, seconds })}\n`);
process.exitCode = code ?? 1;
