import { type VitestUtils, vi } from 'vitest';

/** A condition that holds at once on a quiet machine may need seconds on one that runs other things beside the tests. */
const PATIENCE = { timeout: 15_000, interval: 10 };

const waitFor: VitestUtils['waitFor'] = vi.waitFor;

/** `vi.waitFor` gives up after one second unless told otherwise: here it is told. */
vi.waitFor = (condition, options) =>
  waitFor(condition, typeof options === 'number' ? options : { ...PATIENCE, ...options });
