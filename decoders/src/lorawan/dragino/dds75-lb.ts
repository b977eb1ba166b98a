import { integer } from '../../kernel/command.ts';
import { DRAGINO_PORT, DRAGINO_STATUS, draginoInterval } from '../../kernel/dragino.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { CONTAINER_FILLED, CONTAINER_SHAPE } from '../../parameters/container-shape.ts';

/** Millimetres: 0 there is no probe, and up to 20 nothing was heard within its range. */
const NOT_MEASURED = Array.from({ length: 21 }, (_, millimetres) => millimetres);

/**
 * Ultrasonic distance sensor. The scale of its temperature probe differs between the maker's texts, and none tells the
 * numbers of its datalog apart: both are left out.
 */
export const dds75Lb = lorawan({
  id: 'dragino/dds75-lb',
  version: 1,
  vendor: 'Dragino',
  title: 'Ultrasonic distance sensor DDS75-LB and LDDS75',
  domain: 'waste',
  oneSource: true,
  source:
    'dragino/dragino-end-node-decoder, DDS75-LB and LDDS75; example of chirpstack/chirpstack-device-profiles, vendors/dragino/codecs/ldds75',
  parameters: CONTAINER_SHAPE,
  derived: CONTAINER_FILLED,
  uplinks: [
    {
      // bit 12 would be that of a message of many distances
      ports: [DRAGINO_PORT],
      length: [4, 8],
      when: { byte: 0, bits: [4, 1], equals: 0 },
      steps: [
        { type: 'uint16', bits: [0, 14], quantity: 'dev.batteryVoltage', scale: 0.001 },
        { type: 'uint16', quantity: 'bin.distance', scale: 0.1, absent: NOT_MEASURED },
      ],
    },
    { ports: [3], length: [11, 242], silent: 'datalog', steps: [] },
    DRAGINO_STATUS,
  ],
  commands: { 'interval.set': draginoInterval(integer('Interval', 30, 0xff_ffff, 's')) },
});
