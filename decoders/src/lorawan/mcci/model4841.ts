import { lorawan } from '../../kernel/lorawan.ts';
import type { Condition, Layout, Step } from '../../kernel/payload-layout.ts';

const WITH_PRESSURE = 0x20;
const WITHOUT_PRESSURE = 0x21;

const flagged = (bit: number): Condition => ({ name: 'flags', bits: [bit, 1], equals: 1 });
const mass = (quantity: string): Step => ({ type: 'uflt16', quantity, scale: 65_536 });
const tvoc: Step = { type: 'uint16', quantity: 'air.tvoc' };

/** Volatile organic compounds come last on FPort 1, before the particles on FPort 5. */
function layout(port: 1 | 5): Layout {
  return {
    ports: [port],
    length: [2, 51],
    when: { byte: 0, equals: [WITH_PRESSURE, WITHOUT_PRESSURE] },
    steps: [
      { type: 'uint8', name: 'format' },
      { type: 'uint8', name: 'flags' },
      { when: flagged(0), steps: [{ type: 'int16', quantity: 'dev.batteryVoltage', scale: 1 / 4_096 }] },
      // supply of the processor, then of the device
      { when: flagged(1), steps: [{ skip: 2 }] },
      { when: flagged(2), steps: [{ type: 'int16', quantity: 'dev.supplyVoltage', scale: 1 / 4_096 }] },
      { when: flagged(3), steps: [{ type: 'uint8', quantity: 'dev.resets' }] },
      {
        when: flagged(4),
        steps: [
          { type: 'int16', quantity: 'wx.temp', scale: 1 / 256 },
          {
            when: { name: 'format', equals: WITH_PRESSURE },
            steps: [{ type: 'uint16', quantity: 'wx.pressure', scale: 0.04 }],
          },
          { type: 'uint16', quantity: 'wx.rh', scale: 100 / 65_535 },
        ],
      },
      {
        when: flagged(5),
        steps: [...(port === 5 ? [tvoc] : []), mass('air.pm1'), mass('air.pm25'), mass('air.pm10')],
      },
      // counts of particles by size
      { when: flagged(6), steps: [{ skip: 12 }] },
      ...(port === 1 ? [{ when: flagged(7), steps: [tvoc] }] : []),
    ],
  };
}

/** Air quality sensor: fields are there as flags say. Indices that the vendor computes from them are left out. */
export const model4841 = lorawan({
  id: 'mcci/model4841',
  version: 1,
  vendor: 'MCCI',
  title: 'Air quality sensor Model 4841',
  domain: 'environment',
  source: 'examples of brocaar/lorawan-devices, vendor/mcci/codec-model4841.yaml',
  oneSource: true,
  rollsOverAt: { 'dev.resets': 256 },
  uplinks: [layout(1), layout(5)],
});
