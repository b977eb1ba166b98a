import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { describeViolations, ModelId, VigieError, validate } from '@vigie/contract';
import Type, { type Static } from 'typebox';

/** A device whose codec lies in a repository on this machine and is used in place. */
const ImportedDevice = Type.Object({
  id: ModelId,
  title: Type.String(),
  /** Absolute path of the vendor's script. */
  codec: Type.String({ minLength: 1 }),
  /** Absolute path of the mapping file, once there is one. */
  mapping: Type.Optional(Type.String({ minLength: 1 })),
});
export type ImportedDevice = Static<typeof ImportedDevice>;

const Registry = Type.Object({ schema: Type.Literal(1), devices: Type.Array(ImportedDevice) });

export function defaultRegistryPath(): string {
  const base = process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config');
  return join(base, 'vigie', 'codecs.json');
}

export function readRegistry(path: string): ImportedDevice[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new VigieError('CODEC_UNREADABLE', `${path}: ${String(error)}`);
  }
  const checked = validate(Registry, parseJson(text, path));
  if (!checked.ok) throw new VigieError('CONFIG_INVALID', `${path}: ${describeViolations(checked.violations)}`);
  return checked.value.devices;
}

/** Adds devices or replaces those of the same id; a mapping that was given before is kept. */
export function registerDevices(path: string, devices: readonly ImportedDevice[]): void {
  const merged = new Map(readRegistry(path).map((device) => [device.id, device]));
  for (const device of devices) merged.set(device.id, { ...merged.get(device.id), ...device });
  const sorted = [...merged.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, `${JSON.stringify({ schema: 1, devices: sorted }, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}

export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new VigieError('CONFIG_INVALID', `${path} is not JSON: ${String(error)}`);
  }
}
