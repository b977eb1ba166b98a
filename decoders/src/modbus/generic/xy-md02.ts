import type { ModbusDefinition } from '../../definition.ts';
import { block } from '../../kernel/modbus.ts';

const input = block('inputRegister');

/** Temperature and humidity transmitter of many makers, for cabinets and rooms. */
export const xyMd02: ModbusDefinition = {
  protocol: 'modbus',
  id: 'generic/xy-md02',
  version: 1,
  vendor: 'XY',
  title: 'Temperature and humidity transmitter XY-MD02',
  domain: 'environment',
  source:
    'XY-MD02 data sheet (Modbus RTU RS485 SHT20 temperature humidity transmitter), Modbus commands; https://gist.github.com/fabaff/18024d833cb619e3df334a815c4d9eef',
  registers: [input(1, 'int16', 'room.temp', { scale: 0.1 }), input(2, 'uint16', 'room.rh', { scale: 0.1 })],
};
