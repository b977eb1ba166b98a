import { type Definition, findDefinition, findQuantity, listDefinitions } from '@vigie/decoders';

/** What the server asks of the catalogue of definitions; a test hands it a small one. */
export interface Catalogue {
  find(model: string): Definition | undefined;
  list(): readonly Definition[];
  /** UCUM unit of a quantity; undefined for a state, a time or an unknown quantity. */
  unitOf(quantity: string): string | undefined;
}

export const catalogue: Catalogue = {
  find: findDefinition,
  list: listDefinitions,
  // The vocabulary writes the unit of a state as an empty text.
  unitOf: (quantity) => findQuantity(quantity)?.unit || undefined,
};
