import { type GatewayConfig, isLorawanDevice } from '@vigie/contract';

type Json = unknown;
type JsonObject = { [key: string]: Json };

/** Properties that hold a key, wherever they stand in a document. */
const SECRET_PROPERTIES = new Set(['appKey', 'nwkSKey', 'appSKey']);
const SHOWN = 4;

/** How a key is shown: its last four digits, enough to tell two apart. */
function redactSecret(secret: string): string {
  return `****${secret.slice(-SHOWN)}`;
}

/** The document without its keys. */
export function redactConfig(config: GatewayConfig): JsonObject {
  return mapSecrets(config as unknown as JsonObject, (secret) => redactSecret(secret)) as JsonObject;
}

/**
 * Puts the keys back that a document still shows redacted, from the one in force: whoever reads a document, changes a
 * line and writes it back does not lose what was never shown. A device is known by its id.
 */
export function restoreSecrets(draft: Json, current: GatewayConfig | undefined): Json {
  if (!isObject(draft) || !Array.isArray(draft.devices) || !current) return draft;
  const known = new Map(current.devices.map((device) => [device.id, device]));
  const devices = draft.devices.map((device: Json) => {
    const before = isObject(device) && typeof device.id === 'string' ? known.get(device.id) : undefined;
    if (!before || !isLorawanDevice(before)) return device;
    const secrets = before.lorawan.activation as unknown as JsonObject;
    return mapSecrets(device, (shown, property) => {
      const secret = secrets[property];
      return typeof secret === 'string' && shown === redactSecret(secret) ? secret : shown;
    });
  });
  return { ...draft, devices };
}

/** No document that passes the schema is nested deeper; what is, is left for the schema to refuse. */
const MAX_DEPTH = 16;

function mapSecrets(value: Json, change: (secret: string, property: string) => string, depth = 0): Json {
  if (depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((item) => mapSecrets(item, change, depth + 1));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([property, inner]) => [
      property,
      SECRET_PROPERTIES.has(property) && typeof inner === 'string'
        ? change(inner, property)
        : mapSecrets(inner, change, depth + 1),
    ]),
  );
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
