import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';

/** Values by their type; energies in W.h, powers in W, var and VA, currents in mA. */
const values: Readonly<Record<number, readonly Step[]>> = {
  0: [{ skip: 4 }],
  1: [{ type: 'uint32', secondsSince: 0 }],
  3: [{ skip: 4 }],
  4: [{ type: 'uint32', quantity: 'elec.import', channel: 'T1' }],
  5: [{ type: 'uint32', quantity: 'elec.import', channel: 'T2' }],
  6: [{ type: 'uint32', quantity: 'elec.export', channel: 'T1' }],
  7: [{ type: 'uint32', quantity: 'elec.export', channel: 'T2' }],
  8: [{ type: 'uint32', quantity: 'elec.reactive.import', channel: 'T1' }],
  9: [{ type: 'uint32', quantity: 'elec.reactive.import', channel: 'T2' }],
  10: [{ type: 'uint32', quantity: 'elec.reactive.export', channel: 'T1' }],
  11: [{ type: 'uint32', quantity: 'elec.reactive.export', channel: 'T2' }],
  12: [{ type: 'int32', quantity: 'elec.voltage', channel: 'L1', scale: 0.1 }],
  13: [{ type: 'int32', quantity: 'elec.voltage', channel: 'L2', scale: 0.1 }],
  14: [{ type: 'int32', quantity: 'elec.voltage', channel: 'L3', scale: 0.1 }],
  15: [{ skip: 4 }],
  16: [{ type: 'int32', quantity: 'elec.current', channel: 'L1', scale: 0.001 }],
  17: [{ type: 'int32', quantity: 'elec.current', channel: 'L2', scale: 0.001 }],
  18: [{ type: 'int32', quantity: 'elec.current', channel: 'L3', scale: 0.001 }],
  19: [{ type: 'int32', quantity: 'elec.power' }],
  20: [{ type: 'int32', quantity: 'elec.power', channel: 'L1' }],
  21: [{ type: 'int32', quantity: 'elec.power', channel: 'L2' }],
  22: [{ type: 'int32', quantity: 'elec.power', channel: 'L3' }],
  23: [{ type: 'int32', quantity: 'elec.reactive', channel: 'L1' }],
  24: [{ type: 'int32', quantity: 'elec.reactive', channel: 'L2' }],
  25: [{ type: 'int32', quantity: 'elec.reactive', channel: 'L3' }],
  26: [{ type: 'int32', quantity: 'elec.apparent', channel: 'L1' }],
  27: [{ type: 'int32', quantity: 'elec.apparent', channel: 'L2' }],
  28: [{ type: 'int32', quantity: 'elec.apparent', channel: 'L3' }],
  29: [{ type: 'int8', quantity: 'elec.pf', channel: 'L1', scale: 0.01 }],
  30: [{ type: 'int8', quantity: 'elec.pf', channel: 'L2', scale: 0.01 }],
  31: [{ type: 'int8', quantity: 'elec.pf', channel: 'L3', scale: 0.01 }],
  32: [{ type: 'int16', quantity: 'elec.phaseAngle', channel: 'L1', scale: 0.01 }],
  33: [{ type: 'int16', quantity: 'elec.phaseAngle', channel: 'L2', scale: 0.01 }],
  34: [{ type: 'int16', quantity: 'elec.phaseAngle', channel: 'L3', scale: 0.01 }],
  35: [{ type: 'int16', quantity: 'elec.freq', scale: 0.01 }],
  // as those of the phases, with a sign; its vendor's codec names kW without the resolution of 0.001 that the two after it have: P may not be above S
  36: [{ type: 'int32', quantity: 'elec.power' }],
  37: [{ type: 'int32', quantity: 'elec.reactive' }],
  38: [{ type: 'uint32', quantity: 'elec.apparent' }],
  39: [{ skip: 4 }],
  40: [{ skip: 4 }],
  41: [{ skip: 4 }],
  42: [{ type: 'int32', quantity: 'elec.demand' }],
  // year of certification and of making, versions
  43: [{ skip: 4 }],
  240: [{ skip: 2 }],
  241: [{ skip: 2 }],
  242: [{ skip: 2 }],
};

/** A modbus error stands under a type that means an energy on other channels. */
const MODBUS_ERROR = 0x0b0a;

/** Three-phase meter with current transformers. Its times are Unix seconds, so in UTC. */
export const em4301 = lorawan({
  id: 'yobiiq/em4301',
  version: 3,
  changed: {
    3: {
      en: 'The total active power of type 0x24 is in watts: it was told a thousand times too large. It has a sign, as the total reactive power has.',
      fr: 'La puissance active totale du type 0x24 est en watts : elle était donnée mille fois trop grande. Elle est signée, comme la puissance réactive totale.',
    },
  },
  vendor: 'Yobiiq',
  title: 'Three-phase energy meter EM4301',
  domain: 'electricity',
  oneSource: true,
  source:
    'Yobiiq codec and examples in chirpstack/chirpstack-device-profiles, vendors/yobiiq/codecs/em4301.js, and actility/device-catalog, vendors/yobiiq/drivers/em4301',
  uplinks: [
    {
      ports: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      length: [3, 222],
      steps: [
        {
          repeat: 'rest',
          steps: [
            { type: 'uint16', peek: true, name: 'channelAndType' },
            { type: 'uint16', name: 'type', bits: [0, 8] },
            {
              when: { name: 'channelAndType', equals: MODBUS_ERROR },
              steps: [{ type: 'uint8', quantity: 'dev.fault', states: { 0: 'ok' }, otherwise: 'fault' }],
              otherwise: [{ choose: 'type', cases: values, otherwise: 'stop' }],
            },
          ],
        },
      ],
    },
    { ports: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], length: [1, 2], silent: 'whether a command was carried out' },
    { ports: [11, 50, 60], silent: 'answer to a command, settings or the log of events' },
  ],
});
