import { Command } from 'commander';
import { listDefinitions } from '../../../decoders/src/catalogue.ts';
import { seededRandom } from '../simulate/random.ts';
import { type DecoderFigures, mistreatDecoders } from './decoders-mistreated.ts';
import { goldenOf } from './golden-of.ts';

const DEFAULT_PAYLOADS = 100_000;
const MOST_COMPLAINTS = 40;
const PROGRESS_EVERY = 10_000;

interface Options {
  cycles: string;
  seed: string;
  json?: boolean;
}

/** Mistreats every decoder of the catalogue; prints one JSON object last. */
function torture({ cycles, seed, json }: Options): void {
  const subjects = listDefinitions().map((definition) => ({
    definition,
    golden: goldenOf(definition),
  }));
  const wanted = Number(cycles);
  const beganMs = performance.now();
  let complaints = 0;
  const complain = (sentence: string): void => {
    complaints += 1;
    if (complaints <= MOST_COMPLAINTS) process.stderr.write(`${sentence}\n`);
  };
  let figures: DecoderFigures | undefined;
  for (figures of mistreatDecoders(subjects, seededRandom(Number(seed)), complain)) {
    if (!json && figures.payloads % PROGRESS_EVERY === 0) {
      process.stderr.write(`${figures.payloads} of ${wanted} payloads, ${complaints} faults\n`);
    }
    if (figures.payloads >= wanted) break;
  }
  const seconds = Math.round((performance.now() - beganMs) / 1_000);
  process.stdout.write(`${JSON.stringify({ ...figures, seconds })}\n`);
  process.exitCode = complaints === 0 && figures !== undefined ? 0 : 1;
}

await new Command('scripts/torture decoders')
  .description('random, mutated and cut payloads for every decoder of the catalogue, registers for those of Modbus')
  .option('--cycles <count>', 'payloads', String(DEFAULT_PAYLOADS))
  .option('--seed <number>', 'the same seed gives the same payloads', '1')
  .option('--json', 'no progress')
  .addHelpText(
    'after',
    `
Figures: payloads, exceptions (a decoder threw), unmarkedOutOfBounds (a value outside of the vocabulary's bounds without
a mark), readingsFromUnknown, plausibleFromTruncated, seconds. All but the first and the last must be 0.

A frame is known where one of the definition's layouts names its FPort, its length and what its bytes must be; this
is judged from the definition's data by a reading of its own. A record within a known frame that no table names ends
the frame: what stood before it counts as known.

A frame is truncated where it is a beginning of a golden whose layout tells its length, ends as it must, has a checksum
or is a row of messages of one length and is cut within one. Formats without such a sign cannot be told from shorter messages.`,
  )
  .action(torture)
  .parseAsync();
