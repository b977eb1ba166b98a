import { lorawan } from '../../kernel/lorawan.ts';
import type { Layout } from '../../kernel/payload-layout.ts';

/** Counter now, then what each period before added; a time without a zone may end it. */
function periodic(code: number, channel: string): Layout {
  return {
    ports: 'any',
    length: [6, 51],
    when: { byte: 0, equals: code },
    steps: [
      { skip: 1 },
      { type: 'uint8', bits: [1, 1], quantity: 'dev.batteryState', states: { 0: 'ok', 1: 'low' } },
      { type: 'uint32', quantity: 'pulse.count', channel },
    ],
  };
}

/** Pulse counter with two inputs. Unlike before V4, bit 2 of its status says that a time is sent. */
export const pulse4 = lorawan({
  id: 'adeunis/pulse-4',
  version: 1,
  vendor: 'Adeunis',
  title: 'Pulse counter PULSE V4 (water, gas)',
  domain: 'water',
  source: 'example of TheThingsNetwork/lorawan-devices, vendor/adeunis/pulse-codec.yaml; Adeunis PULSE 4 user guide',
  uplinks: [periodic(0x5a, 'A'), periodic(0x5b, 'B')],
});
