import { BUFFER_PRELUDE, wantsBuffer } from './buffer-prelude.ts';
import { LOCALE_PRELUDE, wantsLocale } from './locale-prelude.ts';

interface ContextPrelude {
  source: string;
  wantedBy(codec: string): boolean;
}

/** What is part of the context of those codecs only that name it. */
const PRELUDES: readonly ContextPrelude[] = [
  { source: BUFFER_PRELUDE, wantedBy: wantsBuffer },
  { source: LOCALE_PRELUDE, wantedBy: wantsLocale },
];

/** The preludes that a codec needs, and a key that tells such sets apart. */
export function preludesFor(codec: string): { key: string; sources: readonly string[] } {
  const wanted = PRELUDES.map(({ wantedBy }) => wantedBy(codec));
  return {
    key: wanted.map(Number).join(''),
    sources: PRELUDES.filter((_prelude, index) => wanted[index]).map(({ source }) => source),
  };
}
