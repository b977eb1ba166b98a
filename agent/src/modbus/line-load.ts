import type { ModbusBus, ModbusDeviceConfig } from '@vigie/contract';
import type { ModbusDefinition } from '@vigie/decoders';
import { characterMs } from './line.ts';
import { isBits } from './pdu.ts';
import { type PlannedRead, planOptions, planReads, spansDue } from './read-planner.ts';

/** How much of a serial line's time the polls of its devices need. */
export interface LineLoad {
  bus: string;
  /** 1 is all of it; above, polls come late. */
  share: number;
  /** By how much every interval would have to be longer for the polls to fit with room for commands. */
  stretch: number;
  devices: { device: string; pollMs: number; share: number; fittingIntervalMs: number }[];
}

/** What polls may take of a line; the rest is for commands, repeated attempts and slaves that are slow to answer. */
const USABLE_SHARE = 0.8;
/** V1.02 section 2.5.1.1 and what slaves usually take to answer. */
const SILENCE_CHARACTERS = 3.5;
const SILENCE_MIN_MS = 1.75;
const REACTION_MS = 5;
const REQUEST_BYTES = 8;
const ANSWER_OVERHEAD_BYTES = 5;

/** Pure. Undefined for a network, whose speed is no limit. */
export function lineLoad(
  bus: ModbusBus,
  devices: readonly { device: ModbusDeviceConfig; definition: ModbusDefinition }[],
): LineLoad | undefined {
  if (bus.type !== 'rtu') return undefined;
  const character = characterMs(bus);
  const rows = devices.map(({ device, definition }) => {
    const pollMs = averagePollMs(definition, character);
    return {
      device: device.id,
      pollMs,
      share: pollMs / device.modbus.intervalMs,
      intervalMs: device.modbus.intervalMs,
    };
  });
  const share = rows.reduce((sum, row) => sum + row.share, 0);
  const stretch = Math.max(1, share / USABLE_SHARE);
  return {
    bus: bus.id,
    share,
    stretch,
    devices: rows.map(({ intervalMs, ...row }) => ({ ...row, fittingIntervalMs: Math.ceil(intervalMs * stretch) })),
  };
}

/** Points that are read every n-th poll count for the n-th part. */
function averagePollMs(definition: ModbusDefinition, character: number): number {
  const every = definition.registers.map((point) => point.every ?? 1);
  const polls = Math.min(Math.max(1, ...every), 100);
  let total = 0;
  for (let poll = 0; poll < polls; poll += 1) {
    const reads = planReads(spansDue(definition, poll), planOptions(definition));
    total += reads.reduce((sum, read) => sum + readMs(read, character), 0);
  }
  return total / polls;
}

function readMs({ table, count }: PlannedRead, character: number): number {
  const silence = Math.max(SILENCE_MIN_MS, SILENCE_CHARACTERS * character);
  const data = isBits(table) ? Math.ceil(count / 8) : count * 2;
  return (REQUEST_BYTES + ANSWER_OVERHEAD_BYTES + data) * character + 2 * silence + REACTION_MS;
}
