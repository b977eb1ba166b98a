import { District } from './district.ts';
import { until } from './program.ts';
import { judge } from './verdict.ts';

const WANTED = 500;
const CUT_MS = 15_000;
const CATCH_UP_MS = 90_000;

/** The demo without a person; returns the exit code. The last line on standard output is the result as JSON. */
export async function runOnce({ seed, folder }: { seed: string; folder: string }): Promise<number> {
  const startedAt = performance.now();
  const say = (line: string) => process.stderr.write(`· ${line}\n`);
  const district = new District({
    folder,
    httpPort: 0,
    mqttPort: 0,
    city: ['--seed', seed, '--interval-ms', '4000', '--modbus-interval-ms', '2000', '--speed', '60'],
    say,
  });
  try {
    await district.start();
    await emit(district, WANTED * 0.4);
    say(`cutting the backhaul for ${CUT_MS / 1_000} s`);
    district.backhaul.cut();
    await new Promise((resolve) => setTimeout(resolve, CUT_MS));
    district.backhaul.mend();
    await emit(district, district.emitted().length + 50);
    say('killing the server and starting it again');
    await district.killServer();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await district.startServer();
    await emit(district, Math.max(WANTED, district.emitted().length + 100));
    const agentRssMb = Math.round(district.agentPeakRssBytes / 1_048_576);
    say('stopping the city and waiting for the last reading');
    await district.stopCity();
    return await verdict(district, { seconds: Math.round((performance.now() - startedAt) / 1_000), agentRssMb });
  } catch (error) {
    say(`failed: ${error instanceof Error ? error.message : String(error)}; the logs are in ${folder}`);
    return 1;
  } finally {
    await district.stop();
  }
}

async function emit(district: District, count: number): Promise<void> {
  const bothSpeak = () => new Set(district.emitted().map(({ protocol }) => protocol)).size === 2;
  await until(
    `${Math.round(count)} readings from both protocols`,
    () => district.emitted().length >= count && bothSpeak(),
    {
      limitMs: 120_000,
      everyMs: 250,
      alive: district.programs,
    },
  );
}

async function verdict(district: District, measured: { agentRssMb: number; seconds: number }): Promise<number> {
  const emitted = district.emitted();
  await until('the last reading', () => judge(emitted, district.subscriber.observations()).lost === 0, {
    limitMs: CATCH_UP_MS,
    everyMs: 500,
  }).catch(() => undefined);
  const { lost, duplicates, received, examples } = judge(emitted, district.subscriber.observations());
  for (const example of examples) process.stderr.write(`  ${example}\n`);
  const stored = (await district.history()).length;
  const description = district.description;
  const devices = {
    lorawan: description?.lorawan.devices.length ?? 0,
    modbus: description?.modbus.devices.length ?? 0,
  };
  const { agentRssMb, seconds } = measured;
  const result = {
    devices,
    emitted: emitted.length,
    stored,
    subscriberReceived: received,
    lost,
    duplicates,
    agentRssMb,
    seconds,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return lost === 0 && duplicates === 0 && stored === emitted.length ? 0 : 1;
}
