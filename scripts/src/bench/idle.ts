import type { Bench, Measured, Rules } from './bench.ts';
import { pause, settled, withDistrict } from './bench-district.ts';
import { CostMeter, memoryOf, rounded } from './process-cost.ts';

const SECONDS = 180;
/** After the first polls, the first garbage and the just-in-time compiler. */
const WARM_UP_SECONDS = 45;
const LORAWAN_DEVICES = 1_000;
const LORAWAN_INTERVAL_MS = 900_000;
const MODBUS_INTERVAL_MS = 10_000;
/** The city's 6, and meters until there are a thousand points. */
const SLAVES = 30;
const SAMPLE_SECONDS = 5;

const CITY = [
  ...['--abp', '--devices', String(LORAWAN_DEVICES), '--interval-ms', String(LORAWAN_INTERVAL_MS)],
  ...['--slaves', String(SLAVES), '--modbus-interval-ms', String(MODBUS_INTERVAL_MS)],
];

const RULES = {
  cpuPercent: { beside: ['crypto', 'json'], counts: 'cpuPercent', atMost: 1_200 },
  rssMb: { atMost: 90 },
} satisfies Rules;

/** What a gateway costs that hears and polls a district in real time and sends everything on at once. */
export const idleBench: Bench<keyof typeof RULES> = { rules: RULES, measure };

function measure(): Promise<Measured<keyof typeof RULES>> {
  return withDistrict(CITY, async (district) => {
    await settled(district);
    await pause(WARM_UP_SECONDS);
    const agent = district.programs.find(({ name }) => name === 'vigie-agent');
    if (!agent) throw new Error('no agent');
    const cost = new CostMeter(district.programs);
    const emittedBefore = { ...counts(district.emitted()) };
    let rssMb = 0;
    while (cost.seconds < SECONDS) {
      await pause(SAMPLE_SECONDS);
      rssMb = Math.max(rssMb, memoryOf(agent.pid).rssMb);
    }
    const cpuPercent = (cost.cpuSeconds('vigie-agent') / cost.seconds) * 100;
    const emitted = counts(district.emitted());
    const perSecond = (protocol: 'lorawan' | 'modbus') =>
      rounded((emitted[protocol] - emittedBefore[protocol]) / cost.seconds);
    return {
      figures: { cpuPercent: rounded(cpuPercent, 2), rssMb: rounded(rssMb) },
      conditions: {
        load: `${LORAWAN_DEVICES} LoRaWAN devices at 15 minutes by two antennas, ${SLAVES} Modbus slaves at 10 s, in real time`,
        lorawanReadingsPerSecond: perSecond('lorawan'),
        modbusReadingsPerSecond: perSecond('modbus'),
        forwarded: 'all of them live to a real server over TLS, nothing held back',
        measured: `${SECONDS} s after ${WARM_UP_SECONDS} s of warming up; memory is the highest of samples every ${SAMPLE_SECONDS} s`,
        ...cost.conditions(),
      },
    };
  });
}

function counts(emitted: readonly { protocol: 'lorawan' | 'modbus' }[]): { lorawan: number; modbus: number } {
  const lorawan = emitted.filter(({ protocol }) => protocol === 'lorawan').length;
  return { lorawan, modbus: emitted.length - lorawan };
}
