import { lorawan } from '../../kernel/lorawan.ts';

const SPOT = { 0: 'free', 1: 'occupied' } as const;

/**
 * Parking sensor, fourth generation, flush or surface-mounted. The state is the least significant bit; above it stands
 * how long the state before lasted, in a compressed form, which is left out. An early public codec reads it in bit 7.
 */
export const nps405 = lorawan({
  id: 'nwave/nps405',
  version: 2,
  changed: {
    2: {
      en: "The state is bit 0 of the byte, as the maker's guide says, not bit 7: free and occupied were told by another bit; the fault of the hardware that was read there is gone. The message of a tag tells the spot that it takes.",
      fr: 'L’état est le bit 0 de l’octet, selon le guide du fabricant, et non le bit 7 : libre et occupé étaient lus ailleurs ; la panne matérielle qui y était lue disparaît. Le message d’un badge donne la place qu’il occupe.',
    },
  },
  vendor: 'Nwave',
  title: 'Parking sensor NPS405',
  domain: 'parking',
  source: 'thingsboard/data-converters, VENDORS/Nwave/G4_NPS_SM/guide.md: messages by port',
  oneSource: true,
  uplinks: [
    { ports: [1], length: 1, steps: [{ type: 'uint8', bits: [0, 1], quantity: 'spot.state', states: SPOT }] },
    {
      ports: [2],
      length: [3, 6],
      steps: [
        { type: 'uint8', bits: [0, 1], quantity: 'spot.state', states: SPOT },
        { type: 'uint8', quantity: 'dev.batteryVoltage', scale: 0.004, offset: 2.5 },
        { type: 'int8', quantity: 'dev.temp', scale: 0.5, offset: 10 },
      ],
    },
    // start: version in three bytes, cause, state
    {
      ports: [3],
      length: 5,
      steps: [{ skip: 4 }, { type: 'uint8', bits: [0, 1], quantity: 'spot.state', states: SPOT }],
    },
    { ports: [6], silent: 'debug message' },
    {
      // a tag of a user: with bit 0 it tells that the spot was just taken, without it nothing of the spot
      ports: [10],
      length: 5,
      silent: "number of a user's tag",
      steps: [{ type: 'uint8', bits: [0, 1], quantity: 'spot.state', states: { 1: 'occupied' } }],
    },
  ],
});
