import { fromHex, type LorawanDefinition, listDefinitions, normalise, type UplinkInput } from '@vigie/decoders';
import { goldenOf } from '../torture/golden-of.ts';
import type { Bench, Measured, Rules } from './bench.ts';
import { percentile } from './process-cost.ts';

/** The middle one of so many spells counts: a neighbour on the same processor slows one down or another. */
const SPELLS = 9;
const SPELL_MS = 500;

const RULES = {
  decodesPerSecond: { beside: ['json'], atLeast: 1.1 },
  definitions: { atLeast: 158 },
} satisfies Rules;

/** How fast the catalogue decodes: each LoRaWAN example of it in turn, from the payload to what the vocabulary allows. */
export const catalogueBench: Bench<keyof typeof RULES> = { rules: RULES, measure };

interface Example {
  definition: LorawanDefinition;
  input: UplinkInput;
}

async function measure(): Promise<Measured<keyof typeof RULES>> {
  const examples = listDefinitions().flatMap(examplesOf);
  const rates = Array.from({ length: SPELLS + 1 }, () => rateOf(examples)).slice(1);
  return {
    figures: {
      decodesPerSecond: Math.round(percentile(rates, 0.5)),
      definitions: listDefinitions().length,
    },
    conditions: {
      examples: examples.length,
      decodes: `all of them in turn, in ${SPELLS} spells of ${SPELL_MS} ms after one to warm up, the middle one; decoded, scaled, checked against the vocabulary; by second of processor time`,
    },
  };
}

function examplesOf(definition: ReturnType<typeof listDefinitions>[number]): Example[] {
  if (definition.protocol !== 'lorawan') return [];
  return goldenOf(definition).decode.flatMap(({ input }) => {
    const bytes = 'hex' in input ? fromHex(input.hex) : undefined;
    if (!bytes || !('hex' in input)) return [];
    return [{ definition, input: { bytes, fPort: input.fPort, receivedAt: input.receivedAt ?? Date.UTC(2026, 0, 1) } }];
  });
}

function rateOf(examples: readonly Example[]): number {
  const began = performance.now();
  const before = process.cpuUsage();
  let decodes = 0;
  while (performance.now() - began < SPELL_MS) {
    for (const { definition, input } of examples) {
      const outcome = definition.decodeUplink(input);
      if (outcome.ok) normalise(outcome.decoded);
    }
    decodes += examples.length;
  }
  const { user, system } = process.cpuUsage(before);
  return decodes / ((user + system) / 1e6);
}
