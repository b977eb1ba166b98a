import type { ErrorCode } from '@vigie/contract';
import type {
  CommandArgument,
  CommandValues,
  Definition,
  LorawanDefinition,
  LorawanDownlink,
  ModbusDefinition,
  ModbusWrite,
} from './definition.ts';

export type EncodeOutcome<Payload> =
  | { ok: true; payload: Payload }
  | { ok: false; code: Extract<ErrorCode, 'COMMAND_UNKNOWN' | 'COMMAND_ARGUMENT'>; message: string };

/** Turns a command in the words of a definition into what its device understands, after checking every argument. */
export function encodeCommand(
  definition: LorawanDefinition,
  name: string,
  args: CommandValues,
): EncodeOutcome<LorawanDownlink>;
export function encodeCommand(
  definition: ModbusDefinition,
  name: string,
  args: CommandValues,
): EncodeOutcome<ModbusWrite[]>;
export function encodeCommand(
  definition: Definition,
  name: string,
  args: CommandValues,
): EncodeOutcome<LorawanDownlink | ModbusWrite[]> {
  const commands = definition.commands ?? {};
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) return { ok: false, code: 'COMMAND_UNKNOWN', message: `${definition.id} has no command ${name}` };
  for (const given of Object.keys(args)) {
    if (!Object.hasOwn(command.args, given)) return refuse(`${name} has no argument ${given}`);
  }
  const values: Record<string, number | string | boolean> = {};
  for (const [key, argument] of Object.entries(command.args)) {
    const value = Object.hasOwn(args, key) ? args[key] : undefined;
    const problem = problemOf(value, argument);
    if (problem !== undefined) return refuse(`${key} ${problem}`);
    if (value !== undefined) values[key] = value;
  }
  return { ok: true, payload: command.encode(values) };
}

function refuse(message: string): { ok: false; code: 'COMMAND_ARGUMENT'; message: string } {
  return { ok: false, code: 'COMMAND_ARGUMENT', message };
}

function problemOf(value: number | string | boolean | undefined, argument: CommandArgument): string | undefined {
  const { type, minimum, maximum, integer, choices } = argument;
  if (value === undefined) return 'is missing';
  if (typeof value !== type) return `must be a ${type}`;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return 'must be a finite number';
    if (integer && !Number.isInteger(value)) return 'must be an integer';
    if (minimum !== undefined && value < minimum) return `must be at least ${minimum}`;
    if (maximum !== undefined && value > maximum) return `must be at most ${maximum}`;
  }
  if (choices && !choices.includes(String(value))) return `must be one of ${choices.join(', ')}`;
  return undefined;
}
