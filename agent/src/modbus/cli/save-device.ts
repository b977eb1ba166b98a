import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import {
  CONFIG_SCHEMA,
  type GatewayConfig,
  type ModbusBus,
  type ModbusDeviceConfig,
  type RegisterModel,
  VigieError,
} from '@vigie/contract';
import { findDefinition } from '@vigie/decoders';
import { checkConfig } from '../../config/config-manager.ts';

export interface FoundDevice {
  device: ModbusDeviceConfig;
  /** Absent where the document has the bus already. */
  bus?: ModbusBus;
  model?: RegisterModel;
}

type Draft = Omit<GatewayConfig, 'revision'> & { revision?: number };

/**
 * Puts a device that was tried into a configuration document, in the place of one of the same name. The document is one
 * that a gateway could take afterwards, or nothing is written. Throws CONFIG_INVALID, CONFIG_REFERENCE and their like.
 */
export function saveDevice(file: string, { device, bus, model }: FoundDevice): void {
  const before: Draft = existsSync(file) ? read(file) : { schema: CONFIG_SCHEMA, devices: [] };
  // The server gives revisions: a document says which one it was made from, and none where it was made here.
  const { revision = 1 } = before;
  const draft = {
    ...before,
    revision,
    modbus: { ...before.modbus, buses: replaced(before.modbus?.buses ?? [], bus) },
    ...((before.models || model) && { models: replaced(before.models ?? [], model) }),
    devices: replaced(before.devices, device),
  };
  const checked = checkConfig(draft, findDefinition);
  if (!checked.ok) throw new VigieError(checked.code, checked.message);
  const { revision: _, ...unnumbered } = checked.config;
  const saved = before.revision === undefined ? unnumbered : checked.config;
  writeFileSync(`${file}.new`, `${JSON.stringify(saved, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function read(file: string): Draft {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Draft;
  } catch (error) {
    throw new VigieError('CONFIG_INVALID', `${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function replaced<T extends { id: string }>(list: readonly T[], item: T | undefined): T[] {
  return item ? [...list.filter(({ id }) => id !== item.id), item] : [...list];
}
