import { type ModbusBus, VigieError } from '@vigie/contract';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { dataOption } from '../../cli/data-option.ts';
import type { BusAccess } from '../bus-access.ts';
import { linkOf } from '../bus-link.ts';
import { runningBus } from './running-bus.ts';

/** The line that a verb works on, as typed. */
export interface BusOptions {
  tcp?: string;
  rtuOverTcp?: string;
  rtu?: string;
  /** A bus of the agent that runs on `data`. */
  bus?: string;
  data: string;
  baud: number;
  parity: 'none' | 'even' | 'odd';
  stopBits: 1 | 2;
  timeoutMs: number;
  json: boolean;
}

const MODBUS_PORT = 502;

export function integer(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`a whole number from ${minimum} to ${maximum}`);
    }
    return value;
  };
}

export const unitNumber = integer(1, 255);

/** The options that say which line is meant, the same in every verb. */
export function withBusOptions(command: Command, timeoutMs = 1_000): Command {
  return command
    .option('--tcp <host:port>', 'Modbus TCP')
    .option('--rtu <path>', 'serial port, such as /dev/ttyUSB0')
    .option('--rtu-over-tcp <host:port>', 'serial server that passes RTU frames through')
    .option('--bus <id>', 'a bus of the running agent, which goes on polling it meanwhile')
    .addOption(dataOption())
    .option('--baud <n>', 'speed of the serial port', integer(300, 1_000_000), 9_600)
    .addOption(
      new Option('--parity <parity>', 'parity of the serial port').choices(['none', 'even', 'odd']).default('none'),
    )
    .option('--stop-bits <n>', 'stop bits of the serial port', integer(1, 2), 1)
    .option('--timeout-ms <n>', 'how long a slave may take to answer', integer(20, 60_000), timeoutMs)
    .option('--json', 'print JSON instead of text', false);
}

function busOf({ tcp, rtu, rtuOverTcp, baud, parity, stopBits, timeoutMs }: BusOptions): ModbusBus {
  const id = 'bus-1';
  if (rtu !== undefined) return { id, type: 'rtu', path: rtu, baudRate: baud, parity, stopBits, timeoutMs };
  if (rtuOverTcp !== undefined) return { id, type: 'rtu-over-tcp', ...addressOf(rtuOverTcp), timeoutMs };
  if (tcp !== undefined) return { id, type: 'tcp', ...addressOf(tcp), timeoutMs };
  throw new VigieError('CONFIG_INVALID', 'Say which line: --rtu, --tcp, --rtu-over-tcp or --bus');
}

function addressOf(text: string): { host: string; port: number } {
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text);
  if (!match) throw new VigieError('CONFIG_INVALID', `${text} is not of the form host:port`);
  const [, host = '', port] = match;
  return { host: host.replace(/^\[|\]$/g, ''), port: port === undefined ? MODBUS_PORT : Number(port) };
}

/** The line that is meant, and how to get at it. */
export interface ChosenLine {
  /** Absent where the running agent has the line. */
  bus?: ModbusBus;
  access(bus: ModbusBus | undefined): BusAccess;
}

export function lineOf(options: BusOptions): ChosenLine {
  const { bus: id, data, timeoutMs } = options;
  if (id !== undefined) return { access: () => runningBus(data, id, timeoutMs) };
  const own = busOf(options);
  const parts = { monotonicMs: () => performance.now(), random: Math.random };
  return { bus: own, access: (bus) => linkOf(bus ?? own, parts) };
}

/** Works on an open line and closes it. Throws CONFIG_BUS_FAILED when a serial port cannot be opened. */
export async function onLine<T>({ bus, access }: ChosenLine, work: (access: BusAccess) => Promise<T>): Promise<T> {
  const line = access(bus);
  try {
    const refused = await line.open();
    if (refused !== undefined) {
      throw new VigieError(bus?.type === 'rtu' ? 'CONFIG_BUS_FAILED' : 'MODBUS_CONNECTION', refused);
    }
    return await work(line);
  } finally {
    await line.close();
  }
}

export function print(options: { json: boolean }, value: unknown, text: () => string): void {
  process.stdout.write(options.json ? `${JSON.stringify(value)}\n` : `${text()}\n`);
}
