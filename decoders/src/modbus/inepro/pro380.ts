import type { ModbusDefinition } from '../../definition.ts';
import { proMeterRegisters } from '../../kernel/inepro.ts';

/** Three-phase meter PRO380 (firmware 2.18 and later; earlier ones have 16-bit addresses of their own). */
export const pro380: ModbusDefinition = {
  protocol: 'modbus',
  id: 'inepro/pro380',
  version: 1,
  vendor: 'Inepro Metering',
  title: 'Three-phase energy meter PRO380',
  domain: 'electricity',
  source: 'Inepro PRO380 user manual V2.18, Modbus register map; volkszaehler/mbmd meters/rs485/inepro.go',
  registers: proMeterRegisters,
};
