import type { LorawanDeviceConfig, ModbusDeviceConfig, RadioLink } from '@vigie/contract';
import type { ModbusDefinition, RegisterImage } from '@vigie/decoders';

/**
 * A decrypted application payload. `mark` is the frame counter under a key of the session: it is stored in the same
 * transaction as the record, so that neither a crash nor a power cut can lose an uplink or let it in twice.
 */
export interface LorawanMessage {
  protocol: 'lorawan';
  device: LorawanDeviceConfig;
  receivedAt: number;
  fPort: number;
  payload: Uint8Array;
  link: RadioLink;
  mark: { key: string; value: number };
  /** Newer messages of the device came before it: what its counters say is no step back. */
  isLate?: boolean;
}

/** What one poll of a Modbus device read. */
export interface ModbusMessage {
  protocol: 'modbus';
  device: ModbusDeviceConfig;
  receivedAt: number;
  image: RegisterImage;
  /** The definition as it lies on this device (SunSpec blocks are found); the catalogue's own where absent. */
  layout?: ModbusDefinition;
}

/** What a stage that hears devices hands to the pipeline. */
export type DeviceMessage = LorawanMessage | ModbusMessage;

/**
 * Resolves when the record is durable, or was dropped with a reason that the ledger shows. For a LoRaWAN message it
 * rejects when the disk refused it: the frame is then as if it had not been heard.
 */
export type MessageSink = (message: DeviceMessage) => Promise<void>;
