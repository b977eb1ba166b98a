import type { Layout, Step } from './payload-layout.ts';

const READ_ANSWER = 0x01;
const REPORT = 0x0a;
const REPORT_WITH_ALARM = 0x8a;

const SUPPLIES = [
  { quantity: 'dev.supplyVoltage' },
  // rechargeable, disposable
  { quantity: 'dev.batteryVoltage' },
  { quantity: 'dev.batteryVoltage' },
  { quantity: 'dev.supplyVoltage', channel: 'solar' },
  { quantity: 'dev.supplyVoltage', channel: 'tic' },
] as const;

/** Supplies of the device that the second byte names, a voltage for each in its order. */
const power: readonly Step[] = [
  { skip: 2 },
  { type: 'uint8', name: 'sources' },
  ...SUPPLIES.map((supply, bit): Step => {
    return {
      when: { name: 'sources', bits: [bit, 1], equals: 1 },
      steps: [{ type: 'uint16', ...supply, scale: 0.001 }],
    };
  }),
];

/** Reports that are compressed into a batch, of a model for which its maker gives no table. */
export const UNKNOWN_BATCH: Layout = {
  ports: [125],
  when: { byte: 0, bits: [0, 1], equals: 0 },
  silent: 'a batch, of which the maker gives no table for this model',
};

/** Reads and writes of attributes, settings of reports and commands, and the answers to them. */
const OTHER_COMMANDS = [0x00, READ_ANSWER, 0x04, 0x05, 0x07, 0x08, 0x09, 0x50, 0x51];

/**
 * Standard reports of nke Watteco, after the ZigBee cluster library: frame control with the endpoint, command, cluster,
 * attribute, type and value; the answer to a read has a status before the type. `attributes` has the steps of a value by
 * cluster and attribute, cluster × 65536 + attribute, starting behind the type; a value of type 0x41 begins with its length.
 */
export function zclReport(
  attributes: Readonly<Record<number, readonly Step[]>>,
  batch: Layout = UNKNOWN_BATCH,
): Layout[] {
  return [
    batch,
    {
      ports: [125],
      length: [8, 222],
      when: { byte: 1, equals: [READ_ANSWER, REPORT, REPORT_WITH_ALARM] },
      steps: [
        { type: 'uint8', peek: true, bits: [1, 2], name: 'endpointHigh' },
        { type: 'uint8', bits: [5, 3], name: 'endpoint', plus: [{ name: 'endpointHigh', times: 8 }] },
        // a report that a threshold set as an alarm has caused
        { type: 'uint8', name: 'command', alarm: [REPORT_WITH_ALARM] },
        { type: 'uint32', name: 'attribute' },
        { when: { name: 'command', equals: READ_ANSWER }, steps: [{ type: 'uint8', name: 'status' }] },
        {
          when: { name: 'status', not: 0 },
          steps: [],
          otherwise: [
            { skip: 1 },
            { choose: 'attribute', cases: { 5242886: power, ...attributes }, otherwise: 'stop' },
          ],
        },
      ],
    },
    { ports: [125], when: { byte: 1, equals: OTHER_COMMANDS }, silent: 'whether a command or a setting was taken' },
  ];
}
