import type { TrueReading } from '../truth.ts';

/** The application of a LoRaWAN device: what it measures and how its vendor writes that into a payload. */
export interface Sensor {
  /** `vendor/model` in the gateway's catalogue. */
  readonly model: string;
  /** Before the first uplink; `realMs` is the device's own clock. */
  measure(cityMs: number, realMs: number): Uplink;
  /** What the device does with a downlink; unknown ones are ignored, as devices do. */
  receive?(fPort: number, payload: Buffer): void;
}

export interface Uplink {
  fPort: number;
  payload: Buffer;
  readings: readonly TrueReading[];
}
