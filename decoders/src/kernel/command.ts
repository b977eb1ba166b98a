import type { CommandArgument, CommandValues, LorawanCommand } from '../definition.ts';

/** A LoRaWAN command as data: its arguments, its FPort and the bytes that they give. */
export function downlink(
  title: string,
  args: Readonly<Record<string, CommandArgument>>,
  fPort: number,
  bytes: (values: CommandValues) => Iterable<number>,
  confirmed = false,
): LorawanCommand {
  return {
    title,
    args,
    encode: (values) => ({ fPort, bytes: Uint8Array.from(bytes(values)), ...(confirmed ? { confirmed } : {}) }),
  };
}

/** An integer argument within bounds; `unit` in UCUM. */
export function integer(title: string, minimum: number, maximum: number, unit?: string): CommandArgument {
  return { title, type: 'number', integer: true, minimum, maximum, ...(unit === undefined ? {} : { unit }) };
}

export function choice(title: string, choices: readonly string[]): CommandArgument {
  return { title, type: 'string', choices };
}

export function flag(title: string): CommandArgument {
  return { title, type: 'boolean' };
}

/** The bytes of an unsigned integer of `size` bytes. */
export function uintBytes(value: number, size: 1 | 2 | 3 | 4, endian: 'be' | 'le' = 'be'): number[] {
  const bytes = Array.from({ length: size }, (_, index) => Math.floor(value / 256 ** index) % 256);
  return endian === 'le' ? bytes : bytes.reverse();
}

/** An argument whose number was checked before: what `encodeCommand` lets through. */
export function numberOf(values: CommandValues, name: string): number {
  const value = values[name];
  if (typeof value !== 'number') throw new TypeError(`argument ${name} was not checked before encoding`);
  return value;
}
