import { readFileSync } from 'node:fs';
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
  udp?: string;
  tls?: string;
  ca?: string;
  cert?: string;
  key?: string;
  serverName?: string;
  ascii: boolean;
  echo?: boolean;
  dataBits: 7 | 8;
  connectDelayMs?: number;
  pauseMs?: number;
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
/** `mbap-s` (MODBUS/TCP Security V3.6 section 8.1). */
const MODBUS_TLS_PORT = 802;

export function integer(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`a whole number from ${minimum} to ${maximum}`);
    }
    return value;
  };
}

/** Unit 0 is the server itself on a network; on a serial line it is broadcast, which `link` refuses. */
export const unitNumber = integer(0, 255);

/** The options that say which line is meant, the same in every verb. */
export function withBusOptions(command: Command, timeoutMs = 1_000): Command {
  return command
    .option('--tcp <host:port>', 'Modbus TCP')
    .option('--rtu <path>', 'serial port, such as /dev/ttyUSB0')
    .option('--rtu-over-tcp <host:port>', 'serial server that passes RTU frames through')
    .option('--udp <host:port>', 'Modbus frames in datagrams')
    .option('--tls <host:port>', 'MODBUS/TCP Security; needs --ca')
    .option('--ca <file>', "authority of the slave's certificate (PEM)")
    .option('--cert <file>', 'own certificate (PEM), where the slave asks for one')
    .option('--key <file>', 'key of the own certificate (PEM)')
    .option('--server-name <name>', "name in the slave's certificate, where it is not the host")
    .option('--bus <id>', 'a bus of the running agent, which goes on polling it meanwhile')
    .addOption(dataOption())
    .option('--baud <n>', 'speed of the serial port', integer(300, 1_000_000), 9_600)
    .addOption(
      new Option('--parity <parity>', 'parity of the serial port').choices(['none', 'even', 'odd']).default('none'),
    )
    .option('--stop-bits <n>', 'stop bits of the serial port', integer(1, 2), 1)
    .option('--data-bits <n>', 'data bits of the serial port; 7 with --ascii only', integer(7, 8), 8)
    .option('--ascii', 'ASCII frames instead of RTU', false)
    .option('--echo', 'the adapter gives back what it sends; found out where not given')
    .option('--no-echo', 'the adapter does not give back what it sends')
    .option('--connect-delay-ms <n>', 'wait after a connection was made', integer(0, 60_000))
    .option('--pause-ms <n>', 'rest between an answer and the next request', integer(0, 10_000))
    .option('--timeout-ms <n>', 'how long a slave may take to answer', integer(20, 60_000), timeoutMs)
    .option('--json', 'print JSON instead of text', false);
}

function busOf(options: BusOptions): ModbusBus {
  const { tcp, rtu, rtuOverTcp, udp, tls, baud, parity, stopBits, dataBits, timeoutMs } = options;
  const id = 'bus-1';
  const { pauseMs, connectDelayMs, echo, ascii } = options;
  const patience = { timeoutMs, ...(pauseMs === undefined ? {} : { pauseMs }) };
  const connection = { ...patience, ...(connectDelayMs === undefined ? {} : { connectDelayMs }) };
  const frames = { ...(ascii ? { framing: 'ascii' as const } : {}), ...(echo === undefined ? {} : { echo }) };
  if (rtu !== undefined) {
    if (dataBits === 7 && !ascii)
      throw new VigieError('CONFIG_INVALID', 'RTU frames need 8 data bits; 7 are for --ascii');
    const bits = dataBits === 7 ? { dataBits } : {};
    return { id, type: 'rtu', path: rtu, baudRate: baud, parity, stopBits, ...bits, ...frames, ...patience };
  }
  if (rtuOverTcp !== undefined) return { id, type: 'rtu-over-tcp', ...addressOf(rtuOverTcp), ...frames, ...connection };
  if (tcp !== undefined) return { id, type: 'tcp', ...addressOf(tcp), ...connection };
  if (udp !== undefined) return { id, type: 'udp', ...addressOf(udp), ...patience };
  if (tls !== undefined)
    return { id, type: 'tls', ...addressOf(tls, MODBUS_TLS_PORT), ...certificatesOf(options), ...connection };
  throw new VigieError('CONFIG_INVALID', 'Say which line: --rtu, --tcp, --udp, --tls, --rtu-over-tcp or --bus');
}

function certificatesOf({ ca, cert, key, serverName }: BusOptions) {
  if (ca === undefined) throw new VigieError('CONFIG_INVALID', '--tls needs --ca: the authority of the slave');
  if ((cert === undefined) !== (key === undefined)) {
    throw new VigieError('CONFIG_INVALID', '--cert and --key are given together or not at all');
  }
  return {
    ca: pemIn(ca),
    ...(cert === undefined ? {} : { certificate: pemIn(cert) }),
    ...(key === undefined ? {} : { key: pemIn(key) }),
    ...(serverName === undefined ? {} : { serverName }),
  };
}

function pemIn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new VigieError('CONFIG_INVALID', `${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function addressOf(text: string, standardPort = MODBUS_PORT): { host: string; port: number } {
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text);
  if (!match) throw new VigieError('CONFIG_INVALID', `${text} is not of the form host:port`);
  const [, host = '', port] = match;
  return { host: host.replace(/^\[|\]$/g, ''), port: port === undefined ? standardPort : Number(port) };
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
