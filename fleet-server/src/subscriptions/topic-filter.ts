/** Filter of a platform's subscription, cut into what a reading of its tenant can still be chosen by. */
export interface CityFilter {
  text: string;
  /** For domain, asset and quantity each: a name, or undefined for any. */
  levels: readonly [string | undefined, string | undefined, string | undefined];
}

const MAX_FILTER_LENGTH = 256;

/**
 * Parses `city/v1/{tenant}/…` with the wildcards of MQTT 3.1.1, section 4.7. Undefined for whatever is not a filter
 * inside that one tenant: another tenant, a wildcard over tenants, `$share`, `$SYS`, a filter that matches nothing.
 */
export function parseCityFilter(text: string, tenant: string): CityFilter | undefined {
  if (text.length > MAX_FILTER_LENGTH) return undefined;
  const [city, version, owner, ...rest] = text.split('/');
  if (city !== 'city' || version !== 'v1' || owner !== tenant) return undefined;
  const open = rest.at(-1) === '#';
  const levels = open ? rest.slice(0, -1) : rest;
  if (open ? levels.length > 3 : levels.length !== 3) return undefined;
  if (levels.some((level) => level === '' || (level.length > 1 && /[+#]/.test(level)) || level === '#'))
    return undefined;
  const [domain, asset, quantity] = levels.map((level) => (level === '+' ? undefined : level));
  return { text, levels: [domain, asset, quantity] };
}

export function matches(filter: CityFilter, levels: readonly [string, string, string]): boolean {
  const [domain, asset, quantity] = filter.levels;
  return (
    (domain === undefined || domain === levels[0]) &&
    (asset === undefined || asset === levels[1]) &&
    (quantity === undefined || quantity === levels[2])
  );
}
