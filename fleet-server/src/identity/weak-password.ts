/** Passwords that everybody knows, in lower case; read when somebody first sets a password. */
let common: Promise<ReadonlySet<string>> | undefined;

const MIN_DIFFERENT_CHARACTERS = 5;
/** A shorter piece that is repeated is a pattern and no word. */
const MAX_PATTERN_LENGTH = 6;
/** What lies side by side in an alphabet or on a keyboard (QWERTY, AZERTY, QWERTZ). */
const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  'qwertyuiopasdfghjklzxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  'qwertzuiopasdfghjklyxcvbnm',
];
/** Letters as people write them with figures and signs. */
const SUBSTITUTES: Readonly<Record<string, string>> = {
  ...{ '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's', '!': 'i', '|': 'l' },
};

/**
 * Whether a password is among those that are guessed first: a common one, also repeated, with figures around it or written
 * with figures; a row of keys; few different characters; or one's own name.
 */
export async function isWeakPassword(password: string, name: string): Promise<boolean> {
  const plain = password.normalize('NFKC').toLowerCase();
  const bare = plain.replace(/[\s\p{C}\p{Z}]/gu, '');
  if (new Set(bare).size < MIN_DIFFERENT_CHARACTERS || /^\p{N}+$/u.test(bare)) return true;
  const piece = repeatedPiece(bare);
  if (piece.length <= MAX_PATTERN_LENGTH && piece.length < bare.length) return true;
  common ??= readCommon();
  const known = await common;
  const owned = [name.toLowerCase(), 'vigie', 'administrator', 'administrateur', 'motdepasse'];
  const isGuessed = (text: string) => known.has(text) || owned.includes(text) || isRow(text);
  return [plain, bare, piece].some((text) =>
    [text, withoutFigures(text), spelt(text), withoutFigures(spelt(text)), spelt(withoutFigures(text))].some(isGuessed),
  );
}

async function readCommon(): Promise<ReadonlySet<string>> {
  return (await import('./common-passwords.ts')).COMMON_PASSWORDS;
}

/** The shortest piece of which the text is a repetition; the text itself where it is none. */
function repeatedPiece(text: string): string {
  const period = `${text}${text}`.indexOf(text, 1);
  return period > 0 ? text.slice(0, period) : text;
}

function withoutFigures(text: string): string {
  return text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
}

function spelt(text: string): string {
  return Array.from(text, (character) => SUBSTITUTES[character] ?? character).join('');
}

function isRow(text: string): boolean {
  const backwards = Array.from(text).reverse().join('');
  return text.length > 0 && ROWS.some((row) => row.includes(text) || row.includes(backwards));
}
