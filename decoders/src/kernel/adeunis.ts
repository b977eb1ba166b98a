import type { Layout, MappedValue, ParsedPayload, Step } from './payload-layout.ts';

/** Code of a frame, then a status; bit 1 is the battery. */
export const ADEUNIS_BATTERY: readonly Step[] = [
  { skip: 1 },
  { type: 'uint8', peek: true, bits: [1, 1], quantity: 'dev.batteryState', states: { 0: 'ok', 1: 'low' } },
];

/** Bit 2 is the electronics and bit 3 a setting that contradicts another; in older firmware it is the other way round. */
export const ADEUNIS_FAULT: Step = {
  type: 'uint8',
  bits: [2, 2],
  quantity: 'dev.fault',
  states: { 0: 'ok' },
  otherwise: 'fault',
};

/** Settings of the device and of the network, answers to downlinks: their codes. */
const SETTINGS = [0x10, 0x11, 0x12, 0x1f, 0x20, 0x2f, 0x31, 0x33] as const;
export const ADEUNIS_SETTINGS: Layout = {
  ports: 'any',
  when: { byte: 0, equals: SETTINGS },
  silent: 'settings or an answer to a downlink',
};

const NO_YES = { 0: 'no', 1: 'yes' } as const;

/** Alarms of a daily sign of life: flow above its limit, tampering and leak, each for A and B; extremes of flow follow. */
export const ADEUNIS_DAILY_ALARMS: readonly Step[] = [
  { type: 'uint8', peek: true, bits: [0, 2], name: 'flow', alarm: [1, 2, 3] },
  { type: 'uint8', peek: true, bits: [2, 1], quantity: 'dev.tamper', channel: 'A', states: NO_YES, alarm: [1] },
  { type: 'uint8', peek: true, bits: [3, 1], quantity: 'dev.tamper', channel: 'B', states: NO_YES, alarm: [1] },
  { type: 'uint8', peek: true, bits: [4, 1], quantity: 'water.leak', channel: 'A', states: NO_YES, alarm: [1] },
  { type: 'uint8', bits: [5, 1], quantity: 'water.leak', channel: 'B', states: NO_YES, alarm: [1] },
];

/** The counter of one input now, then what each period before added; a time without a zone may end it. */
export function adeunisPeriodic(code: number, channel: string, head: readonly Step[]): Layout {
  return {
    ports: 'any',
    length: [6, 51],
    when: { byte: 0, equals: code },
    steps: [...head, { type: 'uint32', quantity: 'pulse.count', channel }],
  };
}

/** Status of a TIC reader: bit 1 battery, 2 electronics, 4 the meter could not be read. */
export const ADEUNIS_TIC_STATUS: readonly Step[] = [
  ...ADEUNIS_BATTERY,
  { type: 'uint8', name: 'status' },
  { constant: 'ok', quantity: 'dev.fault' },
  {
    when: {
      any: [
        { name: 'status', bits: [2, 1], equals: 1 },
        { name: 'status', bits: [4, 1], equals: 1 },
      ],
    },
    steps: [{ constant: 'fault', quantity: 'dev.fault' }],
  },
];

const TIC_ALARM = 0x4a;
const LABEL_BYTES = 10;
/** Of the causes of an alarm, "back within the thresholds" is none. */
const END_OF_ALARM = 5;

/** A sign of life with the status only, the alarm on one label of the meter, and what holds nothing measured. */
export function adeunisTicOthers(labels: Readonly<Record<string, MappedValue>>): Layout[] {
  return [
    { ports: 'any', length: [2, 51], when: { byte: 0, equals: 0x30 }, steps: ADEUNIS_TIC_STATUS },
    {
      ports: 'any',
      length: [13, 51],
      when: { byte: 0, equals: TIC_ALARM },
      parse: (reader): ParsedPayload => {
        reader.take(1);
        const status = reader.uint(1);
        const label = withoutZeros(reader.ascii(LABEL_BYTES));
        const cause = reader.uint(1);
        const text = withoutZeros(reader.ascii(reader.remaining));
        const value = /^[0-9]+$/.test(text) ? Number(text) : undefined;
        return {
          values: [
            { name: 'lowBattery', value: (status >> 1) & 1 },
            { name: 'faults', value: status & 0x14 },
            ...(value === undefined ? [] : [{ name: label, value }]),
          ],
          alarm: cause !== END_OF_ALARM,
        };
      },
      map: {
        lowBattery: { quantity: 'dev.batteryState', states: { 0: 'ok', 1: 'low' } },
        faults: { quantity: 'dev.fault', states: { 0: 'ok' }, otherwise: 'fault' },
        ...labels,
      },
    },
    ADEUNIS_SETTINGS,
  ];
}

function withoutZeros(text: string): string {
  return text.replaceAll('\0', '');
}
