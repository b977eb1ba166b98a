import { Reading } from '@vigie/contract';
import type { Quantity } from './quantity.ts';
import { VOCABULARY } from './vocabulary.ts';

/** JSON Schema (draft 2020-12) of one reading as this vocabulary allows it: one alternative for each quantity. */
export function readingSchema(): Record<string, unknown> {
  const { channel, quality, reasons } = Reading.properties;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A reading in the vocabulary of Vigie',
    description: 'Bounds are not part of the schema: a value beyond them is delivered as uncertain.',
    type: 'object',
    required: ['quantity', 'value'],
    properties: { channel, quality, reasons },
    oneOf: Object.entries<Quantity>(VOCABULARY).map(([name, quantity]) => ({
      title: quantity.title,
      properties: { quantity: { const: name }, value: valueSchema(quantity) },
    })),
  };
}

function valueSchema({ kind, states, unit, resolution }: Quantity): Record<string, unknown> {
  switch (kind) {
    case 'state':
      return states ? { enum: states } : { type: 'string', minLength: 1, maxLength: 256 };
    case 'time':
      return { type: 'string', format: 'date-time', pattern: 'Z$' };
    case 'counter':
      return resolution === undefined
        ? { type: 'integer', minimum: 0, description: `in ${unit}` }
        : { type: 'number', minimum: 0, description: `in ${unit}, a multiple of ${resolution}` };
    case 'gauge':
    case 'delta':
      return { type: 'number', description: `in ${unit}` };
  }
}
