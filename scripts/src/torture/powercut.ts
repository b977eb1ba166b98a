import { powerCutTorture } from './power-cut-torture.ts';
import { runTorture } from './torture.ts';

/** Power cuts that drop unsynced writes. */
process.exitCode = await runTorture(powerCutTorture('powercut', [], 'none'));
process.exit();
