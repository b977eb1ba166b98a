/** A number of the definition, or a parameter of the device. */
export type Term = number | { parameter: string };

/** A reading that is made of another one and of parameters of the device. */
export interface Derivation {
  /** What it is made of. Without a channel that of no channel; `each` is every channel, and the derived one has the same. */
  from: { quantity: string; channel?: string; each?: true };
  /** The quantity, or the one that a parameter chooses; nothing is derived where the choice has none. */
  to: { quantity: string | { parameter: string; map: Readonly<Record<string, string>> }; channel?: string };
  /** value × factor + offset. */
  factor?: Term;
  offset?: Term;
  /** Instead: how full a vessel is, in percent, of the distance from the sensor to what is in it. */
  vessel?: Vessel;
  /** Only where the parameter has this value. */
  when?: { parameter: string; equals: number | string | boolean };
  /** The derived reading takes the place of the one that it is made of. */
  replaces?: true;
}

/** Lengths in the unit of the reading. */
export interface Vessel {
  /** From the bottom to where the vessel is full. */
  height: Term;
  /** From the sensor down to where the vessel is full; 0 where absent. */
  gap?: Term;
  /** A parameter: `upright` (straight walls), `lying` (a cylinder on its side) or `ball`. Upright where absent. */
  shape?: { parameter: string };
}
