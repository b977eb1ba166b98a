import { integer, numberOf, uintBytes } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { milesightCommand } from '../../kernel/milesight.ts';
import { ct3xxUplinks } from '../../kernel/milesight-ct3xx.ts';
import { AT_NOMINAL_VOLTAGE, NOMINAL_VOLTAGE } from '../../parameters/nominal-voltage.ts';

/** Three clamps CT310 (1000 A) that feed themselves; each is a phase. */
export const ct310 = lorawan({
  id: 'milesight/ct310',
  version: 1,
  vendor: 'Milesight',
  title: 'Three-phase current clamps CT310',
  domain: 'electricity',
  source:
    'https://github.com/Milesight-IoT/SensorDecoders, ct-series/ct310 and ct310-v2; examples of actility/device-catalog, vendors/milesight-iot/drivers/ct310',
  oneSource: true,
  parameters: NOMINAL_VOLTAGE,
  derived: AT_NOMINAL_VOLTAGE,
  uplinks: ct3xxUplinks,
  commands: {
    'interval.set': milesightCommand(
      'Time between reports',
      { minutes: integer('Interval', 1, 1_440, 'min') },
      (values) => [0xff, 0x8e, 0x00, ...uintBytes(numberOf(values, 'minutes'), 2, 'le')],
    ),
  },
});
