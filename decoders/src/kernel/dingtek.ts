/** A downlink of Dingtek's sensors, as ASCII: `8002`, force bits `9999`, parameter, value of 1 or 2 bytes, `81`. */
export function dingtekParameter(number: number, value: number, size: 1 | 2 = 1): number[] {
  const hex = (part: number, bytes: number): string =>
    part
      .toString(16)
      .toUpperCase()
      .padStart(2 * bytes, '0');
  return [...`80029999${hex(number, 1)}${hex(value, size)}81`].map((letter) => letter.charCodeAt(0));
}
