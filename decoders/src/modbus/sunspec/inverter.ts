import type { ModbusDefinition, RegisterPoint } from '../../definition.ts';
import { block, phases } from '../../kernel/modbus.ts';

/** "Not implemented" by type; an accumulator that was never used reads 0. */
const unsigned = block('holdingRegister', { absent: [0xffff] });
const signed = block('holdingRegister', { absent: [-32_768] });
const accumulated = block('holdingRegister', { absent: [0] });
const float = block('holdingRegister');
const LINES = ['L12', 'L23', 'L31'];
const STATES = {
  states: {
    1: 'off',
    2: 'sleeping',
    3: 'starting',
    4: 'producing',
    5: 'throttled',
    6: 'shuttingDown',
    7: 'fault',
    8: 'standby',
  },
};
/** Model 160: 20 registers for each input behind a head of 8. */
const MPPT_HEAD = 8;
const MPPT_LENGTH = 20;
const MPPT_INPUTS = 8;

/** An inverter by SunSpec, whoever made it: its models are found on the device. Power is positive when it produces. */
export const inverter: ModbusDefinition = {
  protocol: 'modbus',
  id: 'sunspec/inverter',
  version: 1,
  vendor: 'SunSpec Alliance',
  title: 'Solar inverter by SunSpec (models 101–103, 111–113, 160)',
  domain: 'electricity',
  oneSource: true,
  source: 'SunSpec Information Model Reference, models 101–103, 111–113 and 160; sunspec/models json/model_103.json',
  registers: [],
  sunspec: [
    {
      models: [101, 102, 103],
      registers: [
        ...phases(
          (address, channel) => unsigned(address, 'uint16', 'elec.current', { channel, scaleRegister: 4 }),
          1,
          1,
        ),
        ...phases(
          (address, channel) => unsigned(address, 'uint16', 'elec.voltageLL', { channel, scaleRegister: 11 }),
          5,
          1,
          LINES,
        ),
        ...phases(
          (address, channel) => unsigned(address, 'uint16', 'elec.voltage', { channel, scaleRegister: 11 }),
          8,
          1,
        ),
        signed(12, 'int16', 'pv.power', { scaleRegister: 13 }),
        unsigned(14, 'uint16', 'elec.freq', { scaleRegister: 15 }),
        signed(16, 'int16', 'elec.apparent', { scaleRegister: 17 }),
        signed(18, 'int16', 'elec.reactive', { scaleRegister: 19 }),
        // in percent
        signed(20, 'int16', 'elec.pf', { scale: 0.01, scaleRegister: 21 }),
        accumulated(22, 'uint32', 'pv.energy', { scaleRegister: 24 }),
        unsigned(25, 'uint16', 'pv.dcCurrent', { scaleRegister: 26 }),
        unsigned(27, 'uint16', 'pv.dcVoltage', { scaleRegister: 28 }),
        signed(29, 'int16', 'pv.dcPower', { scaleRegister: 30 }),
        signed(31, 'int16', 'pv.temp', { scaleRegister: 35 }),
        unsigned(36, 'uint16', 'pv.state', STATES),
      ],
    },
    {
      models: [111, 112, 113],
      registers: [
        ...phases((address, channel) => float(address, 'float32', 'elec.current', { channel }), 2, 2),
        ...phases((address, channel) => float(address, 'float32', 'elec.voltageLL', { channel }), 8, 2, LINES),
        ...phases((address, channel) => float(address, 'float32', 'elec.voltage', { channel }), 14, 2),
        float(20, 'float32', 'pv.power'),
        float(22, 'float32', 'elec.freq'),
        float(24, 'float32', 'elec.apparent'),
        float(26, 'float32', 'elec.reactive'),
        float(28, 'float32', 'elec.pf', { scale: 0.01 }),
        float(30, 'float32', 'pv.energy'),
        float(32, 'float32', 'pv.dcCurrent'),
        float(34, 'float32', 'pv.dcVoltage'),
        float(36, 'float32', 'pv.dcPower'),
        float(38, 'float32', 'pv.temp'),
        unsigned(46, 'uint16', 'pv.state', STATES),
      ],
    },
    {
      models: [160],
      registers: Array.from({ length: MPPT_INPUTS }, (_, index) => mppt(index)).flat(),
    },
  ],
};

function mppt(index: number): RegisterPoint[] {
  const first = MPPT_HEAD + index * MPPT_LENGTH;
  const channel = String(index + 1);
  return [
    unsigned(first + 9, 'uint16', 'pv.dcCurrent', { channel, scaleRegister: 0 }),
    unsigned(first + 10, 'uint16', 'pv.dcVoltage', { channel, scaleRegister: 1 }),
    unsigned(first + 11, 'uint16', 'pv.dcPower', { channel, scaleRegister: 2 }),
    signed(first + 16, 'int16', 'pv.temp', { channel }),
    unsigned(first + 17, 'uint16', 'pv.state', { channel, ...STATES }),
  ];
}
