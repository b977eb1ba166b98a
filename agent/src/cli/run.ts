import { execFile } from 'node:child_process';
import { get } from 'node:http';
import { VigieError } from '@vigie/contract';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Logger } from 'pino';
import type { AgentOptions } from '../ground.ts';
import { createLog } from '../log.ts';
import { type Agent, startAgent } from '../main.ts';
import { systemClock } from '../system-clock.ts';
import { dataOption } from './data-option.ts';

interface RunOptions {
  data: string;
  healthPort: number;
  clock: 'auto' | 'trusted';
  logLevel: string;
  connectSpread: number;
  reconnectMax: number;
  wire: 'columns' | 'json';
}

const STOP_LIMIT_MS = 15_000;
const ENROLMENT_CHECK_MS = 5_000;

export function runCommand(): Command {
  return new Command('run')
    .description('Runs the gateway until SIGTERM or SIGINT.')
    .addOption(dataOption())
    .option('--health-port <port>', 'loopback port of /healthz, /status and /metrics; 0 for any', portNumber, 9464)
    .addOption(
      new Option('--clock <mode>', 'auto: trust the clock once systemd-timesyncd has set it; trusted: always')
        .choices(['auto', 'trusted'])
        .default('auto'),
    )
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error']).default('info'))
    .option(
      '--connect-spread <ms>',
      'the first connection is made at a random moment in this time',
      milliseconds,
      3_000,
    )
    .option('--reconnect-max <ms>', 'longest pause between two attempts to reach the server', milliseconds, 60_000)
    .addOption(
      new Option('--wire <format>', 'how batches are written: columns (zstd), or json for debugging')
        .choices(['columns', 'json'])
        .default('columns'),
    )
    .action(run);
}

async function run(options: RunOptions): Promise<void> {
  const log = createLog(options.logLevel);
  const agent = await startOnceEnrolled(log, {
    dataDirectory: options.data,
    clock: systemClock(options.clock),
    healthPort: options.healthPort,
    linkTiming: {
      spreadMs: options.connectSpread,
      maxDelayMs: options.reconnectMax,
      firstDelayMs: Math.min(1_000, options.reconnectMax),
    },
    batchFormat: options.wire,
  });
  notifySystemd('READY=1');
  const watchdog = startWatchdog(agent.healthPort);
  const stop = (signal: string) => {
    log.info({ signal }, 'stopping');
    clearInterval(watchdog);
    notifySystemd('STOPPING=1');
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    agent.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ detail: String(error) }, 'the stop failed');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/** A new gateway waits for its claim code: `vigie-agent enrol` writes the identity that this waits for. */
async function startOnceEnrolled(log: Logger, options: Omit<AgentOptions, 'log'>): Promise<Agent> {
  for (let tries = 0; ; tries++) {
    try {
      return await startAgent({ ...options, log });
    } catch (error) {
      if (!(error instanceof VigieError) || error.code !== 'NOT_ENROLLED') throw error;
      if (tries === 0) {
        log.warn({ code: error.code }, error.message);
        notifySystemd('READY=1');
      }
      notifySystemd('WATCHDOG=1');
      await new Promise((resolve) => setTimeout(resolve, ENROLMENT_CHECK_MS));
    }
  }
}

/** Pets systemd's watchdog at half of its time, through our own health port: a hung event loop pets nothing. */
function startWatchdog(healthPort: number): NodeJS.Timeout | undefined {
  const limitUs = Number(process.env.WATCHDOG_USEC ?? 0);
  if (!(limitUs > 0)) return undefined;
  return setInterval(() => {
    // The short answer: a status lists every device. And `fetch` would load undici, 3 MB, for this alone.
    get(`http://127.0.0.1:${healthPort}/metrics`, { timeout: limitUs / 2_000 }, (response) => {
      response.resume();
      if (response.statusCode === 200) notifySystemd('WATCHDOG=1');
    }).on('error', () => undefined);
  }, limitUs / 2_000);
}

/** By the program `systemd-notify`: the native binding would have to be compiled. */
function notifySystemd(state: string): void {
  if (process.env.NOTIFY_SOCKET === undefined) return;
  execFile('systemd-notify', [`--pid=${process.pid}`, state], () => undefined);
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535.');
  return port;
}

function milliseconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError('a whole number of milliseconds is wanted.');
  return value;
}
