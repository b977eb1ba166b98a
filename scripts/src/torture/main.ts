import { fileURLToPath } from 'node:url';
import { Argument, Command } from 'commander';
import { reportFailure } from '../report-failure.ts';

/** Each is a program of its own in this folder; what it does to the real programs. */
const TORTURES: Readonly<Record<string, string>> = {
  kill: 'the agent is killed at random moments',
  powercut: "the agent's disk loses what was not synced (root)",
  'no-fsync': 'the same without fsync: it must lose (root)',
  'server-kill': 'the server is killed at random moments',
  'link-cut': 'the backhaul is cut while Modbus is polled',
  outage: "no backhaul for days of the city's time (--cycles)",
  reconnect: 'the link comes back, and a new configuration with it',
  'disk-full': 'the disk fills while the backhaul is cut (root)',
  eio: 'the disk refuses writes (root)',
  corruption: "pages of the buffer's files are overwritten",
  clock: 'the clock is a year behind and ten years ahead',
  'bad-config': 'documents that the gateway cannot live with',
  soak: 'a city that says as much in a minute as a real one in an hour',
  lorawan: 'two gateways that hear the same devices, and their server, are killed; frames are replayed',
  doors: 'every listener is visited by the hostile while a city is served and neighbours are measured',
  swap: 'gateways are replaced by fresh boxes under the same identity (what counts as lost and deaf: below)',
  'lorawan-fuzz': 'damaged datagrams, as many as --cycles',
  'mqtt-fuzz': 'damaged MQTT packets of a gateway that was taken over, as many as --cycles',
  'modbus-fuzz': 'damaged answers of Modbus slaves, as many as --cycles',
  decoders: 'random, mutated and cut payloads for the whole catalogue, as many as --cycles',
};

const names = Object.entries(TORTURES).map(([name, what]) => `  ${name.padEnd(14)}${what}`);

const SWAP_WORDS = [
  'swap prints {cycles, lost, deaf, seconds} and more. A frame counts as lost when the server does not hold it although',
  'its old box had it acknowledged before it was killed, or it was sent, for the first time or once more, to a box that',
  'was up and going by its document, or to a neighbour. What an old box alone had heard and not delivered dies with it',
  'and is not lost; it must not be stored twice either. A device counts as deaf, once a cycle, when after the swap no',
  'frame of it reaches the server, or a command never reaches it; it is let join anew then, so that it is counted once.',
];

await new Command('scripts/torture')
  .description('mistreat a part of Vigie; the last line is one JSON object, the exit code says whether all held')
  .addArgument(new Argument('<name>').choices(Object.keys(TORTURES)))
  .option('--cycles <count>', 'how often; each has a default of its own')
  .option('--seed <number>', 'the same seed gives the same city and the same moments', '1')
  .option('--json', 'no progress bar')
  .addHelpText('after', ['', 'Names:', ...names, '', ...SWAP_WORDS].join('\n'))
  .action(async (name: string) => {
    const program = new URL(`./${name}.ts`, import.meta.url);
    const place = process.argv.indexOf(name, 2);
    process.argv = [
      process.execPath,
      fileURLToPath(program),
      ...process.argv.slice(2).filter((_, at) => at + 2 !== place),
    ];
    await import(program.href);
  })
  .parseAsync()
  .catch(reportFailure);
