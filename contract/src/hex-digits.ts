import { VigieError } from './errors.ts';

/** Longer than any writing of a key with a sign between all digits. */
const MAX_WRITTEN = 128;

/** What stands between digits, or around them: any dash, invisible spaces, the signs of a list in source code. */
const BETWEEN_DIGITS = /[\s:.,;\-_{}[\]"'\u2010-\u2015\u2212\u200b-\u200d\u2060]|0x|\\x/gi;

/**
 * An EUI or a key as people type or paste it: digits in any case, apart or not, or as an array of bytes in source code.
 * Undefined where their number is wrong.
 */
export function parseHexDigits(text: string, digits: 6 | 8 | 16 | 32): string | undefined {
  if (text.length > MAX_WRITTEN) return undefined;
  const plain = text.replaceAll(BETWEEN_DIGITS, '').toLowerCase();
  return plain.length === digits && /^[0-9a-f]+$/.test(plain) ? plain : undefined;
}

/**
 * An EUI-64 in any usual writing, in the one that everything here goes by.
 * @throws VigieError EUI_INVALID; `what` names the EUI
 */
export function parseEui(text: string, what: string): string {
  const eui = parseHexDigits(text, 16);
  if (eui === undefined) throw new VigieError('EUI_INVALID', `${what}: ${JSON.stringify(text.slice(0, 40))}`);
  return eui;
}

/** Members of a configuration document that are written in hexadecimal digits, by their number of digits. */
const EUIS: ReadonlySet<string> = new Set(['devEui', 'joinEui', 'gateway']);
const KEYS: Readonly<Record<string, 6 | 8 | 32>> = { netId: 6, devAddr: 8, appKey: 32, nwkSKey: 32, appSKey: 32 };

/**
 * A configuration document in the writing that its schema asks for: EUIs, keys and addresses in plain lower-case digits.
 * What is no document passes as it is, for the schema to say so. Never changes its argument.
 * @throws VigieError EUI_INVALID for an EUI that is none
 */
export function withPlainDigits(document: unknown): unknown {
  if (!isObject(document)) return document;
  const { devices, lorawan } = document;
  return {
    ...document,
    ...(Array.isArray(devices) && { devices: devices.map((device, index) => plainDevice(device, index)) }),
    ...(isObject(lorawan) && { lorawan: plainNetwork(lorawan) }),
  };
}

function plainDevice(device: unknown, index: number): unknown {
  if (!isObject(device) || !isObject(device.lorawan)) return device;
  const path = `/devices/${index}/lorawan`;
  const { activation } = device.lorawan;
  const lorawan = plainMembers(device.lorawan, path);
  if (isObject(activation)) lorawan.activation = plainMembers(activation, `${path}/activation`);
  return { ...device, lorawan };
}

function plainNetwork(lorawan: Record<string, unknown>): Record<string, unknown> {
  const { sources } = lorawan;
  const plain = plainMembers(lorawan, '/lorawan');
  if (!Array.isArray(sources)) return plain;
  plain.sources = sources.map((source: unknown, index) => {
    if (!isObject(source) || !Array.isArray(source.tokens)) return source;
    const path = `/lorawan/sources/${index}/tokens`;
    const tokens = source.tokens.map((token: unknown, place) =>
      isObject(token) ? plainMembers(token, `${path}/${place}`) : token,
    );
    return { ...source, tokens };
  });
  return plain;
}

function plainMembers(carrier: Record<string, unknown>, path: string): Record<string, unknown> {
  const plain: Record<string, unknown> = { ...carrier };
  for (const [name, value] of Object.entries(carrier)) {
    if (typeof value !== 'string') continue;
    const digits = KEYS[name];
    if (EUIS.has(name)) plain[name] = parseEui(value, `${path}/${name}`);
    // A key that is none may be the mark of one that is not shown: the schema has the last word.
    else if (digits !== undefined) plain[name] = parseHexDigits(value, digits) ?? value;
  }
  return plain;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
