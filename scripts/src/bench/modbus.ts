import { spawn } from 'node:child_process';
import type { ModbusBus, ModbusDeviceConfig } from '@vigie/contract';
import { decodeRegisters, type ModbusDefinition } from '@vigie/decoders';
import { pino } from 'pino';
import { Ledger } from '../../../agent/src/ledger.ts';
import type { OpenLine } from '../../../agent/src/modbus/line.ts';
import { ModbusStage } from '../../../agent/src/modbus/modbus-stage.ts';
import type { Bench, Measured, Rules } from './bench.ts';
import { type SerialTiming, serialTiming, simulatedLine, theoreticalMs } from './simulated-serial-line.ts';

const SLAVES = 20;
const REGISTERS = 1_250;
const TCP_SECONDS = 15;
const RTU_SECONDS = 10;
const RTU_REGISTERS = 500;
const DEAD_SECONDS = 60;
const WARM_UP_MS = 2_000;
const DEAD_UNIT = 5;

const RULES = {
  // Of what the slaves offer: 25,000.
  tcpRegistersPerSecond: { atLeast: 24_000 },
  tcpCpuPercent: { beside: ['json'], counts: 'cpuPercent', atMost: 10_500 },
  rtu9600Efficiency: { atLeast: 0.9 },
  rtu115200Efficiency: { atLeast: 0.9 },
  deadSlaveCostPercent: { atMost: 2 },
} satisfies Rules;

/** How fast registers come in, what that costs, how full a serial line gets and what a dead slave takes from others. */
export const modbusBench: Bench<keyof typeof RULES> = { rules: RULES, measure };

async function measure(): Promise<Measured<keyof typeof RULES>> {
  const tcp = await tcpRate();
  const [rtu9600, rtu115200] = [await rtuEfficiency(9_600), await rtuEfficiency(115_200)];
  const dead = await deadSlaveCost();
  return {
    figures: {
      tcpRegistersPerSecond: Math.round(tcp.registersPerSecond),
      tcpCpuPercent: rounded(tcp.cpuPercent),
      rtu9600Efficiency: rounded(rtu9600, 3),
      rtu115200Efficiency: rounded(rtu115200, 3),
      deadSlaveCostPercent: rounded(dead, 2),
    },
    conditions: {
      tcp: `${SLAVES} slaves of ${REGISTERS} registers a second each in another process; decoded to readings; ${TCP_SECONDS} s`,
      rtu: `simulated line of 11-bit characters, one slave of ${RTU_REGISTERS} registers polled without pause; ${RTU_SECONDS} s`,
      dead: `19,200 baud, ten slaves of 20 registers polled without pause, one of them silent as soon as it is configured or after it had answered, the worse of both; default time-out of 1 s; ${DEAD_SECONDS} s`,
    },
  };
}

async function tcpRate(): Promise<{ registersPerSecond: number; cpuPercent: number }> {
  const slaves = spawn(process.execPath, [new URL('modbus-slaves.ts', import.meta.url).pathname, String(SLAVES)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ports = await new Promise<number[]>((resolve) => {
    slaves.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString())));
  });
  const buses = ports.map((port, index): ModbusBus => ({ id: `bus-${index}`, type: 'tcp', host: '127.0.0.1', port }));
  const definition = meter(REGISTERS);
  let registers = 0;
  const stage = newStage(definition, (image) => {
    const outcome = decodeRegisters(definition, image);
    if (!outcome.ok || outcome.decoded.readings.length !== REGISTERS / 2) throw new Error('a value is missing');
    registers += REGISTERS;
  });
  await stage.apply(
    { buses },
    buses.map(({ id }) => device(`on-${id}`, id, 1, 1_000)),
  );
  await pause(WARM_UP_MS);
  registers = 0;
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  await pause(TCP_SECONDS * 1_000);
  const used = process.cpuUsage(cpu);
  const seconds = (performance.now() - began) / 1_000;
  await stage.stop();
  slaves.stdin.end();
  return {
    registersPerSecond: registers / seconds,
    cpuPercent: ((used.user + used.system) / 1e6 / seconds) * 100,
  };
}

