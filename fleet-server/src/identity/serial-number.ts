/** A certificate's serial number as it is compared here: upper-case hexadecimal without leading zeros. */
export function normalSerial(serial: string): string {
  return serial.replace(/^0+/, '').toUpperCase();
}
