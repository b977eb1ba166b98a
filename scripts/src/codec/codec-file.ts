import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { VigieError } from '@vigie/contract';
import type { CodecScript } from '@vigie/decoders';

/** Reads the scripts of codecs, each once. A relative path counts from the working folder or else from `besideFile`. */
export class CodecFiles {
  readonly #scripts = new Map<string, CodecScript>();
  readonly #base: string | undefined;

  constructor(besideFile?: string) {
    this.#base = besideFile === undefined ? undefined : dirname(resolve(besideFile));
  }

  read(path: string): CodecScript {
    const known = this.#scripts.get(path);
    if (known) return known;
    const script = readCodec(this.#locate(path));
    this.#scripts.set(path, script);
    return script;
  }

  #locate(path: string): string {
    const here = resolve(path);
    return this.#base === undefined || existsSync(here) ? here : resolve(this.#base, path);
  }
}

function readCodec(path: string): CodecScript {
  try {
    const source = readFileSync(path, 'utf8');
    return { id: createHash('sha256').update(source).digest('hex'), source };
  } catch (error) {
    throw new VigieError('CODEC_UNREADABLE', `${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
}
