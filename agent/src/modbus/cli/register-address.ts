import type { RegisterTable } from '@vigie/decoders';

/** Where the documents of many makers begin to number a table: 40001 is holding register 0 on the wire. */
const FIRST_NUMBERS: Readonly<Record<RegisterTable, readonly number[]>> = {
  coil: [],
  discreteInput: [10_001],
  inputRegister: [30_001],
  holdingRegister: [40_001],
};
const NUMBERS_IN_A_TABLE = 9_999;

/** A word for whoever types a number as documents print it: it is taken as the address on the wire all the same. */
export function addressHint(table: RegisterTable, address: number): string | undefined {
  const first = FIRST_NUMBERS[table].find((number) => address >= number && address < number + NUMBERS_IN_A_TABLE);
  if (first === undefined) return undefined;
  return (
    `${address} is taken as the address on the wire. Documents that number from ${first} on mean ` +
    `address ${address - first} by it.`
  );
}

/** Says the hint beside the output, so that JSON stays JSON. */
export function hintAt(table: RegisterTable, address: number): void {
  const hint = addressHint(table, address);
  if (hint !== undefined) process.stderr.write(`${hint}\n`);
}
