import type { Field, Layout, Step } from './payload-layout.ts';

/** What a device means by one of its Cayenne channels; without it the type alone decides. */
export type CayenneMeaning = Partial<Pick<Field, 'quantity' | 'channel' | 'states' | 'scale'>>;

type Size = Pick<Field, 'type' | 'scale'>;

/** Data types of Cayenne Low Power Payload: IPSO object number minus 3200; big-endian. */
const TYPES: Readonly<Record<number, Size & { quantity: string; states?: Readonly<Record<number, string>> }>> = {
  0: { type: 'uint8', quantity: 'io.input', states: { 0: 'off', 1: 'on' } },
  1: { type: 'uint8', quantity: 'io.output', states: { 0: 'off', 1: 'on' } },
  2: { type: 'int16', scale: 0.01, quantity: 'io.voltage' },
  3: { type: 'int16', scale: 0.01, quantity: 'io.level' },
  101: { type: 'uint16', quantity: 'wx.lux' },
  102: { type: 'uint8', quantity: 'room.motion', states: { 0: 'no', 1: 'yes' } },
  103: { type: 'int16', scale: 0.1, quantity: 'wx.temp' },
  104: { type: 'uint8', scale: 0.5, quantity: 'wx.rh' },
  115: { type: 'uint16', scale: 0.1, quantity: 'wx.pressure' },
  116: { type: 'uint16', scale: 0.01, quantity: 'dev.batteryVoltage' },
  // of the wide-spread Arduino library ElectronicCats/CayenneLPP
  117: { type: 'uint16', scale: 0.001, quantity: 'elec.current' },
  128: { type: 'uint16', quantity: 'elec.power' },
  131: { type: 'uint32', quantity: 'elec.import' },
  142: { type: 'uint8', quantity: 'io.output', states: { 0: 'off', 1: 'on' } },
};

/**
 * Types that are no readings here, in bytes: a number without a meaning, accelerometer, frequency, percentage, altitude,
 * concentration, distance, direction, time, gyrometer, colour.
 */
const OTHER_BYTES: Readonly<Record<number, number>> = {
  100: 4,
  113: 6,
  118: 4,
  120: 1,
  121: 2,
  125: 2,
  130: 4,
  132: 2,
  133: 4,
  134: 6,
  135: 3,
};
const POSITION = 0x88;

/**
 * Steps for a Cayenne LPP payload. `meanings` says what a channel of this device is where that differs from its type;
 * channels without a meaning keep their number as the reading's channel, except channel 0.
 */
function cayenneLpp(meanings: Readonly<Record<number, CayenneMeaning>> = {}): readonly Step[] {
  const known = Object.entries(TYPES).map(([type, field]): [number, readonly Step[]] => [
    Number(type),
    [valueOfType(field, meanings)],
  ]);
  const others = Object.entries(OTHER_BYTES).map(([type, bytes]): [number, readonly Step[]] => [
    Number(type),
    [{ skip: bytes }],
  ]);
  const position: readonly Step[] = [
    { type: 'int24', scale: 0.0001, quantity: 'dev.latitude' },
    { type: 'int24', scale: 0.0001, quantity: 'dev.longitude' },
    { skip: 3 },
  ];
  return [
    {
      repeat: 'rest',
      steps: [
        { type: 'uint8', name: 'channel' },
        { type: 'uint8', name: 'type' },
        { choose: 'type', cases: Object.fromEntries([...known, ...others, [POSITION, position]]), otherwise: 'stop' },
      ],
    },
  ];
}

/** A layout for all of a device's ports that speak Cayenne LPP. */
export function cayenneLayout(ports: Layout['ports'], meanings?: Readonly<Record<number, CayenneMeaning>>): Layout {
  return { ports, length: [3, 242], steps: cayenneLpp(meanings) };
}

function valueOfType(field: Field & { quantity: string }, meanings: Readonly<Record<number, CayenneMeaning>>): Step {
  const plain: Step = { ...field, channel: { from: 'channel', map: { 0: '' } } };
  const cases = Object.fromEntries(
    Object.entries(meanings).map(([channel, meaning]) => [Number(channel), [{ ...field, ...meaning } as Step]]),
  );
  return Object.keys(cases).length === 0 ? plain : { choose: 'channel', cases, otherwise: [plain] };
}
