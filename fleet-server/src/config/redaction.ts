import { type GatewayConfig, VigieError } from '@vigie/contract';

type Json = unknown;
type JsonObject = { [key: string]: Json };

/** Properties that hold a secret, wherever they stand in a document, and how much of its end is shown. */
const SECRET_PROPERTIES: ReadonlyMap<string, number> = new Map([
  // enough of 128 random bits to tell two devices' keys apart
  ['appKey', 4],
  ['nwkSKey', 4],
  ['appSKey', 4],
  // what people choose, and what logs in, shows nothing
  ['password', 0],
  ['token', 0],
  ['privateKey', 0],
  ['key', 0],
]);
const MASK = '****';

function redactSecret(secret: string, property: string): string {
  const shown = SECRET_PROPERTIES.get(property) ?? 0;
  return shown === 0 ? MASK : `${MASK}${secret.slice(-shown)}`;
}

/** The document without its secrets. */
export function redactConfig(config: GatewayConfig): JsonObject {
  return mapSecrets(config, undefined, ({ value, property }) => redactSecret(value, property)) as JsonObject;
}

/**
 * Puts the secrets back that a document still shows redacted, from the one in force: whoever reads a document, changes a
 * line and writes it back does not lose what was never shown. Members of lists are known by their `id`, tokens by their
 * `gateway`. A password goes with the address that it was given for: at another one it would be told to somebody else.
 * @throws VigieError CONFIG_INVALID for a mask that hides nothing
 */
export function restoreSecrets(draft: Json, current: GatewayConfig | undefined): Json {
  return mapSecrets(draft, current, ({ value, property, path, before, movedAway }) => {
    if (!value.startsWith(MASK)) return value;
    const known = movedAway ? undefined : before;
    if (typeof known === 'string' && value === redactSecret(known, property)) return known;
    throw new VigieError('CONFIG_INVALID', `${path} is hidden and nothing is known that it could stand for: give it`);
  });
}

interface Secret {
  value: string;
  property: string;
  /** JSON Pointer. */
  path: string;
  /** What stood in the same place of the document before. */
  before: Json;
  /** The object that it is in names another address than before. */
  movedAway: boolean;
}

/** No document that passes the schema is nested deeper; what is, is left for the schema to refuse. */
const MAX_DEPTH = 16;

function mapSecrets(value: Json, before: Json, change: (secret: Secret) => string, path = '', depth = 0): Json {
  if (depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) {
    const known = membersOf(before);
    return value.map((item, index) => mapSecrets(item, known.get(nameOf(item)), change, `${path}/${index}`, depth + 1));
  }
  if (!isObject(value)) return value;
  const old = isObject(before) ? before : {};
  const movedAway = value.url !== old.url;
  return Object.fromEntries(
    Object.entries(value).map(([property, inner]) => {
      const place = `${path}/${property}`;
      if (typeof inner !== 'string') return [property, mapSecrets(inner, old[property], change, place, depth + 1)];
      if (!SECRET_PROPERTIES.has(property)) return [property, inner];
      return [property, change({ value: inner, property, path: place, before: old[property], movedAway })];
    }),
  );
}

function membersOf(before: Json): Map<Json, Json> {
  return new Map(Array.isArray(before) ? before.map((item: Json) => [nameOf(item), item]) : []);
}

/** What has no name is never taken for another. */
function nameOf(item: Json): Json {
  const name = isObject(item) ? (item.id ?? item.gateway) : undefined;
  return name ?? Symbol('nameless');
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
