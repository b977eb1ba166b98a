import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { writeSecretFile } from '../identity/secret-file.ts';
import { type FirstAdministrator, openInstallation } from '../installation.ts';
import { createLog } from '../log.ts';
import { startServer } from '../server.ts';
import { type CommonOptions, commonOptions, databaseUrlOf, readSecret, withCommonOptions } from './options.ts';
import { reportFailure } from './output.ts';

interface RunOptions extends CommonOptions {
  httpPort: number;
  mqttPort: number;
  announceMqtt?: { host: string; port: number };
  host: string;
  bind?: string;
  console: string;
  readyFile?: string;
  takeoverAfter: number;
  firstPasswordFile?: string;
}

/** In an installation the console lies beside the bundled program. */
const CONSOLE = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../console/dist' : './console', import.meta.url),
);
const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1']);

export function runCommand(): Command {
  return withCommonOptions(new Command('run'))
    .description('run the server until it is told to stop')
    .option('--host <name>', 'name or address by which gateways and people reach this server', '127.0.0.1')
    .option('--bind <address>', 'address to listen on; everywhere, or only here where --host is this machine itself')
    .option('--http-port <port>', 'API, console and enrolment (TLS); 0 for any', toPort, 8443)
    .option('--mqtt-port <port>', 'MQTT (TLS); 0 for any', toPort, 8883)
    .option('--announce-mqtt <host:port>', 'where gateways find the MQTT port, if elsewhere', toAddress)
    .option('--console <folder>', 'where the built console lies', CONSOLE)
    .option(
      '--takeover-after <seconds>',
      'another gateway answers the devices of one that is away so long',
      toSeconds,
      600,
    )
    .option(
      '--first-password-file <file>',
      "holds the first administrator's password, for the first start; - for standard input",
    )
    .option('--ready-file <file>', 'write addresses there when the server is ready')
    .action(async (_options, command: Command) =>
      run({ ...command.opts<RunOptions>(), ...commonOptions(command) } as RunOptions).catch(giveUp),
    );
}

/** What was begun before the failure would keep the process alive. */
function giveUp(error: unknown): void {
  reportFailure(error);
  process.stdout.write('', () => process.exit());
}

async function run(options: RunOptions): Promise<void> {
  const log = createLog();
  const installation = await openInstallation({
    dataFolder: options.data,
    ...databaseUrlOf(options),
    ...(options.firstPasswordFile === undefined ? {} : { firstPassword: readSecret(options.firstPasswordFile) }),
  });
  const { firstAdministrator } = installation;
  // Before anything else can fail, and not through the log: what goes there may be kept.
  if (firstAdministrator) tellFirstLogin(firstAdministrator);
  const server = await startServer({
    installation,
    host: options.host,
    bind: options.bind ?? (LOOPBACK.has(options.host) ? '127.0.0.1' : '0.0.0.0'),
    httpPort: options.httpPort,
    mqttPort: options.mqttPort,
    ...(options.announceMqtt ? { announcedMqtt: options.announceMqtt } : {}),
    consoleFolder: options.console,
    moveRules: { deadAfterMs: options.takeoverAfter * 1_000 },
    log,
  });
  stopOnSignal(async () => {
    log.info({}, 'stopping');
    await server.close();
  });
  const ready = {
    msg: 'ready',
    http: server.http,
    mqtt: server.mqtt,
    console: `https://${server.http.host}:${server.http.port}/`,
    caFingerprint: installation.ca.fingerprint,
    pid: process.pid,
  };
  if (options.readyFile !== undefined) {
    await writeSecretFile(
      options.readyFile,
      `${JSON.stringify({ ...ready, ...(firstAdministrator ? { firstAdministrator } : {}) })}\n`,
    );
  }
  const { msg, ...fields } = ready;
  log.info(fields, msg);
}

/** On a terminal somebody reads it; a service's output is kept in the journal, and says only where it lies. */
function tellFirstLogin({ name, password, file }: FirstAdministrator): void {
  if (file === undefined) return;
  const shown = process.stderr.isTTY ? `password ${password}` : `password in ${file} until it is changed`;
  process.stderr.write(`\nFirst administrator: user ${name}, ${shown}\n\n`);
}

const STOP_LIMIT_MS = 15_000;

function stopOnSignal(stop: () => Promise<void>): void {
  const once = () => {
    process.off('SIGTERM', once);
    process.off('SIGINT', once);
    // What hangs is given up: nothing that was acknowledged depends on an orderly end.
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', once);
  process.on('SIGINT', once);
}

function toPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('a port is 0 to 65535');
  return port;
}

function toSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 60) throw new InvalidArgumentError('at least 60 seconds');
  return seconds;
}

function toAddress(text: string): { host: string; port: number } {
  const [, host, port = ''] = /^(.+):([0-9]+)$/.exec(text) ?? [];
  if (host === undefined) throw new InvalidArgumentError('an address is HOST:PORT');
  return { host, port: toPort(port) };
}
