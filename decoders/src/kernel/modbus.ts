import type { ByteOrder, RegisterPoint, RegisterTable, RegisterType } from '../definition.ts';

type PointOptions = Omit<RegisterPoint, 'table' | 'address' | 'type' | 'quantity'>;

/** Makes rows of a register map that share table, byte order and more: `const input = block('inputRegister', {order})`. */
export function block(
  table: RegisterTable,
  common: { order?: ByteOrder; absent?: readonly (number | bigint | 'nan')[]; every?: number } = {},
): (address: number, type: RegisterType, quantity: string, options?: PointOptions) => RegisterPoint {
  return (address, type, quantity, options = {}) => ({ table, address, type, quantity, ...common, ...options });
}

/** One row for each phase, `step` registers apart. */
export function phases(
  row: (address: number, channel: string) => RegisterPoint,
  address: number,
  step: number,
  channels: readonly string[] = ['L1', 'L2', 'L3'],
): RegisterPoint[] {
  return channels.map((channel, index) => row(address + index * step, channel));
}
