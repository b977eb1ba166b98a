export type Plain = Readonly<Record<string, unknown>>;
export type Path = readonly (string | number)[];

/** Something in a definition that gives a reading: a field, a constant, a mapped value or a register. */
export interface ReadingField {
  path: Path;
  field: Plain;
  /** Byte order that holds where the field stands. */
  order: unknown;
}

/** Everything in a definition's data that names a quantity, with the way to it. */
export function readingFields(value: unknown, path: Path = [], order: unknown = 'be'): ReadingField[] {
  if (Array.isArray(value)) return value.flatMap((part, index) => readingFields(part, [...path, index], order));
  if (value === null || typeof value !== 'object') return [];
  const plain = value as Plain;
  const inner = plain.order ?? order;
  if (typeof plain.quantity === 'string') return [{ path, field: plain, order: inner }];
  return Object.entries(plain).flatMap(([key, part]) => readingFields(part, [...path, key], inner));
}
