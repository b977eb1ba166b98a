import type { CommandArgument, LorawanCommand } from '../definition.ts';
import { downlink, numberOf, uintBytes } from './command.ts';
import type { Layout } from './payload-layout.ts';

export const DRAGINO_PORT = 2;

/** What a node says of itself on port 5: model, firmware, band, sub-band, battery in mV; the battery is a reading. */
export const DRAGINO_STATUS: Layout = {
  ports: [5],
  length: 7,
  steps: [{ skip: 5 }, { type: 'uint16', quantity: 'dev.batteryVoltage', scale: 0.001 }],
};

/** 01 and the seconds between reports in three bytes. */
export function draginoInterval(seconds: CommandArgument): LorawanCommand {
  return downlink('Time between reports', { seconds }, DRAGINO_PORT, (values) => [
    0x01,
    ...uintBytes(numberOf(values, 'seconds'), 3),
  ]);
}
