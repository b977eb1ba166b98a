/** Type G: a date without a zone. */
export function dateOf(raw: number): string | undefined {
  const day = raw & 0x1f;
  const month = (raw >> 8) & 0x0f;
  const year = 2000 + (((raw >> 5) & 0x07) | ((raw >> 9) & 0x78));
  if (day === 0 || month === 0 || month > 12) return undefined;
  return `${year}-${pad(month)}-${pad(day)}`;
}

/** Type F: date and time without a zone; bit 7 of the first byte says that it is not valid. */
export function dateTimeOf(raw: number): string | undefined {
  if (raw & 0x80) return undefined;
  const date = dateOf(raw >>> 16);
  return date === undefined ? undefined : `${date}T${pad((raw >> 8) & 0x1f)}:${pad(raw & 0x3f)}:00`;
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}

/** Type I: date and time with seconds, without a zone; bit 7 of its second byte says that it is not valid. */
export function secondsOf(bytes: Uint8Array): string | undefined {
  const [second = 0, minute = 0, hour = 0, low = 0, high = 0] = bytes;
  if (minute & 0x80) return undefined;
  const date = dateOf(low + high * 256);
  return date === undefined ? undefined : `${date}T${pad(hour & 0x1f)}:${pad(minute & 0x3f)}:${pad(second & 0x3f)}`;
}
