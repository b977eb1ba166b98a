import { choice, downlink, integer, numberOf } from '../../kernel/command.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import type { ChannelSpec, Step } from '../../kernel/payload-layout.ts';

const GROUPS = Object.fromEntries(Array.from({ length: 16 }, (_, group) => [0x80 + 2 * group, `G${group}`]));
/**
 * Driver address: 0x01 analogue output, 0xFE all DALI drivers, 0xFF the controller itself, from 0x80 on twice the number of
 * a group, else twice the short address.
 */
const driver: ChannelSpec = { from: 'address', map: { ...GROUPS, 1: '', 254: '', 255: '' }, prefix: 'D', divide: 2 };

/** Answer to QUERY STATUS (IEC 62386-102): bit 0 failure of the control gear, 1 of the lamp; the lamp is told last. */
const lampFault: readonly Step[] = [
  { constant: 'ok', quantity: 'lamp.fault', channel: driver },
  {
    when: { name: 'status', bits: [0, 1], equals: 1 },
    steps: [{ constant: 'brokenLantern', quantity: 'lamp.fault', channel: driver }],
  },
  {
    when: { name: 'status', bits: [1, 1], equals: 1 },
    steps: [{ constant: 'defectiveLamp', quantity: 'lamp.fault', channel: driver }],
  },
];
const ALL_BITS = Array.from({ length: 255 }, (_, index) => index + 1);

/** All bits set: the driver did not answer. */
const knownFault: readonly Step[] = [{ when: { name: 'status', not: 0xff }, steps: lampFault }];
const driverStatus: readonly Step[] = [
  { type: 'uint8', name: 'address' },
  { type: 'uint8', name: 'status' },
  ...knownFault,
];

const dimmingBlocks: readonly Step[] = [
  {
    repeat: 'rest',
    steps: [
      { type: 'uint8', name: 'address' },
      { type: 'uint8', name: 'reason' },
      { type: 'uint8', quantity: 'lamp.dim', channel: driver, absent: [0xff] },
      { type: 'uint8', name: 'status' },
      ...knownFault,
    ],
  },
];

/** Bit 1: no connection to the drivers; bit 5: none to the meter. */
const statusHead: readonly Step[] = [
  { type: 'uint32', secondsSince: 0 },
  { type: 'uint8', peek: true, name: 'errors' },
  {
    when: {
      any: [
        { name: 'errors', bits: [1, 1], equals: 1 },
        { name: 'errors', bits: [5, 1], equals: 1 },
      ],
    },
    steps: [{ constant: 'fault', quantity: 'dev.fault' }],
    otherwise: [{ constant: 'ok', quantity: 'dev.fault' }],
  },
  { type: 'uint8', name: 'state', bits: [7, 1], quantity: 'lamp.state', states: { 0: 'off', 1: 'on' } },
];

const radioAndTemperature: readonly Step[] = [
  { type: 'uint8', quantity: 'dev.rssi', scale: -1 },
  { type: 'int8', quantity: 'dev.snr' },
  { type: 'int8', quantity: 'dev.temp' },
];

/** Headers of what is set and asked for. */
const SETTINGS = [
  ...[0x01, 0x03, 0x05, 0x07, 0x09, 0x0b, 0x0d, 0x15, 0x16],
  ...Array.from({ length: 12 }, (_, index) => 0x20 + index),
  ...[0x52, 0x53, 0xfe, 0xff],
];

const RESUME = 0xff;
const ALL_DRIVERS = 0xfe;

