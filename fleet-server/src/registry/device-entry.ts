import { type DeviceParameters, parseDeviceCode, parseEui, parseHexDigits, VigieError } from '@vigie/contract';
import { modelsOfVendor } from '@vigie/decoders';
import type { Catalogue } from './catalogue.ts';

/** What a technician has in hand: the code on the device, or what stands on its label. The key is never on the code. */
export interface DeviceEntry {
  code?: string | undefined;
  devEui?: string | undefined;
  joinEui?: string | undefined;
  appKey: string;
  model: string;
  id?: string | undefined;
  name?: string | undefined;
  asset?: string | undefined;
  macVersion?: '1.0.2' | '1.0.3' | '1.0.4' | undefined;
  class?: 'A' | 'C' | undefined;
  parameters?: DeviceParameters | undefined;
}

/** The item of a configuration document, in the schema's words: joined over the air, whatever was typed how. */
export type EnteredDevice = Record<string, unknown> & { id: string };

export interface ReadCode {
  joinEui: string;
  devEui: string;
  /** LoRa Alliance vendor identifier, and the vendor's own of the product. */
  vendorId: number;
  vendorProfileId: number;
  serialNumber?: string;
  /** Models of the catalogue that are of this vendor. */
  models: string[];
}

/** @throws VigieError DEVICE_CODE_MALFORMED, DEVICE_CODE_CHECKSUM */
export function readDeviceCode(text: string, catalogue: Pick<Catalogue, 'list'>): ReadCode {
  const outcome = parseDeviceCode(text);
  if (!outcome.ok) throw new VigieError(outcome.error, outcome.detail);
  const { joinEui, devEui, vendorId, vendorProfileId, serialNumber } = outcome.code;
  const models = modelsOfVendor(vendorId, catalogue.list());
  return {
    joinEui,
    devEui,
    vendorId,
    vendorProfileId,
    ...(serialNumber === undefined ? {} : { serialNumber }),
    models,
  };
}

/**
 * What is typed beside a code must agree with it.
 * @throws VigieError EUI_INVALID, KEY_INVALID, DEVICE_CODE_MALFORMED, DEVICE_CODE_CHECKSUM
 */
export function deviceOfEntry(entry: DeviceEntry, catalogue: Pick<Catalogue, 'list'>): EnteredDevice {
  const read = entry.code === undefined ? undefined : readDeviceCode(entry.code, catalogue);
  const devEui = agreed('DevEUI', read?.devEui, entry.devEui);
  const joinEui = agreed('JoinEUI', read?.joinEui, entry.joinEui);
  const appKey = parseHexDigits(entry.appKey, 32);
  if (appKey === undefined) throw new VigieError('KEY_INVALID', 'AppKey');
  const { model, id = `lw-${devEui}`, name, asset, macVersion = '1.0.3', parameters } = entry;
  const activation = { mode: 'otaa', joinEui, appKey };
  return {
    id,
    model,
    ...(name === undefined ? {} : { name }),
    ...(asset === undefined ? {} : { asset }),
    ...(parameters === undefined ? {} : { parameters }),
    lorawan: { devEui, macVersion, class: entry.class ?? 'A', activation },
  };
}

function agreed(field: string, read: string | undefined, typed: string | undefined): string {
  const digits = typed === undefined ? read : parseEui(typed, field);
  if (digits === undefined) throw new VigieError('DEVICE_CODE_MALFORMED', `${field}: missing`);
  if (read !== undefined && digits !== read) {
    throw new VigieError('DEVICE_CODE_MALFORMED', `${field}: what was typed is not what the code says`);
  }
  return digits;
}
