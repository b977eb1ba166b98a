/** What every gateway is asked to do: as many slaves, polled once a second, with all registers that one request may hold. */
export const LOAD = { slaves: 20, registers: 125, intervalMs: 1_000, unit: 1 } as const;

/** A poll, by the slave that answered it and the number that its register 0 held. */
export interface Poll {
  slave: number;
  number: number;
}

/** Seconds of a run. The outage counts from its own second 0. */
export interface Plan {
  warmUp: number;
  steady: number;
  outage: { away: number; kill: number; back: number; end: number };
}

export const WHOLE: Plan = { warmUp: 15, steady: 60, outage: { away: 20, kill: 35, back: 50, end: 80 } };
/** Says whether all of it works; too short for figures. */
export const QUICK: Plan = { warmUp: 5, steady: 10, outage: { away: 4, kill: 9, back: 14, end: 24 } };

/** The name under which a gateway tells of a slave. */
export function slaveName(index: number): string {
  return `slave-${index}`;
}

export function slaveOf(name: string): number {
  return Number(/^slave-(\d+)$/.exec(name)?.[1] ?? Number.NaN);
}
