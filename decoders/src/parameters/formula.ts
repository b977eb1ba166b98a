import type { Derivation, Term } from './derivation.ts';

/** A derivation as a person reads it: `water.volume = pulse.count × pulseWeight`. */
export function formulaOf({ from, to, factor, offset, vessel }: Derivation): string {
  const target =
    typeof to.quantity === 'string'
      ? to.quantity
      : `${to.quantity.parameter}: ${Object.values(to.quantity.map).join(' / ')}`;
  if (vessel) return `${target} = share of ${termText(vessel.height)} below ${from.quantity}`;
  const product = factor === undefined ? from.quantity : `${from.quantity} × ${termText(factor)}`;
  return `${target} = ${offset === undefined ? product : `${product} + ${termText(offset)}`}`;
}

function termText(term: Term): string {
  return typeof term === 'number' ? String(term) : term.parameter;
}
