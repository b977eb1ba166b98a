import type { Layout, Step } from './payload-layout.ts';

export const DINGTEK_PORT = 3;
const HEADER = 0x80;
const PARAMETERS = 0x03;

/** A telegram tells its own length and ends with a byte of its own: what was cut shows neither. */
export const DINGTEK_FRAME = { lengthAt: { at: 4 }, ends: [0x81] } as const;

/** A downlink of Dingtek's sensors, as ASCII: `8002`, a password of four digits, parameter, value of 1 or 2 bytes, `81`. */
export function dingtekParameter(number: number, value: number, size: 1 | 2 = 1, password = '9999'): number[] {
  const hex = (part: number, bytes: number): string =>
    part
      .toString(16)
      .toUpperCase()
      .padStart(2 * bytes, '0');
  return [...`8002${password}${hex(number, 1)}${hex(value, size)}81`].map((letter) => letter.charCodeAt(0));
}

/** Places of a parking sensor's telegram that its models share; `length` is the whole of it. */
export function dingtekParking(length: number, more: readonly Step[] = []): Layout {
  return {
    ports: [DINGTEK_PORT],
    length,
    ...DINGTEK_FRAME,
    steps: [
      { at: 0, type: 'uint8', must: [HEADER] },
      {
        at: 7,
        type: 'uint8',
        bits: [4, 4],
        quantity: 'spot.state',
        states: { 0: 'free' },
        otherwise: 'occupied',
      },
      { at: 8, type: 'uint8', bits: [0, 4], quantity: 'dev.batteryState', states: { 0: 'ok' }, otherwise: 'low' },
      { type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.01 },
      ...more,
    ],
  };
}

export function dingtekParameters(length: number): Layout {
  return {
    ports: [DINGTEK_PORT],
    length,
    when: { byte: 3, equals: PARAMETERS },
    ...DINGTEK_FRAME,
    silent: 'answer to a read of the parameters',
  };
}
