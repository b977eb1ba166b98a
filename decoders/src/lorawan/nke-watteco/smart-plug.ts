import { choice, downlink } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { wattecoBatch } from '../../kernel/watteco-batch.ts';
import { zclReport } from '../../kernel/zcl-report.ts';

const batch = wattecoBatch(
  { labelBits: 1, series: [{ label: 0, name: 'energy', type: 'int24', resolution: 1 }] },
  { energy: { quantity: 'elec.import' } },
);

/** Switched plug with an energy meter. Reactive energy has a sign and is no counter. */
export const smartPlug = lorawan({
  id: 'nke-watteco/smart-plug',
  version: 3,
  changed: {
    3: {
      en: 'Batches are read: each energy is a sample of its own time. The energy of a report has a sign, as in a batch; a report that is an alarm raises one.',
      fr: 'Les lots (batch) sont lus : chaque énergie est un relevé à sa propre date. L’énergie d’un rapport est signée, comme dans un lot ; un rapport d’alarme lève une alarme.',
    },
  },
  vendor: 'nke Watteco',
  title: "Smart Plug (Smart'Plug)",
  domain: 'electricity',
  oneSource: true,
  source:
    'Watteco support: clusters 0x0006, 0x0052 and 0x8052; examples of Watteco/Codec-API-LoRaWAN and brocaar/lorawan-devices, vendor/nke-watteco/smart-plug-codec.yaml',
  uplinks: [
    ...zclReport(
      {
        393216: [{ type: 'uint8', quantity: 'io.output', states: { 0: 'off', 1: 'on' } }],
        5373952: [
          { skip: 1 },
          { type: 'int24', quantity: 'elec.import' },
          { skip: 5 },
          { type: 'int16', quantity: 'elec.power' },
          { type: 'int16', quantity: 'elec.reactive' },
        ],
        2152857600: [
          { skip: 1 },
          { type: 'int16', quantity: 'elec.freq', scale: 0.001, offset: 22.232 },
          { skip: 4 },
          { type: 'uint16', quantity: 'elec.voltage', scale: 0.1 },
        ],
      },
      batch,
    ),
  ],
  commands: {
    'output.switch': downlink('Switch', { state: choice('State', ['on', 'off']) }, 125, ({ state }) => [
      0x11,
      0x50,
      0x00,
      0x06,
      state === 'on' ? 0x01 : 0x00,
    ]),
  },
});
