import type { ModbusDefinition } from '../../definition.ts';
import { block, phases } from '../../kernel/modbus.ts';

const holding = block('holdingRegister');
/** 64-bit counters that were never set read as INT64_MIN. */
const counter = block('holdingRegister', { absent: [-(2n ** 63n)] });

/** Three-phase meter of the iEM3000 series with export; power in kW, energy in Wh. */
export const iem3155: ModbusDefinition = {
  protocol: 'modbus',
  id: 'schneider/iem3155',
  version: 1,
  vendor: 'Schneider Electric',
  title: 'Three-phase energy meter iEM3155',
  domain: 'electricity',
  source:
    'Schneider Electric iEM3000 user manual DOCA0005, Modbus register list; volkszaehler/mbmd meters/rs485/iem3000.go',
  registers: [
    ...phases((address, channel) => holding(address, 'float32', 'elec.current', { channel }), 0x0bb7, 2),
    ...phases((address, channel) => holding(address, 'float32', 'elec.voltage', { channel }), 0x0bd3, 2),
    ...phases((address, channel) => holding(address, 'float32', 'elec.power', { channel, scale: 1_000 }), 0x0bed, 2),
    holding(0x0bf3, 'float32', 'elec.power', { scale: 1_000 }),
    holding(0x0bfb, 'float32', 'elec.reactive', { scale: 1_000 }),
    holding(0x0c03, 'float32', 'elec.apparent', { scale: 1_000 }),
    holding(0x0c25, 'float32', 'elec.freq'),
    counter(0x0c83, 'int64', 'elec.import'),
    counter(0x0c87, 'int64', 'elec.export'),
    counter(0x0c93, 'int64', 'elec.reactive.import'),
    counter(0x0c97, 'int64', 'elec.reactive.export'),
    ...phases((address, channel) => counter(address, 'int64', 'elec.import', { channel }), 0x0dbd, 4),
  ],
};
