import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ModelId, validate } from '@vigie/contract';
import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import type { ImportedDevice } from './registry.ts';

type Plain = Record<string, unknown>;

export interface RepositoryListing {
  layout: 'things-network' | 'chirpstack';
  devices: ImportedDevice[];
  /** Files that could not be used, with the reason. */
  problems: string[];
}

/**
 * Lists the devices of a repository that have a codec. The Things Network keeps `vendor/<vendor>/<device>.yaml` with
 * the id of a `<codec>.yaml` that names the script; ChirpStack keeps `vendors/<vendor>/devices/*.toml` whose profiles
 * name a script in `codecs/`.
 */
export function listDeviceRepository(folder: string): RepositoryListing | undefined {
  const root = resolve(folder);
  if (existsSync(join(root, 'vendors')))
    return { layout: 'chirpstack', ...collect(join(root, 'vendors'), chirpstackVendor) };
  if (existsSync(join(root, 'vendor')))
    return { layout: 'things-network', ...collect(join(root, 'vendor'), thingsNetworkVendor) };
  return undefined;
}

interface Collected {
  devices: ImportedDevice[];
  problems: string[];
}

type VendorReader = (folder: string, vendor: string, collected: Collected) => void;

function collect(folder: string, read: VendorReader): Collected {
  const collected: Collected = { devices: [], problems: [] };
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) read(join(folder, entry.name), entry.name, collected);
  }
  collected.devices.sort((a, b) => (a.id < b.id ? -1 : 1));
  return collected;
}

function thingsNetworkVendor(folder: string, vendor: string, collected: Collected): void {
  for (const name of filesOf(folder, '.yaml')) {
    if (name === 'index.yaml') continue;
    const device = readPlain(join(folder, name), parseYaml, collected);
    const codecId = codecIdOf(device);
    if (!device || codecId === undefined) continue;
    const codecFile = join(folder, `${codecId}.yaml`);
    if (!existsSync(codecFile)) {
      collected.problems.push(`${vendor}/${name}: there is no ${codecId}.yaml`);
      continue;
    }
    const script = scriptOf(readPlain(codecFile, parseYaml, collected));
    if (script !== undefined) add(collected, vendor, name.slice(0, -5), device.name, join(folder, script));
  }
}

/** `firmwareVersions[].profiles.<region>.codec` of a device, the last one given. */
function codecIdOf(device: Plain | undefined): string | undefined {
  const versions = Array.isArray(device?.firmwareVersions) ? (device.firmwareVersions as unknown[]) : [];
  const ids = versions.flatMap((version) => {
    const profiles = isPlain(version) && isPlain(version.profiles) ? Object.values(version.profiles) : [];
    return profiles.flatMap((profile) =>
      isPlain(profile) && typeof profile.codec === 'string' ? [profile.codec] : [],
    );
  });
  return ids.at(-1);
}

function scriptOf(codec: Plain | undefined): string | undefined {
  for (const part of ['uplinkDecoder', 'downlinkEncoder', 'downlinkDecoder']) {
    const section = codec?.[part];
    if (isPlain(section) && typeof section.fileName === 'string') return section.fileName;
  }
  return undefined;
}

function chirpstackVendor(folder: string, vendor: string, collected: Collected): void {
  for (const name of filesOf(join(folder, 'devices'), '.toml')) {
    const file = readPlain(join(folder, 'devices', name), parseToml, collected);
    const device = isPlain(file?.device) ? file.device : undefined;
    const firmware = Array.isArray(device?.firmware) ? (device.firmware as unknown[]).at(-1) : undefined;
    const script = isPlain(firmware) && typeof firmware.codec === 'string' ? firmware.codec : undefined;
    if (device && script !== undefined)
      add(collected, vendor, name.slice(0, -5), device.name, join(folder, 'codecs', script));
  }
}

function add({ devices, problems }: Collected, vendor: string, model: string, title: unknown, codec: string): void {
  const id = `${vendor}/${model}`.toLowerCase().replaceAll(/[^a-z0-9./-]+/g, '-');
  if (!validate(ModelId, id).ok) problems.push(`${vendor}/${model}: cannot be made into an id`);
  else if (!existsSync(codec)) problems.push(`${id}: there is no ${codec}`);
  else devices.push({ id, title: typeof title === 'string' ? title : model, codec });
}

function filesOf(folder: string, ending: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(ending)) : [];
}

function readPlain(path: string, parse: (text: string) => unknown, { problems }: Collected): Plain | undefined {
  try {
    const value = parse(readFileSync(path, 'utf8'));
    return isPlain(value) ? value : undefined;
  } catch (error) {
    problems.push(`${path}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
    return undefined;
  }
}

function isPlain(value: unknown): value is Plain {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
