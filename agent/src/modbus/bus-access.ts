import type { Link } from './link.ts';

/** What a survey needs of a bus: a line of its own, or one that a running agent polls on. */
export type BusAccess = Pick<Link, 'open' | 'exchange' | 'close'>;
