import type { ErrorCode } from './errors.ts';

/** What the code on a LoRaWAN device says of it; it carries no key. */
export interface DeviceCode {
  /** EUI-64 in lower-case hexadecimal. */
  joinEui: string;
  devEui: string;
  /** Given by the LoRa Alliance to the vendor, and by the vendor to its products; 16 bits each. */
  vendorId: number;
  vendorProfileId: number;
  /** Proves to a join server that the device is in one's hands. */
  ownerToken?: string;
  serialNumber?: string;
  proprietary?: string;
}

export type DeviceCodeOutcome =
  | { ok: true; code: DeviceCode }
  | { ok: false; error: ErrorCode & ('DEVICE_CODE_MALFORMED' | 'DEVICE_CODE_CHECKSUM'); detail: string };

const EUI = /^[0-9A-F]{16}$/;
const PROFILE = /^([0-9A-F]{4})([0-9A-F]{4})$/;
/** QR codes of this kind hold the alphanumeric set only (ISO/IEC 18004, table 5). */
const ALPHANUMERIC = /^[0-9A-Z $%*+\-./:]*$/;
const MAX_LENGTH = 512;

/**
 * LoRa Alliance TR005, LoRaWAN Device Identification QR Codes, schema D0:
 * `LW:D0:JoinEUI:DevEUI:ProfileID[:Otoken][:Sserial][:Pproprietary][:Cchecksum]`. Fields of other letters are passed over:
 * a later edition may have them. Typed small letters are taken for capitals.
 */
export function parseDeviceCode(text: string): DeviceCodeOutcome {
  const code = text.trim().toUpperCase();
  const malformed = (detail: string): DeviceCodeOutcome => ({ ok: false, error: 'DEVICE_CODE_MALFORMED', detail });
  if (code.length > MAX_LENGTH || !ALPHANUMERIC.test(code)) return malformed('it has characters that no such code has');
  const [scheme, schema, joinEui = '', devEui = '', profileId = '', ...fields] = code.split(':');
  if (scheme !== 'LW') return malformed('it does not begin with LW');
  if (schema !== 'D0') return malformed(`its schema is ${schema ?? 'missing'}, not D0`);
  if (!EUI.test(joinEui)) return malformed('its JoinEUI has not 16 hexadecimal digits');
  if (!EUI.test(devEui)) return malformed('its DevEUI has not 16 hexadecimal digits');
  const [, vendor, profile] = PROFILE.exec(profileId) ?? [];
  if (vendor === undefined || profile === undefined) return malformed('its ProfileID has not 8 hexadecimal digits');
  const found: Record<string, string> = {};
  for (const [index, field] of fields.entries()) {
    const name = FIELDS[field.slice(0, 1)];
    if (name === undefined) continue;
    if (name in found) return malformed(`its field ${field.slice(0, 1)} is there twice`);
    if (name === 'checksum' && index < fields.length - 1) return malformed('its checksum is not the last field');
    found[name] = field.slice(1);
  }
  const { checksum, ...optional } = found;
  if (checksum !== undefined && !isChecksum(checksum, code.slice(0, -(checksum.length + 2)))) {
    return { ok: false, error: 'DEVICE_CODE_CHECKSUM', detail: `C${checksum}` };
  }
  const present = Object.entries(optional).filter(([, value]) => value !== '');
  return {
    ok: true,
    code: {
      joinEui: joinEui.toLowerCase(),
      devEui: devEui.toLowerCase(),
      vendorId: Number.parseInt(vendor, 16),
      vendorProfileId: Number.parseInt(profile, 16),
      ...Object.fromEntries(present),
    },
  };
}

const FIELDS: Readonly<Record<string, string>> = {
  O: 'ownerToken',
  S: 'serialNumber',
  P: 'proprietary',
  C: 'checksum',
};

/** CRC-16 as Modbus has it (reflected 0x8005, from 0xFFFF), over all that stands before `:C`. */
function isChecksum(checksum: string, text: string): boolean {
  let crc = 0xffff;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return checksum === crc.toString(16).toUpperCase().padStart(4, '0');
}
