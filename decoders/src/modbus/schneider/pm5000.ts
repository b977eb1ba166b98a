import type { ModbusDefinition } from '../../definition.ts';
import { block, phases } from '../../kernel/modbus.ts';

const holding = block('holdingRegister');
/** 64-bit counters that were never set read as INT64_MIN. */
const counter = block('holdingRegister', { absent: [-(2n ** 63n)] });

/**
 * Power meters of the PM5000 series (PM5110, PM5340 …); power in kW, energy in Wh. The register list counts from 1:
 * register 3000 stands at address 2999. The power factor is left out: it comes folded into four quadrants (4Q_FP_PF).
 */
export const pm5000: ModbusDefinition = {
  protocol: 'modbus',
  id: 'schneider/pm5000',
  version: 1,
  vendor: 'Schneider Electric',
  title: 'Power meter PM5000 series (PM5110, PM5340)',
  domain: 'electricity',
  source: 'Schneider Electric PowerLogic PM5000 series, public Modbus register list (registers 3000 to 3526)',
  registers: [
    ...phases((address, channel) => holding(address, 'float32', 'elec.current', { channel }), 2999, 2, [
      'L1',
      'L2',
      'L3',
      'N',
    ]),
    ...phases((address, channel) => holding(address, 'float32', 'elec.voltageLL', { channel }), 3019, 2, [
      'L12',
      'L23',
      'L31',
    ]),
    ...phases((address, channel) => holding(address, 'float32', 'elec.voltage', { channel }), 3027, 2),
    ...phases((address, channel) => holding(address, 'float32', 'elec.power', { channel, scale: 1_000 }), 3053, 2),
    holding(3059, 'float32', 'elec.power', { scale: 1_000 }),
    ...phases((address, channel) => holding(address, 'float32', 'elec.reactive', { channel, scale: 1_000 }), 3061, 2),
    holding(3067, 'float32', 'elec.reactive', { scale: 1_000 }),
    ...phases((address, channel) => holding(address, 'float32', 'elec.apparent', { channel, scale: 1_000 }), 3069, 2),
    holding(3075, 'float32', 'elec.apparent', { scale: 1_000 }),
    holding(3109, 'float32', 'elec.freq'),
    counter(3203, 'int64', 'elec.import'),
    counter(3207, 'int64', 'elec.export'),
    counter(3219, 'int64', 'elec.reactive.import'),
    counter(3223, 'int64', 'elec.reactive.export'),
    ...phases((address, channel) => counter(address, 'int64', 'elec.import', { channel }), 3517, 4),
  ],
};
