import type { ModbusDefinition } from '../../definition.ts';
import { block, phases } from '../../kernel/modbus.ts';

/** "Not implemented" by type; an accumulator that was never used reads 0. */
const signed = block('holdingRegister', { absent: [-32_768] });
const accumulated = block('holdingRegister', { absent: [0] });
const float = block('holdingRegister');
const LINES = ['L12', 'L23', 'L31'];

/** A meter by SunSpec, whoever made it: its models are found on the device. */
export const meter: ModbusDefinition = {
  protocol: 'modbus',
  id: 'sunspec/meter',
  version: 2,
  changed: {
    2: {
      en: 'The power factor of meters with floats (models 211–214) is told as it is: it was taken for a percentage and came a hundred times too small.',
      fr: 'Le facteur de puissance des compteurs à nombres flottants (modèles 211–214) est donné tel quel : pris pour un pourcentage, il était cent fois trop petit.',
    },
  },
  vendor: 'SunSpec Alliance',
  title: 'Electricity meter by SunSpec (models 201–204, 211–214)',
  domain: 'electricity',
  oneSource: true,
  source:
    'SunSpec Information Model Reference, models 201–204 and 211–214; sunspec/models json/model_203.json and model_211.json',
  registers: [],
  sunspec: [
    {
      models: [201, 202, 203, 204],
      registers: [
        ...phases((address, channel) => signed(address, 'int16', 'elec.current', { channel, scaleRegister: 4 }), 1, 1),
        ...phases((address, channel) => signed(address, 'int16', 'elec.voltage', { channel, scaleRegister: 13 }), 6, 1),
        ...phases(
          (address, channel) => signed(address, 'int16', 'elec.voltageLL', { channel, scaleRegister: 13 }),
          10,
          1,
          LINES,
        ),
        signed(14, 'int16', 'elec.freq', { scaleRegister: 15 }),
        signed(16, 'int16', 'elec.power', { scaleRegister: 20 }),
        ...phases((address, channel) => signed(address, 'int16', 'elec.power', { channel, scaleRegister: 20 }), 17, 1),
        signed(21, 'int16', 'elec.apparent', { scaleRegister: 25 }),
        signed(26, 'int16', 'elec.reactive', { scaleRegister: 30 }),
        // in percent
        signed(31, 'int16', 'elec.pf', { scale: 0.01, scaleRegister: 35 }),
        ...phases(
          (address, channel) => signed(address, 'int16', 'elec.pf', { channel, scale: 0.01, scaleRegister: 35 }),
          32,
          1,
        ),
        accumulated(36, 'uint32', 'elec.export', { scaleRegister: 52 }),
        ...phases(
          (address, channel) => accumulated(address, 'uint32', 'elec.export', { channel, scaleRegister: 52 }),
          38,
          2,
        ),
        accumulated(44, 'uint32', 'elec.import', { scaleRegister: 52 }),
        ...phases(
          (address, channel) => accumulated(address, 'uint32', 'elec.import', { channel, scaleRegister: 52 }),
          46,
          2,
        ),
      ],
    },
    {
      models: [211, 212, 213, 214],
      registers: [
        ...phases((address, channel) => float(address, 'float32', 'elec.current', { channel }), 2, 2),
        ...phases((address, channel) => float(address, 'float32', 'elec.voltage', { channel }), 10, 2),
        ...phases((address, channel) => float(address, 'float32', 'elec.voltageLL', { channel }), 18, 2, LINES),
        float(24, 'float32', 'elec.freq'),
        float(26, 'float32', 'elec.power'),
        ...phases((address, channel) => float(address, 'float32', 'elec.power', { channel }), 28, 2),
        float(34, 'float32', 'elec.apparent'),
        float(42, 'float32', 'elec.reactive'),
        // a ratio, unlike that of 201–204
        float(50, 'float32', 'elec.pf'),
        ...phases((address, channel) => float(address, 'float32', 'elec.pf', { channel }), 52, 2),
        float(58, 'float32', 'elec.export'),
        ...phases((address, channel) => float(address, 'float32', 'elec.export', { channel }), 60, 2),
        float(66, 'float32', 'elec.import'),
        ...phases((address, channel) => float(address, 'float32', 'elec.import', { channel }), 68, 2),
      ],
    },
  ],
};
