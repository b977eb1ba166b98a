import type { ModbusDefinition } from '../../definition.ts';
import { choice, numberOf } from '../../kernel/command.ts';
import { block, phases } from '../../kernel/modbus.ts';
import { wordsOf } from '../../kernel/register-map.ts';

const holding = block('holdingRegister');
const MAX_CURRENT = 1210;
const PHASES = 1215;

/**
 * Charging station Alfen Eve and ICU (platform NG9xx) by Modbus TCP: each socket is a unit, 1 and 2. A limit that is
 * not renewed within its validity time (register 1208) gives way to the station's safe current. What the meter does
 * not have is NaN.
 */
export const eve: ModbusDefinition = {
  protocol: 'modbus',
  id: 'alfen/eve',
  version: 2,
  changed: {
    2: {
      en: 'State E, in which a station waits without a vehicle, is “available” and state F is the fault: E was told as a fault and F as unavailable.',
      fr: 'L’état E, celui d’une borne en attente sans véhicule, est « disponible » et l’état F est la panne : E était donné pour une panne et F pour une indisponibilité.',
    },
  },
  vendor: 'Alfen',
  title: 'Charging station Alfen Eve (one socket)',
  domain: 'mobility',
  source:
    'Alfen, Implementation of Modbus Slave TCP/IP for NG9xx platform, socket registers; evcc-io/evcc charger/alfen.go',
  registers: [
    ...phases((address, channel) => holding(address, 'float32', 'ev.voltage', { channel }), 306, 2),
    ...phases((address, channel) => holding(address, 'float32', 'ev.current', { channel }), 320, 2),
    holding(344, 'float32', 'ev.power'),
    holding(374, 'float64', 'ev.energy'),
    // mode 3 state as text, of which E is no error as it is in IEC 61851-1 but a station that waits: the letter …
    holding(1201, 'uint16', 'ev.state', {
      bits: [8, 8],
      states: { 65: 'available', 66: 'preparing', 67: 'charging', 68: 'charging', 69: 'available', 70: 'faulted' },
    }),
    // … and C1 or D1: the vehicle is ready, the station holds the current back
    holding(1201, 'uint16', 'ev.state', { states: { 17201: 'suspended', 17457: 'suspended' } }),
    // an inoperative socket outranks what the cable says
    holding(1200, 'uint16', 'ev.state', { states: { 0: 'unavailable' } }),
    holding(1206, 'float32', 'ev.limit'),
  ],
  commands: {
    'limit.set': {
      title: 'Highest charging current (0 pauses)',
      args: { current: { title: 'Current', type: 'number', unit: 'A', minimum: 0, maximum: 32 } },
      encode: (values) => [
        {
          table: 'holdingRegister',
          address: MAX_CURRENT,
          values: floatWords(numberOf(values, 'current')),
          readBack: true,
        },
      ],
    },
    'phases.set': {
      title: 'Phases to charge with',
      args: { phases: choice('Phases', ['1', '3']) },
      encode: ({ phases: count }) => [
        { table: 'holdingRegister', address: PHASES, values: [Number(count)], readBack: true },
      ],
    },
  },
};

function floatWords(value: number): number[] {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value);
  return wordsOf(bytes, 'ABCD');
}
