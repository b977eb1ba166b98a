import type { ModbusDefinition } from '../../definition.ts';
import { proMeterRegisters } from '../../kernel/inepro.ts';

/** Three-phase meters WAGO 879-3000 to 879-3040, of which Inepro's PRO380 is the twin: one register map. */
export const model87930xx: ModbusDefinition = {
  protocol: 'modbus',
  id: 'wago/879-30xx',
  version: 1,
  vendor: 'WAGO',
  title: 'Energy meter WAGO 879-30xx (4PU, 4PS)',
  domain: 'electricity',
  source: 'WAGO 879-30xx product manual, Modbus registers; volkszaehler/mbmd meters/rs485/wago87930.go',
  registers: proMeterRegisters,
};
