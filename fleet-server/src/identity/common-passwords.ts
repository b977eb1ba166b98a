import { dictionary } from '@zxcvbn-ts/language-common';

/** In lower case, the most common first. A module of its own, so that its memory is taken only when somebody sets a password. */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(dictionary['passwords-common'] as readonly string[]);
