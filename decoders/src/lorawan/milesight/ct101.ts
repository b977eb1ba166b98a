import { downlink, integer, numberOf, uintBytes } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightLayout, milesightSettings } from '../../kernel/milesight.ts';
import type { Step } from '../../kernel/payload-layout.ts';

const NOT_READ = 0xffff;
const current: Step = { type: 'uint16', quantity: 'elec.current', scale: 0.01, absent: [NOT_READ] };

/** Clamp that feeds itself. From its second firmware on it tells either the charge or the energy at a voltage that it is set to. */
export const ct101 = lorawan({
  id: 'milesight/ct101',
  version: 3,
  changed: {
    3: {
      en: 'A current above what the clamp measures raises an alarm. The charge, and the energy that the second firmware tells, are read.',
      fr: 'Un courant supérieur à ce que mesure la pince déclenche une alarme. La charge, et l’énergie donnée par le deuxième micrologiciel, sont lues.',
    },
  },
  vendor: 'Milesight',
  title: 'Current clamp CT101 and CT103',
  domain: 'electricity',
  source:
    'Milesight-IoT/SensorDecoders, ct-series/ct101 and ct101-v2; Milesight CT10x user guide, uplink and downlink; examples of thingsboard/data-converters, VENDORS/Milesight/CT101-CT103',
  oneSource: true,
  uplinks: [
    milesightLayout({
      ...milesightSettings({ 206: 2, 207: 1, 208: 1 }),
      919: [{ type: 'uint32', quantity: 'elec.charge', scale: 0.01 }],
      // hundredths of a kilowatt-hour
      4195: [{ type: 'uint32', quantity: 'elec.import', scale: 10 }],
      // the current is too small to feed it
      4981: [{ type: 'uint8', quantity: 'dev.batteryState', states: { 0: 'ok', 1: 'low' }, alarm: [1] }],
      1176: [current],
      // highest, lowest and present current, then whether a threshold was passed
      33944: [
        { skip: 4 },
        current,
        // above what the clamp measures
        { type: 'uint8', peek: true, bits: [2, 1], name: 'overRange', alarm: [1] },
        { type: 'uint8', bits: [0, 1], quantity: 'elec.overcurrent', states: { 0: 'no', 1: 'yes' }, alarm: [1] },
      ],
      2407: [{ type: 'int16', quantity: 'dev.temp', scale: 0.1, absent: [-1, -2, -3] }],
      35175: [
        { type: 'int16', quantity: 'dev.temp', scale: 0.1, absent: [-1, -2, -3] },
        { type: 'uint8', name: 'threshold', alarm: [1] },
      ],
    }),
  ],
  commands: {
    'interval.set': downlink(
      'Time between reports',
      { minutes: integer('Interval', 1, 1_440, 'min') },
      85,
      (values) => [0xff, 0x8e, 0x00, ...uintBytes(numberOf(values, 'minutes'), 2, 'le')],
    ),
  },
});
