import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { runCity } from './run-city.ts';
import type { SimulateOptions } from './simulate-options.ts';

function number(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('a number, 0 or more');
  return value;
}

function time(text: string): number {
  const value = Date.parse(text);
  if (Number.isNaN(value)) throw new InvalidArgumentError('a time such as 2026-06-21T20:00:00Z');
  return value;
}

const program = new Command()
  .name('simulate')
  .description('A city district that speaks LoRaWAN (Semtech UDP) and Modbus (TCP, RTU), and the truth of what it said')
  .option('--seed <n>', 'the same seed gives the same city', number, 1)
  .option('--udp <host:port>', 'where the packet forwarders send to')
  .option('--modbus-base-port <n>', 'first of three TCP ports, 0 for any', number)
  .option('--modbus-host <host>', 'address the Modbus servers listen on', '127.0.0.1')
  .option('--rtu <path>', 'path that becomes the gateway’s end of the serial line')
  .option('--devices <n>', 'LoRaWAN devices', number, 24)
  .option('--slaves <n>', 'Modbus slaves, 6 at least; what is beyond are meters on the TCP buses', number, 6)
  .option('--abp', 'all LoRaWAN devices by ABP: a large city need not wait for its joins')
  .option('--interval-ms <n>', 'time between two uplinks of a device, 2300 at least', number, 10_000)
  .option('--modbus-interval-ms <n>', 'polling interval that the description suggests', number, 5_000)
  .option(
    '--modbus-faults <share>',
    'share of Modbus answers that go wrong: late, torn, of others, silent …',
    number,
    0,
  )
  .option('--rate <n>', 'uplinks a second of all devices together, instead of --interval-ms', number)
  .option('--speed <n>', 'seconds of the city in one second', number, 1)
  .option(
    '--begin <time>',
    'the city’s time at the start; an hour before its lamps go on where absent and speed > 1',
    time,
  )
  .option('--duration <seconds>', 'end after this time', number)
  .option('--count <n>', 'end after so many readings', number)
  .option('--truth <file>', 'a line of JSON for each reading that was emitted')
  .option('--city <file>', 'write the description of the city and go on')
  .option('--describe', 'print the description of the city and end')
  .option('--antennas <n>', 'packet forwarders that hear the city', number, 2)
  .option('--class-c <share>', 'share of LoRaWAN devices that listen all the time', number, 0)
  .option('--adr', 'devices let the network choose their data rate')
  .option('--bad-clocks', 'packet forwarders with wrong clocks and counters about to wrap')
  .option('--attackers <n>', 'replay and forge frames, 20 a second each; never in the truth', number, 0)
  .option('--load', 'only send frames made beforehand, for benches: ABP devices at --rate for --duration');

program.parse();
const options = program.opts<SimulateOptions & { city?: string }>();
const { city } = options;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  // The reader has had enough, as `head` has.
  process.exit(0);
});
const summary = await runCity(options, {
  describe: (description) => {
    const text = `${JSON.stringify(description, null, 2)}\n`;
    if (city !== undefined) writeFileSync(city, text);
    if (options.describe) process.stdout.write(text);
  },
  ready: (facts) => process.stdout.write(`${JSON.stringify({ ready: true, ...facts })}\n`),
  stopped: new Promise((resolve) => {
    let told = false;
    const stop = () => {
      // Who asks twice does not wait for what is still on its way.
      if (told) process.exit(1);
      told = true;
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  }),
}).catch((error: unknown) => {
  // A port that is taken, a path that is not ours, socat that is not installed.
  if (!(error instanceof Error && ('syscall' in error || error.cause !== undefined))) throw error;
  process.stderr.write(`simulate: ${error.message}\n`);
  process.exit(1);
});
if (summary) process.stdout.write(`${JSON.stringify(summary)}\n`);
process.exit(0);
