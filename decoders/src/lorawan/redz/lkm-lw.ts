import { lorawan } from '../../kernel/lorawan.ts';
import type { ParsedPayload } from '../../kernel/payload-layout.ts';

/** OBIS codes (IEC 62056-61) in the order in which the module reads its meter; a frame on port 2 lists them. */
const OBIS_LIST = [
  ...['F.F', '0.9.1', '0.9.2', '1.8.0', '1.8.1', '1.8.2', '1.8.3', '2.8.0', '2.8.1', '2.8.2', '2.8.3'],
  ...['5.8.0', '6.8.0', '7.8.0', '8.8.0', '1.6.0', '2.6.0', '32.7.0', '52.7.0', '72.7.0', '31.7.0', '51.7.0', '71.7.0'],
  'C.1.0',
] as const;
const METER_RESPONSE = 2;

/**
 * Electricity meter behind a LKM module with its list of values as delivered. A response holds unsigned numbers of 32 bits
 * from the value with the number in byte 6 on; a long list comes in several. Only the first meter is taken: a reading
 * names no meter. Energy is in Wh, voltage in 0.1 V. The meter's time carries no zone and is left out, and so are the
 * currents and quadrants, whose units no public document gives.
 */
export const lkmLw = lorawan({
  id: 'redz/lkm-lw',
  version: 1,
  vendor: 'RedZ Smart Communication',
  title: 'Meter reading module LKM-LW',
  domain: 'electricity',
  source: 'TheThingsNetwork/lorawan-devices, vendor/redz/lkm-lw-codec-2404.yaml: examples of status, list and response',
  uplinks: [
    {
      ports: [3],
      length: [12, 242],
      when: { byte: 5, equals: 1 },
      parse: (reader): ParsedPayload => {
        reader.take(4);
        const kind = reader.uint(1) & 0x0f;
        reader.take(1);
        const start = reader.uint(1);
        const count = reader.uint(1) / 4;
        if (kind !== METER_RESPONSE) return { values: [] };
        const names = OBIS_LIST.slice(start - 1, start - 1 + count);
        return { values: names.map((name) => ({ name, value: reader.uint(4) })) };
      },
      map: {
        '1.8.0': { quantity: 'elec.import' },
        '1.8.1': { quantity: 'elec.import', channel: 'T1' },
        '1.8.2': { quantity: 'elec.import', channel: 'T2' },
        '1.8.3': { quantity: 'elec.import', channel: 'T3' },
        '2.8.0': { quantity: 'elec.export' },
        '2.8.1': { quantity: 'elec.export', channel: 'T1' },
        '2.8.2': { quantity: 'elec.export', channel: 'T2' },
        '2.8.3': { quantity: 'elec.export', channel: 'T3' },
        '32.7.0': { quantity: 'elec.voltage', channel: 'L1', scale: 0.1 },
        '52.7.0': { quantity: 'elec.voltage', channel: 'L2', scale: 0.1 },
        '72.7.0': { quantity: 'elec.voltage', channel: 'L3', scale: 0.1 },
      },
    },
    { ports: [1, 2], silent: 'what the device is made of, or the list of its values' },
  ],
});
