import type { DataRate } from '../radio.ts';

const LORA_PREAMBLE_SYMBOLS = 8;
/** Preamble 5, sync word 3, length 1 (LoRaWAN regional parameters, FSK). */
const FSK_OVERHEAD_BYTES = 9;

/** How long a downlink occupies its channel, in milliseconds (SX1276 data sheet, section 4.1.1.7): 4/5, no CRC. */
export function timeOnAirMs(dataRate: DataRate, phyPayloadBytes: number, hasCrc = false): number {
  if (dataRate.modulation === 'FSK') {
    const bytes = FSK_OVERHEAD_BYTES + phyPayloadBytes + (hasCrc ? 2 : 0);
    return (bytes * 8 * 1_000) / dataRate.bitRate;
  }
  const { spreadingFactor, bandwidthKhz } = dataRate;
  const symbolMs = 2 ** spreadingFactor / bandwidthKhz;
  // Section 4.1.1.6: low data rate optimisation is mandated for symbols of 16 ms and longer.
  const reducedBits = symbolMs >= 16 ? 2 : 0;
  const bits = 8 * phyPayloadBytes - 4 * spreadingFactor + 28 + (hasCrc ? 16 : 0);
  const blocks = Math.max(0, Math.ceil(bits / (4 * (spreadingFactor - reducedBits))));
  return (LORA_PREAMBLE_SYMBOLS + 4.25 + 8 + blocks * 5) * symbolMs;
}
