import Type from 'typebox';

/**
 * A place in what a codec returned: names separated by dots, `[n]` for an item, `[*]` for all of them and `["name"]` for
 * a name with a dot or a bracket in it (`["PM2.5"]`, `obis["1.8.0"].value`), from the codec's `data`.
 */
export const ValuePath = Type.String({
  pattern: '^(?:[^.\\[\\]"]+|\\["[^"\\]]{1,128}"\\])(?:\\[(?:[0-9]+|\\*)\\]|\\["[^"\\]]{1,128}"\\]|\\.[^.\\[\\]"]+)*$',
  maxLength: 256,
});

/** A value at a path and the item that the last `[*]` on the way to it stands at. */
export interface Found {
  value: unknown;
  index: number;
}

const STEP = /\["([^"\]]*)"\]|\[([0-9]+|\*)\]|([^.[\]"]+)/g;

/** All values at a path; own properties only. */
export function find(data: unknown, path: string): Found[] {
  let found: Found[] = [{ value: data, index: 0 }];
  for (const [, quoted, bracket, bare] of path.matchAll(STEP)) {
    found = found.flatMap(({ value, index }) => {
      if (bracket === '*')
        return Array.isArray(value) ? value.map((item: unknown, at) => ({ value: item, index: at })) : [];
      const name = quoted ?? bracket ?? bare ?? '';
      if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return [];
      return [{ value: (value as Record<string, unknown>)[name], index }];
    });
  }
  return found;
}