/** Registers read in the time, each request at what the line needs for it, as a share of that time. */
async function rtuEfficiency(baudRate: number): Promise<number> {
  const timing = serialTiming(baudRate);
  const definition = meter(RTU_REGISTERS);
  let polls = 0;
  const stage = newStage(
    definition,
    () => {
      polls += 1;
    },
    () => simulatedLine(timing, new Set(), () => undefined),
  );
  // A poll takes longer than its interval, so the next is due when it ends.
  await stage.apply({ buses: [serialBus('line', baudRate)] }, [device('meter', 'line', 1, 100)]);
  while (polls === 0) await pause(10);
  const [from, began] = [polls, performance.now()];
  await pause(RTU_SECONDS * 1_000);
  const until = polls;
  while (polls === until) await pause(1);
  const elapsedMs = performance.now() - began;
  await stage.stop();
  const neededMs = (RTU_REGISTERS / 125) * theoreticalMs(timing, 125);
  return ((polls - from) * neededMs) / elapsedMs;
}

/** What nine slaves lose of their rate when a tenth on the line is dead, from its first time-out on. */
async function deadSlaveCost(): Promise<number> {
  const timing = serialTiming(19_200);
  const [alone, silent, dying] = await Promise.all([
    answersOfNine(timing, 'absent'),
    answersOfNine(timing, 'silent'),
    answersOfNine(timing, 'dying'),
  ]);
  return Math.max(0, (1 - Math.min(silent, dying) / alone) * 100);
}

/** The tenth is not there, is configured but silent, or falls silent: all from the moment on when counting begins. */
async function answersOfNine(timing: SerialTiming, tenth: 'absent' | 'silent' | 'dying'): Promise<number> {
  let answers = 0;
  const dead = new Set<number>();
  const line = simulatedLine(timing, dead, () => {
    answers += 1;
  });
  const stage = newStage(
    meter(20),
    () => undefined,
    () => line,
  );
  const poll = (ten: boolean): Promise<void> => {
    const units = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].filter((unit) => ten || unit !== DEAD_UNIT);
    const devices = units.map((unit) => device(`slave-${unit}`, 'line', unit, 100));
    return stage.apply({ buses: [serialBus('line', 19_200)] }, devices);
  };
  await poll(tenth === 'dying');
  await pause(WARM_UP_MS);
  dead.add(DEAD_UNIT);
  answers = 0;
  await poll(tenth !== 'absent');
  await pause(DEAD_SECONDS * 1_000);
  await stage.stop();
  return answers;
}

function newStage(
  definition: ModbusDefinition,
  read: (image: Parameters<typeof decodeRegisters>[1]) => void,
  openPort?: () => OpenLine,
): ModbusStage {
  return new ModbusStage({
    ledger: new Ledger(),
    clock: { now: () => Date.now(), monotonicMs: () => performance.now(), trusted: () => true },
    log: pino({ level: 'silent' }),
    sink: async (message) => {
      if (message.protocol === 'modbus') read(message.image);
    },
    random: Math.random,
    findModel: () => definition,
    ...(openPort ? { openPort } : {}),
  });
}

function meter(registers: number): ModbusDefinition {
  return {
    protocol: 'modbus',
    id: 'bench/meter',
    version: 1,
    vendor: 'bench',
    title: 'Meter',
    domain: 'electricity',
    source: 'none',
    registers: Array.from({ length: registers / 2 }, (_, index) => ({
      table: 'holdingRegister',
      address: index * 2,
      type: 'uint32',
      quantity: 'elec.power',
      channel: `C${index}`,
    })),
  };
}

function device(id: string, bus: string, unit: number, intervalMs: number): ModbusDeviceConfig {
  return { id, model: 'bench/meter', modbus: { bus, unit, intervalMs } };
}

function serialBus(id: string, baudRate: number) {
  return { id, type: 'rtu' as const, path: '/dev/simulated', baudRate, parity: 'even' as const, stopBits: 1 as const };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
