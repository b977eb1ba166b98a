import type { RegisterOperand, RegisterPoint, RegisterTable } from '../definition.ts';
import { REGISTER_WIDTHS } from './register-value.ts';

/** Registers (or coils) that follow each other. */
export interface RegisterPlace {
  table: RegisterTable;
  address: number;
  width: number;
}

/** How many registers (or coils) a value takes. */
export function widthOf({ type, length }: Pick<RegisterPoint, 'type' | 'length'>): number {
  return type === 'string' || type === 'digits' ? (length ?? 1) : REGISTER_WIDTHS[type];
}

/** All that must be read for a point: its own registers and those that its value hangs on. */
export function placesOf(point: RegisterPoint): RegisterPlace[] {
  const { table, address, scaleRegister } = point;
  const places = [{ table, address, width: widthOf(point) }];
  if (scaleRegister !== undefined) places.push({ table, address: scaleRegister, width: 1 });
  for (const operand of hasOperands(point) ? operandsOf(point) : []) {
    places.push({ table: operand.table ?? table, address: operand.address, width: REGISTER_WIDTHS[operand.type] });
  }
  return places;
}

/** Whether a value hangs on other registers than its own and its power of ten. */
export function hasOperands({ times, dividedBy, plus, sign }: RegisterPoint): boolean {
  return (times ?? dividedBy ?? plus ?? sign) !== undefined;
}

function operandsOf({ times, dividedBy, plus, sign }: RegisterPoint): RegisterOperand[] {
  return [times, dividedBy, ...(plus ?? []), sign].filter((operand) => operand !== undefined);
}
