import type { Layout, Step } from './payload-layout.ts';

const STANDARD_REPORT = 1;
const REPORT = 0x0a;
const REPORT_WITH_ALARM = 0x8a;

/** Supplies of the device that the second byte names, a voltage for each in its order. */
const power: readonly Step[] = [
  { skip: 2 },
  { type: 'uint8', name: 'sources' },
  ...(['dev.supplyVoltage', 'dev.batteryVoltage', 'dev.batteryVoltage'] as const).map((quantity, bit): Step => {
    return {
      when: { name: 'sources', bits: [bit, 1], equals: 1 },
      steps: [{ type: 'uint16', quantity, scale: 0.001 }],
    };
  }),
];

/**
 * Standard reports of nke Watteco, after the ZigBee cluster library: frame control with the endpoint, command, cluster,
 * attribute, type and value. `attributes` has the steps of a value by cluster and attribute, cluster × 65536 + attribute,
 * starting behind the type; a value of type 0x41 begins with its length. Batch reports are compressed and not read.
 */
export function zclReport(attributes: Readonly<Record<number, readonly Step[]>>): Layout {
  return {
    ports: [125],
    length: [8, 222],
    when: { byte: 1, equals: [REPORT, REPORT_WITH_ALARM] },
    steps: [
      { type: 'uint8', peek: true, bits: [0, 1], must: [STANDARD_REPORT] },
      { type: 'uint8', bits: [5, 3], name: 'endpoint' },
      { skip: 1 },
      { type: 'uint32', name: 'attribute' },
      { skip: 1 },
      { choose: 'attribute', cases: { 5242886: power, ...attributes }, otherwise: 'stop' },
    ],
  };
}
