import { VigieError } from '@vigie/contract';
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';

/** One part of an order: the last one tells all rows apart, so that a page neither repeats nor skips a row. */
export interface OrderKey {
  expression: Expression<string | number>;
  descending: boolean;
}

/** Where a page ended: the order that it was in, and the keys of its last row. */
export type Place = readonly (string | number)[];

const MAX_KEYS = 4;

export function sealPlace(sort: string, place: Place): string {
  return Buffer.from(JSON.stringify([sort, ...place])).toString('base64url');
}

/** Throws REQUEST_INVALID for a cursor of another order, or one that no list gave. */
export function openPlace(sort: string, cursor: string, keys: number): Place {
  const [of, ...place] = read(cursor);
  const good = place.every((key) => typeof key === 'string' || typeof key === 'number');
  if (of !== sort || place.length !== keys || !good)
    throw new VigieError('REQUEST_INVALID', 'The cursor is not one that this list gave in this order');
  return place as Place;
}

function read(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) && value.length <= MAX_KEYS ? value : [];
  } catch {
    return [];
  }
}

/**
 * Rows behind a place: (a, b) > (x, y) is a > x or a = x and b > y, each key in its own direction. That a >= x says nothing
 * new, but lets the database begin there in the index of the first key.
 */
export function isBehind<DB, TB extends keyof DB>(
  eb: ExpressionBuilder<DB, TB>,
  keys: readonly OrderKey[],
  place: Place,
): Expression<SqlBool> {
  const branches = keys.map(({ expression, descending }, index) => {
    const before = keys.slice(0, index).map((key, at) => eb(key.expression, '=', eb.val(place[at] ?? '')));
    return eb.and([...before, eb(expression, descending ? '<' : '>', eb.val(place[index] ?? ''))]);
  });
  const [first] = keys;
  if (!first) return eb.or(branches);
  return eb.and([eb(first.expression, first.descending ? '<=' : '>=', eb.val(place[0] ?? '')), eb.or(branches)]);
}

/** A pattern for `like … escape '\'` that finds the text wherever it stands. */
export function patternOf(text: string): string {
  return `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
}