/** Luminaire controller for DALI and 0–10 V drivers, firmware 1.1. */
export const ul20xx = lorawan({
  id: 'nasys/ul20xx',
  version: 3,
  changed: {
    3: {
      en: 'A failure of the control gear (DALI status bit 0) is brokenLantern: it was told as ok. The answers of FPort 60 to a query of the status are read. A power factor of 255 is not known; a controller that does not reach its drivers or its meter has a fault.',
      fr: 'Une panne de l’appareillage (bit 0 de l’état DALI) est brokenLantern : elle était donnée pour ok. Les réponses du FPort 60 à une demande d’état sont lues. Le facteur de puissance 255 est inconnu ; un contrôleur qui n’atteint pas ses appareillages ou son compteur est en panne.',
    },
  },
  vendor: 'Nordic Automation Systems',
  title: 'Luminaire controller UL2002, UL2014, UL2020, UL2021, UL2030',
  domain: 'lighting',
  source: 'https://docs.nasys.no/en/lcu/payloads (firmware 1.1.x); https://github.com/nasys/nas-codecs',
  oneSource: true,
  uplinks: [
    {
      // status_packet before firmware 1.1.4
      ports: [23],
      length: [9, 222],
      when: { byte: 0, equals: 0x00 },
      order: 'le',
      steps: [
        { skip: 1 },
        ...statusHead,
        ...radioAndTemperature,
        { type: 'uint8', name: 'sent' },
        { when: { name: 'sent', bits: [1, 1], equals: 1 }, steps: [{ skip: 1 }] },
        { when: { name: 'sent', bits: [4, 1], equals: 1 }, steps: [{ skip: 1 }] },
        ...dimmingBlocks,
      ],
    },
    {
      // status_packet from firmware 1.1.4 on
      ports: [23],
      length: [11, 222],
      when: { byte: 0, equals: 0x01 },
      order: 'le',
      steps: [
        { skip: 1 },
        ...statusHead,
        { skip: 1 },
        ...radioAndTemperature,
        { skip: 1 },
        { type: 'uint8', name: 'sensorBytes' },
        { skip: { name: 'sensorBytes' } },
        ...dimmingBlocks,
      ],
    },
    {
      // usage_packet: a block for each measuring point, its fields as the flags say
      ports: [26],
      when: { byte: 0, equals: 0x00 },
      order: 'le',
      steps: [
        { skip: 1 },
        {
          repeat: 'rest',
          steps: [
            { type: 'uint8', name: 'address' },
            { type: 'uint8', name: 'has' },
            {
              when: { name: 'has', bits: [0, 1], equals: 1 },
              steps: [{ type: 'uint32', quantity: 'lamp.energy', channel: driver }],
            },
            {
              when: { name: 'has', bits: [1, 1], equals: 1 },
              steps: [{ type: 'uint16', quantity: 'lamp.power', channel: driver }],
            },
            { when: { name: 'has', bits: [2, 1], equals: 1 }, steps: [{ skip: 4 }] },
            { when: { name: 'has', bits: [3, 1], equals: 1 }, steps: [{ skip: 2 }] },
            {
              when: { name: 'has', bits: [4, 1], equals: 1 },
              steps: [{ type: 'uint8', quantity: 'lamp.pf', channel: driver, scale: 0.01, absent: [0xff] }],
            },
            {
              when: { name: 'has', bits: [5, 1], equals: 1 },
              steps: [{ type: 'uint8', quantity: 'lamp.voltage', channel: driver }],
            },
            { when: { name: 'has', bits: [6, 1], equals: 1 }, steps: [{ skip: 4 }] },
            {
              when: { name: 'has', bits: [7, 1], equals: 1 },
              steps: [{ type: 'uint32', quantity: 'lamp.hours', channel: driver, scale: 1 / 3_600 }],
            },
          ],
        },
      ],
    },
    {
      // the digital input: a counter, and by its length whether it is on
      ports: [61],
      length: [4, 6],
      when: { byte: 0, equals: 0x80 },
      order: 'le',
      steps: [
        { skip: 1 },
        { type: 'uint8', peek: true, bits: [4, 4], name: 'size' },
        {
          choose: 'size',
          cases: {
            2: [{ skip: 1 }, { type: 'uint16', quantity: 'pulse.count' }],
            4: [
              { type: 'uint8', bits: [0, 1], quantity: 'io.input', states: { 0: 'off', 1: 'on' } },
              { type: 'uint32', quantity: 'pulse.count' },
            ],
          },
        },
      ],
    },
    {
      // drivers that report a failure
      ports: [61],
      length: [4, 222],
      when: { byte: 0, equals: 0x83 },
      steps: [
        { skip: 2 },
        {
          repeat: 'rest',
          steps: [
            { type: 'uint8', name: 'address' },
            { type: 'uint8', name: 'status', alarm: ALL_BITS },
            ...knownFault,
          ],
        },
      ],
    },
    {
      // alert of the meter; under and over voltage and a low power factor show in the values
      ports: [61],
      length: 7,
      when: { byte: 0, equals: 0x84 },
      order: 'le',
      steps: [
        { skip: 1 },
        { type: 'uint8', peek: true, name: 'alert', alarm: ALL_BITS },
        { type: 'uint8', peek: true, bits: [0, 1], quantity: 'lamp.fault', states: { 0: 'ok', 1: 'defectiveLamp' } },
        { type: 'uint8', bits: [1, 1], quantity: 'elec.overcurrent', states: { 0: 'no', 1: 'yes' } },
        { type: 'uint16', quantity: 'lamp.power' },
        { type: 'uint16', quantity: 'lamp.voltage' },
        { type: 'uint8', quantity: 'lamp.pf', scale: 0.01 },
      ],
    },
    {
      // position, with the time of its fix
      ports: [61],
      length: 14,
      when: {
        all: [
          { byte: 0, equals: 0x86 },
          { byte: 1, equals: 0x00 },
        ],
      },
      order: 'le',
      steps: [
        { skip: 2 },
        { type: 'float32', quantity: 'dev.latitude' },
        { type: 'float32', quantity: 'dev.longitude' },
      ],
    },
    { ports: [61], when: { byte: 0, equals: [0x81, 0x85] }, silent: 'light sensor' },
    {
      ports: [61],
      when: {
        all: [
          { byte: 0, equals: 0x86 },
          { byte: 1, equals: [0x01, 0x02, 0xff] },
        ],
      },
      silent: 'position without a fix',
    },
    { ports: [49, 50], when: { byte: 0, equals: SETTINGS }, silent: 'settings' },
    { ports: [51], when: { byte: 0, equals: [0xfe, 0xff] }, silent: 'restart or update' },
    { ports: [99], when: { byte: 0, equals: [0x00, 0x13] }, silent: 'start, or a downlink that was not understood' },
    {
      // the drivers' answers to a query of their status
      ports: [60],
      length: [3, 222],
      when: { byte: 0, equals: 0x00 },
      steps: [{ skip: 1 }, { repeat: 'rest', steps: driverStatus }],
    },
    {
      ports: [60],
      when: { byte: 0, equals: [0x00, 0x03, 0x04, 0x05, 0x07, 0x08, 0x0a, 0x0b, 0x0c] },
      silent: 'the controller repeats a command',
    },
    {
      ports: [60],
      when: { byte: 0, equals: [0x01, 0x09] },
      steps: [
        { type: 'uint8', name: 'packet' },
        {
          repeat: 'rest',
          steps: [
            { type: 'uint8', name: 'address' },
            { type: 'uint8', quantity: 'lamp.dim', channel: driver, absent: [RESUME] },
            { when: { name: 'packet', equals: 0x09 }, steps: [{ skip: 1 }] },
          ],
        },
      ],
    },
  ],
  commands: {
    'lamp.dim': downlink('Dim', { level: integer('Level', 0, 100, '%') }, 60, (values) => [
      0x01,
      ALL_DRIVERS,
      numberOf(values, 'level'),
    ]),
    'lamp.dimFor': downlink(
      'Dim for a time',
      { level: integer('Level', 0, 100, '%'), minutes: integer('Duration', 1, 255, 'min') },
      60,
      (values) => [0x09, ALL_DRIVERS, numberOf(values, 'level'), numberOf(values, 'minutes')],
    ),
    'lamp.switch': downlink('Switch', { state: choice('State', ['on', 'off']) }, 60, ({ state }) => [
      0x01,
      ALL_DRIVERS,
      state === 'on' ? 100 : 0,
    ]),
    'lamp.resume': downlink('Return to its own schedule', {}, 60, () => [0x01, ALL_DRIVERS, RESUME]),
    'status.request': downlink('Ask for status and usage', {}, 60, () => [0x05, 0x03]),
  },
});
