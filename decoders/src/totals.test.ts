import { readFileSync } from 'node:fs';
import type { Reading } from '@vigie/contract';
import { describe, expect, it } from 'vitest';
import { listDefinitions } from './catalogue.ts';
import type { Golden } from './golden.ts';

/** Meters round each phase by itself, and sum before they round. */
const TOLERANCE = 0.02;
/** What three phases make together: a total without channel is their sum. */
const SUMS = ['elec.power', 'elec.reactive', 'elec.import', 'elec.export', 'cab.power'] as const;
const PHASES = ['L1', 'L2', 'L3'] as const;

/** Goldens whose numbers are of a document that has no real load, with the reason. */
const NO_LOAD: Readonly<Record<string, string>> = {};

interface Message {
  id: string;
  description: string;
  readings: readonly Reading[];
}

const messages = listDefinitions().flatMap(({ id, protocol }): Message[] => {
  const golden: Golden = JSON.parse(readFileSync(new URL(`./${protocol}/${id}.golden.json`, import.meta.url), 'utf8'));
  return golden.decode.flatMap(({ description, expect: wanted }) =>
    'readings' in wanted && NO_LOAD[`${id}: ${description}`] === undefined
      ? [{ id, description, readings: wanted.readings }]
      : [],
  );
});

function numberOf({ readings }: Message, quantity: string, channel?: string): number | undefined {
  const reading = readings.find((one) => one.quantity === quantity && one.channel === channel);
  // what is marked already is not told as right
  return reading?.quality === undefined && typeof reading?.value === 'number' ? reading.value : undefined;
}

describe('in the goldens of the whole catalogue', () => {
  const sums = messages.flatMap((message) =>
    SUMS.flatMap((quantity) => {
      const total = numberOf(message, quantity);
      const phases = PHASES.map((phase) => numberOf(message, quantity, phase));
      return total === undefined || phases.includes(undefined) ? [] : [{ ...message, quantity, total, phases }];
    }),
  );

  it.each(sums)('$id, $description: $quantity is the sum of its phases', ({ total, phases }) => {
    const sum = phases.reduce<number>((one, other) => one + (other ?? 0), 0);
    const scale = Math.max(Math.abs(total), ...phases.map((phase) => Math.abs(phase ?? 0)));
    expect(Math.abs(total - sum)).toBeLessThanOrEqual(TOLERANCE * scale + 1);
  });

  const powers = messages.flatMap((message) =>
    [undefined, ...PHASES].flatMap((channel) => {
      const active = numberOf(message, 'elec.power', channel);
      const apparent = numberOf(message, 'elec.apparent', channel);
      return active === undefined || apparent === undefined ? [] : [{ ...message, channel, active, apparent }];
    }),
  );

  it.each(powers)('$id, $description: apparent power of $channel is not below the active', ({ active, apparent }) => {
    expect(Math.abs(active)).toBeLessThanOrEqual(Math.abs(apparent) * (1 + TOLERANCE) + 1);
  });

  it('there are such messages', () => {
    expect(sums.length).toBeGreaterThan(10);
    expect(powers.length).toBeGreaterThan(10);
  });
});
