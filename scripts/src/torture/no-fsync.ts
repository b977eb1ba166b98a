import { powerCutTorture } from './power-cut-torture.ts';
import { runTorture } from './torture.ts';

/** Shows that `powercut` can fail: the same with fsync taken away from the agent (Debian's eatmydata) must lose. */
process.exitCode = await runTorture(powerCutTorture('no-fsync', ['eatmydata', '--'], 'some'));
process.exit();
