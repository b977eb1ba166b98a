import type { Definition } from './definition.ts';
import { readingFields } from './definition-fields.ts';
import type { DeclaredLorawan } from './kernel/lorawan.ts';

/** The quantities that a definition can tell, by name and in the order of the alphabet; those that follow by parameters too. */
export function measuresOf(definition: Definition): string[] {
  const told =
    definition.protocol === 'modbus'
      ? readingFields({ registers: definition.registers, sunspec: definition.sunspec })
      : readingFields((definition as Partial<DeclaredLorawan>).spec?.uplinks ?? []);
  const derived = (definition.derived ?? []).flatMap(({ to: { quantity } }) =>
    typeof quantity === 'string' ? [quantity] : Object.values(quantity.map),
  );
  return [...new Set([...told.map(({ field }) => String(field.quantity)), ...derived])].sort();
}
