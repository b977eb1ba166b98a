/**
 * The number at the beginning of a text ("2000 mm", "1 234.5 m3"). Digits may be grouped by threes with spaces, or with
 * the other mark where the decimal mark is stated: of "1,234" alone nobody knows what it is, and it is no number.
 */
export function numberInWords(text: string, decimalMark?: '.' | ','): number | undefined {
  const group = decimalMark === undefined ? SPACES : `(?:${SPACES}|${decimalMark === '.' ? ',' : '\\.'})`;
  const mark = decimalMark === ',' ? ',' : '\\.';
  const number = new RegExp(
    `^\\s*([-+]?(?:\\d{1,3}(?:${group}\\d{3})+|\\d+)(?:${mark}\\d+)?(?:[eE][-+]?\\d{1,3})?)(?![\\d.,])`,
  );
  const found = number.exec(text)?.[1];
  if (found === undefined) return undefined;
  const plain = found.replaceAll(new RegExp(group, 'g'), '').replace(',', '.');
  return Number(plain);
}

/** Also those that do not break, and the narrow ones of French texts. */
const SPACES = '[ \\u00a0\\u2009\\u202f]';
